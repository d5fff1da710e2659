/*
 * gating.h - from traces to a printed verdict and an exit status, for `mprof check` and `mprof run`.
 */
#ifndef MPROF_REPORTER_COMMANDS_GATING_H
#define MPROF_REPORTER_COMMANDS_GATING_H

#include "gate/check.h"
#include "commands/gate_options.h"

/* A trace, and which run of its program it is of. */
struct gated_trace {
	const char *path;
	size_t run;
};

struct gating {
	const struct gate_options *options;
	const struct symbol_options *symbols;
	const struct gate *gate;
	bool whole;                 /* see struct check_options */
	const int *pids;            /* by run, the program's where it was started for this; else NULL */
	FILE *standard;             /* what goes to no file */
	const char *update_command; /* see gating_update_command */
	const char *record_command; /* see struct check_options, of both */
	bool fleeting;
};

/* Brings the traces up to date, judges them and prints the result.  The exit status, or -errno with a
 * diagnostic. */
int gating_judge(const struct gating *gating, const struct gated_trace *traces, size_t count,
		 struct diagnostic *diagnostic);

/* This command once more, with --update-baseline: text that lives as long as the gate. */
const char *gating_update_command(struct gate *gate, char *const argv[]);

/* A command that records a program anew, in the same way. */
const char *gating_record_command(struct gate *gate, char *const program[]);

#endif
