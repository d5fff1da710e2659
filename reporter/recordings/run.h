/* run.h - the recordings of one run: a process, what it went on as, and all that it started. */
#ifndef MPROF_REPORTER_RECORDINGS_RUN_H
#define MPROF_REPORTER_RECORDINGS_RUN_H

#include "base/diagnostic.h"

#include <stdbool.h>
#include <stddef.h>

struct run_member {
	char *path;
	size_t parent; /* index of what started it, or went on as it; of the first its own, 0 */
	bool replaced; /* it is what its parent went on as, under the same pid */
};

/* In the order in which they began: the first is what all others descend from. */
struct run {
	struct run_member *members;
	size_t count;
};

/* The run that a recording belongs to, as far as the folder of that has it; drainers have been waited for.
 * 0 or -errno with a diagnostic. */
int run_find(const char *path, struct run *run, struct diagnostic *diagnostic);
void run_finish(struct run *run); /* a zeroed one is fine */

#endif
