/*
 * run_gate.h - a gate around the runs of a program: keeps their traces until they are judged.
 */
#ifndef MPROF_REPORTER_COMMANDS_RUN_GATE_H
#define MPROF_REPORTER_COMMANDS_RUN_GATE_H

#include "commands/gate_options.h"
#include "recordings/traces.h"

#include <sys/types.h>

struct run_gate;

/*
 * Of the command line and the program in it: reads the gate, and makes a folder for traces where nobody keeps
 * them: neither `kept` nor $MPROF_OUT says where to.  0, or -errno with a diagnostic and *out NULL.
 */
int run_gate_create(const struct gate_options *options, char *const argv[], char *const program[], bool kept,
		    struct run_gate **out, struct diagnostic *diagnostic);

/* Removes the folder, unless what is in it is still to be looked at.  NULL is fine. */
void run_gate_destroy(struct run_gate *gate);

/* The pattern of traces in that folder; NULL if there is none. */
const char *run_gate_pattern(const struct run_gate *gate);

/* Takes the traces of the next run over, and its process. */
void run_gate_take(struct run_gate *gate, struct trace_list *traces, pid_t pid);

/*
 * Judges the runs, the last of which ended with this status.  The exit status: the program's own where that
 * is not 0, whatever the verdict; no baseline takes figures from such a run.  Or -errno with a diagnostic.
 */
int run_gate_judge(struct run_gate *gate, int program_status, struct diagnostic *diagnostic);

#endif
