/*
 * mapping.h - a session file, locked, mapped and checked.
 *
 * A damaged header is an error here; indices that live in the mapping are checked where they
 * are used, since the producer goes on writing.
 */
#ifndef MPROF_REPORTER_DRAIN_MAPPING_H
#define MPROF_REPORTER_DRAIN_MAPPING_H

#include "base/diagnostic.h"

#include "trace/plan.h"
#include "trace/session.h"

#include <stdbool.h>
#include <stddef.h>

struct mapping {
	int fd;
	struct session_header *header;
	size_t bytes;
	const char *path; /* the caller's */
};

/* Opens and maps.  On failure nothing is held.  -ENOENT: no such session. */
int mapping_open(struct mapping *mapping, const char *path, struct diagnostic *diagnostic);
void mapping_close(struct mapping *mapping);

/* Where one of its plans is, by number. */
#define MAPPING_PLAN_BYTES (SESSION_PATH_BYTES + PLAN_ENDING_BYTES)
const char *mapping_plan_path(const struct mapping *mapping, uint32_t index, char path[MAPPING_PLAN_BYTES]);

/* Removes the session's file, its plans, and the link to it that children look for; the mapping stays. */
void mapping_remove(const struct mapping *mapping);

/* Becomes the session's one drainer until the mapping is closed.  -EBUSY: there is one;
 * -ENOENT: the session was finished and removed meanwhile.  No diagnostic: both are expected. */
int mapping_lock(struct mapping *mapping);

/* A text entry: its length, and where it is; 0 for none or one that is out of bounds. */
size_t mapping_text(const struct mapping *mapping, uint32_t offset, const char **text);

#endif
