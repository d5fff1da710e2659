/*
 * blocks_made.h - blocks that would have had the heap change as it did: for formats that know nothing but
 * single blocks.
 *
 * Where a call path grew from one moment of the time line to the next, it is one block that begins; where it
 * shrank, its last ones end, and what is left of the outermost begins anew.  So what lives at each boundary
 * and highest point is exact, by call path; blocks that came and went in between are none.
 */
#ifndef MPROF_REPORTER_EXPORTS_BLOCKS_MADE_H
#define MPROF_REPORTER_EXPORTS_BLOCKS_MADE_H

#include "profile/tree.h"

struct timeline;

/* One begins or ends. */
struct block_event {
	uint64_t time_ns;
	uint64_t block; /* which, from 1 */
	int64_t bytes;  /* more, or less */
	uint32_t node;  /* of the tree */
};

/* What the whole heap did up to a moment, since the one before. */
struct heap_step {
	uint64_t time_ns;
	int64_t bytes;
};

struct blocks_made {
	struct block_event *events; /* by time */
	size_t event_count, event_capacity;
	struct heap_step *steps;
	size_t step_count, step_capacity;
};

/* Of a tree with of_node. */
struct blocks_made blocks_make(const struct tree *tree, const struct timeline *timeline);
void blocks_made_finish(struct blocks_made *made);

#endif
