/*
 * session_end.h - the end of a recording, and what may become one.
 */
#ifndef MPROF_PRELOAD_RECORD_SESSION_END_H
#define MPROF_PRELOAD_RECORD_SESSION_END_H

#include "trace/format.h"

#include <stdbool.h>

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

/* dlclose has returned: what went with it is noted. */
void session_code_unloaded(void);

/* Prints where the trace is, if this is the process that the user started. */
void session_farewell(void);

#endif
