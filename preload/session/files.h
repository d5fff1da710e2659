/*
 * files.h - names and creation of the trace and the session file.
 *
 * Start-up only; raw system calls, nothing allocated.  Errors are errno values, returned.
 */
#ifndef MPROF_PRELOAD_SESSION_FILES_H
#define MPROF_PRELOAD_SESSION_FILES_H

#include "arena.h"
#include "settings.h"

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

#define FILES_MEMORY "/dev/shm" /* where sessions lie, and are looked for */

struct files_facts {
	unsigned long pid, parent_pid;
	uint64_t pid_start_time;
	char exe[SESSION_PATH_BYTES];
	char cwd[SESSION_PATH_BYTES];               /* "" if it is gone */
	char program[256];                          /* last part of the name it was started by */
	char trace_path[SESSION_PATH_BYTES];        /* from files_create_trace on */
	char parent_trace_path[SESSION_PATH_BYTES]; /* "" without a recorded parent */
};

/* Finds out about the process.  forked_from: the parent's trace in a fork child, else NULL: then a
 * recorded parent, or a recorded earlier program of this pid, is looked for; the latter is
 * marked replaced. */
void files_gather(struct files_facts *facts, const char *forked_from);

/* Creates the empty trace where the settings want it and keeps its path.  What is there already stays, unless
 * the user has chosen just that file and it is a recording, or empty. */
int files_create_trace(struct files_facts *facts, const struct settings *settings);

/* Creates and maps the session file, header laid out; its path goes to `path`.  NULL with *failed set. */
struct arena *files_create_session(const struct files_facts *facts, char path[SESSION_PATH_BYTES],
				   int *failed);

/* Writes the trace's heading, which names the session file. */
int files_write_heading(const struct files_facts *facts, const char *session_path,
			uint64_t started_realtime_ns);

/* Takes both files back. */
void files_discard(const struct files_facts *facts, struct arena *arena);

/* The drainer's absolute path: $MPROF_DRAINER, beside this library, or where it was installed. */
bool files_find_drainer(char path[SESSION_PATH_BYTES]);

#endif
