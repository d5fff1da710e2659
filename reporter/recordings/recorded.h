/*
 * recorded.h - the traces that a run has left: where they go, and which of a folder's are the run's.
 */
#ifndef MPROF_REPORTER_RECORDINGS_RECORDED_H
#define MPROF_REPORTER_RECORDINGS_RECORDED_H

#include "traces.h"

#include <sys/types.h>

#define RECORDED_USUAL "%e.%p.mprof" /* where nobody says where to */

/* The pattern with the current directory before it, the caller's to free(); NULL with errno.  The program may
 * change its directory before a child of it starts a trace. */
char *recorded_pattern(const char *pattern);

/* Whether a trace can be made where `output` says, or where it usually goes (NULL): 0 or -errno with a
 * diagnostic.  A directory that is another one for each process is taken on trust. */
int recorded_check(const char *output, struct diagnostic *diagnostic);

/*
 * The traces of a process and of all that descend from it, begun since a moment, oldest first; the drainers
 * of all that began since then have been waited for, or asked for what they have.  The pattern is absolute.
 * 0 or -errno with a diagnostic; *list is the caller's to finish.
 */
int recorded_find(const char *pattern, pid_t pid, uint64_t since_realtime_ns, struct trace_list *list,
		  struct diagnostic *diagnostic);

/* Says on standard error what was wrong with the recording of a process. */
void recorded_warn(const struct trace_list *list, pid_t pid);

/* Says on standard error which of a run's recordings `mprof report` would show now, and how many more there
 * are. */
void recorded_tell(const struct trace_list *list);

#endif
