/*
 * traces.h - the trace files of a directory, and which of them an argument means.
 */
#ifndef MPROF_REPORTER_RECORDINGS_TRACES_H
#define MPROF_REPORTER_RECORDINGS_TRACES_H

#include "base/diagnostic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_entry {
	char *path;         /* as the user would write it: no leading "./" */
	char *session_path; /* "" if the heading names none */
	int pid;
	uint64_t started_realtime_ns;
};

/* Oldest first, ties by path. */
struct trace_list {
	struct trace_entry *entries;
	size_t count;
	char **strangers; /* files of such a name that do not begin as traces do */
	size_t stranger_count;
};

/* The *.mprof files of a directory.  0 or -errno. */
int trace_list_init(struct trace_list *list, const char *directory, struct diagnostic *diagnostic);

/* The traces of a directory whose names begin so, whatever they end in; strangers are passed over. */
int trace_list_init_named(struct trace_list *list, const char *directory, const char *beginning,
			  struct diagnostic *diagnostic);
void trace_list_finish(struct trace_list *list); /* a zeroed list is fine */

/*
 * The path that an argument of the command line means: NULL the program of the newest run (of the processes
 * that the newest trace's first recorded ancestor started, itself included, the one with the greatest peak
 * heap; waits for their drainers), a number its index in the list (0 the oldest, -1 the newest), anything
 * else a file.  Borrowed from list or argument.  0, -ENOENT (no traces here) or -EINVAL (no such index).
 */
int trace_list_pick(const struct trace_list *list, const char *argument, const char **path,
		    struct diagnostic *diagnostic);

/* What that picks without an argument, of traces whose drainers have been waited for, at least one. */
const char *trace_list_program(const struct trace_list *list);

/* True if the word is an index, not a file name. */
bool trace_argument_is_index(const char *argument, long *index);

/* Whether the trace in this file is still being recorded, and by which process; false if it is none. */
bool trace_is_recording(const char *path, int *pid);

/*
 * Makes a trace as whole as it can be before it is read: one whose session is still there is finished,
 * or waited for, or flushed.  Problems are not fatal, what is in the file can be reported; they are
 * a warning on standard error.
 */
void trace_settle(const char *path);

/* That, for a trace whose figures are wanted: a fork child's frees of what it inherited are named by its
 * parent's trace, so that is settled too. */
void trace_bring_up_to_date(const char *path);

#endif
