/*
 * collections.h - what is known of garbage collectors, typed blocks and caches: plain data, all names
 * resolved.  `error` is the margin of a sum of bytes, 0 unless blocks were sampled.
 */
#ifndef MPROF_REPORTER_PROFILE_COLLECTIONS_H
#define MPROF_REPORTER_PROFILE_COLLECTIONS_H

#include "profile/amounts.h"

#include <stddef.h>
#include <stdint.h>

/* Collections, summed up. */
struct collection_sum {
	uint64_t collections;
	uint64_t candidates, collected, uncollectable; /* objects */
	uint64_t freed_bytes;
	uint64_t pause_ns, longest_pause_ns; /* of all, and of one */
	uint32_t youngest, oldest;           /* generations, if there are collections */
};

struct collection {
	uint64_t time_ns; /* since the start of the run; when it began */
	uint64_t candidates, collected, uncollectable;
	uint64_t freed_bytes, pause_ns;
	const char *function, *file; /* what had it run; file "" if unknown */
	uint32_t line;               /* 0 if unknown */
	uint32_t generation;
	uint32_t node; /* of the call-path tree, where it began */
};

/* The collections of one generation, or of one line. */
struct collection_group {
	struct collection_sum sum;
	const char *function, *file;
	uint32_t line;
};

/* A call site with blocks that a collector freed. */
struct collected_site {
	const char *function, *file;
	uint32_t line;
	uint64_t collected_blocks, collected_bytes, collected_error;
	uint64_t released_blocks, released_bytes, released_error; /* freed, but by no collector */
};

/* Tracked blocks of a type.  Estimates where blocks are sampled. */
struct typed_blocks {
	const char *name;
	struct amounts amounts;
	uint64_t peak_error, leaked_error, collected_error;
};

/* A cache, as its program said last. */
struct cache {
	const char *name;
	uint64_t entries, hits, misses, size_bytes;
};

struct collections {
	struct collection_sum total;
	const struct collection *collections; /* by time */
	size_t collection_count;
	const struct collection_group *generations; /* the youngest first */
	size_t generation_count;
	const struct collection_group *lines; /* that of the longest pauses in all first */
	size_t line_count;
	const struct collected_site *sites; /* that of the most collected bytes first */
	size_t site_count;
	const struct typed_blocks *types; /* that of the most bytes at the peak first */
	size_t type_count;
	const struct cache *caches; /* by name */
	size_t cache_count;
};

/* Adds one collection to a sum. */
static inline void collection_sum_add(struct collection_sum *sum, const struct collection *collection)
{
	uint32_t generation = collection->generation;

	sum->youngest = sum->collections == 0 || generation < sum->youngest ? generation : sum->youngest;
	sum->oldest = generation > sum->oldest ? generation : sum->oldest;
	sum->collections++;
	sum->candidates += collection->candidates;
	sum->collected += collection->collected;
	sum->uncollectable += collection->uncollectable;
	sum->freed_bytes += collection->freed_bytes;
	sum->pause_ns += collection->pause_ns;
	if (collection->pause_ns > sum->longest_pause_ns)
		sum->longest_pause_ns = collection->pause_ns;
}

#endif
