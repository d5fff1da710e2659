/*
 * files.h - the name and creation of the trace, and where the drainer is.
 *
 * Start-up only; raw system calls, nothing allocated.  Errors are errno values, returned.
 */
#ifndef MPROF_PRELOAD_SESSION_FILES_H
#define MPROF_PRELOAD_SESSION_FILES_H

#include "facts.h"
#include "settings.h"

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

/* Finds out about the process.  forked_from: the parent's trace in a fork child, else NULL: then a
 * recorded parent, or a recorded earlier program of this pid, is looked for; the latter is
 * marked replaced. */
void files_gather(struct files_facts *facts, const char *forked_from);

/* Creates the empty trace where the settings want it and keeps its path.  What is there already stays, unless
 * the user has chosen just that file and it is a recording, or empty. */
int files_create_trace(struct files_facts *facts, const struct settings *settings);

/* Writes the trace's heading, which names the session file. */
int files_write_heading(const struct files_facts *facts, const char *session_path,
			uint64_t started_realtime_ns);

/* The drainer's absolute path: $MPROF_DRAINER, beside this library, or where it was installed. */
bool files_find_drainer(char path[SESSION_PATH_BYTES]);

#endif
