/*
 * facts.h - what a process is, as its recording is to say.
 */
#ifndef MPROF_PRELOAD_SESSION_FACTS_H
#define MPROF_PRELOAD_SESSION_FACTS_H

#include "trace/session.h"

#include <stdint.h>

struct files_facts {
	unsigned long pid, parent_pid;
	uint64_t pid_start_time;
	uint64_t root_device, root_inode; /* of "/"; both 0: not known */
	char exe[SESSION_PATH_BYTES];
	char cwd[SESSION_PATH_BYTES];               /* "" if it is gone */
	char program[256];                          /* last part of the name it was started by */
	char trace_path[SESSION_PATH_BYTES];        /* from files_create_trace on */
	char parent_trace_path[SESSION_PATH_BYTES]; /* "" without a recorded parent */
};

#endif
