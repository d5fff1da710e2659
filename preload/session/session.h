/*
 * session.h - one recording of one process, from its first event to its end.
 */
#ifndef MPROF_PRELOAD_SESSION_SESSION_H
#define MPROF_PRELOAD_SESSION_SESSION_H

#include "trace/format.h"

#include <stdbool.h>

struct process;

/* Makes sure that this process is being recorded: creates session and trace, starts the
 * drainer, once; threads that come meanwhile wait.  False where recording is off, for a
 * reason that was said on stderr.  Signals are blocked by the caller; errno is not kept. */
bool session_ensure(struct process *process);

/* As a recording starts, for its end: whether it is the process that the user started, which says where the
 * trace is, as seen from `directory`; whether nothing else is said. */
void session_end_prepare(bool says_farewell, bool is_quiet, const char *directory, const char *trace_path);

/* Nothing is recorded any more: the user is told, unless he wants quiet. */
void session_is_blind(enum blind_reason reason);

/* The program is about to end of its own will: exit, _exit, quick_exit. */
void session_ending(void);

/* Around an exec: it is about to be tried, it has failed. */
void session_executing(void);
void session_not_executed(void);

/* Whether LD_PRELOAD has brought us here: then what is started without it goes without us.  Not so where it
 * was /etc/ld.so.preload, or an option of the dynamic linker.  Any thread, any time. */
bool session_came_by_environment(void);

/* dlclose has returned: what went with it is noted. */
void session_code_unloaded(void);

/* Prints where the trace is, if this is the process that the user started. */
void session_farewell(void);

#endif
