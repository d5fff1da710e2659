/*
 * path_sums.h - what call paths had at a moment, or did from one boundary of a time line to another.
 */
#ifndef MPROF_REPORTER_PROFILE_PATH_SUMS_H
#define MPROF_REPORTER_PROFILE_PATH_SUMS_H

#include "figures/timeline.h"
#include "trace/numbering.h"

/* Modulo 2^64 on the way; counts of blocks are in parts where blocks are sampled. */
struct path_sum {
	uint64_t bytes, blocks;             /* at the end */
	uint64_t begin_bytes, begin_blocks; /* at the beginning */
	uint64_t peak_bytes, peak_blocks;   /* at the highest heap in between, or at the moment */
	uint64_t allocations, allocated_bytes;
};

struct path_sums {                /* all zero: none */
	struct numbering numbers; /* of the nodes that have any */
	struct path_sum *list;    /* by these, from 1 */
	size_t capacity;
	uint64_t peak_ns;
};

void path_sums_finish(struct path_sums *sums);

/* Behind so many intervals; or at the highest heap within the one that follows, and then what was allocated
 * is that up to its end.  O(entries of the intervals). */
void path_sums_moment(struct path_sums *sums, const struct timeline *timeline, size_t before, bool at_peak);

/* From behind so many intervals to behind so many.  O(entries). */
void path_sums_window(struct path_sums *sums, const struct timeline *timeline, size_t from, size_t to);

/* Behind how many intervals so many events come; false: there is no boundary just there. */
bool timeline_boundary(const struct timeline *timeline, uint64_t events, size_t *before);

#endif
