/*
 * breakdown_columns.h - the columns of BLOCK_BREAKDOWN, and what their numbers are differences from: what its
 * encoder and decoder share; see format.h for the layout.
 *
 * By columns, since most of them are zeros: a path's only kind is of the class that its average size is of,
 * and of the thread of the path before.
 */
#ifndef MPROF_REPORTER_FIGURES_BREAKDOWN_COLUMNS_H
#define MPROF_REPORTER_FIGURES_BREAKDOWN_COLUMNS_H

#include "figures/breakdown.h"

enum column {
	KIND_OTHERS,   /* of each path with allocations: how many portions beside the first */
	KIND_CLASSES,  /* of the first: z - that of the average size */
	KIND_THREADS,  /* of the first: z - that of the path before */
	KIND_PORTIONS, /* of the others */
	PAIR_OTHERS,   /* of each path whose blocks were freed */
	PAIR_NODES,    /* of the first: z where they were freed - that of the path before */
	PAIR_PORTIONS, /* of the others */
	PAIR_BLOCKS,   /* of each of these */
	PAIR_BYTES,    /* z - what so many blocks of the path have on average */
	LIFETIME_OTHERS,
	LIFETIME_TIMES, /* of the first: z class - that of the average lifetime */
	LIFETIME_ALLOCATIONS,
	LIFETIME_PORTIONS,
	THREADS,
	COLUMNS,
};

/* What the next row is told from. */
struct before {
	uint32_t thread, freed;
};

static inline uint32_t average_class(uint64_t sum, uint64_t count)
{
	return size_class(count > 0 ? sum / count : 0);
}

static inline uint64_t sampled_parts(const struct model_totals *totals)
{
	return totals->sample_bytes > 0 ? WEIGHT_PARTS : 1;
}

/* Of blocks of so many bytes, as far as that tells. */
static inline uint32_t likely_class(const struct model_totals *totals, uint64_t bytes, uint64_t blocks)
{
	return average_class(bytes, blocks / sampled_parts(totals));
}

static inline uint32_t likely_lifetime(const struct model_totals *totals, uint64_t lifetime_ns,
				       uint64_t blocks)
{
	return average_class(lifetime_ns / BREAKDOWN_STEP_NS, blocks / sampled_parts(totals));
}

/* Of so many blocks of the path's that ended, on average. */
static inline uint64_t likely_bytes(uint64_t blocks, uint64_t all_blocks, uint64_t all_bytes)
{
	return all_blocks > 0 ? (uint64_t)((unsigned __int128)blocks * all_bytes / all_blocks) : 0;
}

#define THREAD_WORDS (sizeof(struct thread_figures) / sizeof(uint64_t))

#endif
