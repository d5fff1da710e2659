/*
 * breakdown_tables.h - call paths' figures by kind, place of freeing and lifetime once counting is over, and
 * to BLOCK_BREAKDOWN and back; see format.h for the layout.
 *
 * Decoding trusts nothing: whatever it accepts agrees with the summary, sum by sum.
 */
#ifndef MPROF_REPORTER_FIGURES_BREAKDOWN_TABLES_H
#define MPROF_REPORTER_FIGURES_BREAKDOWN_TABLES_H

#include "figures/figures.h"

/* Of the blocks of one kind that began at a node. */
struct kind_row {
	uint32_t node, kind;
	uint64_t allocations, allocated_bytes;
	uint64_t live_bytes, live_blocks;
	uint64_t peak_bytes, peak_blocks;
	uint64_t temporary;
};

struct pair_row {
	uint32_t node, freed; /* nodes: where they began, and where they ended */
	uint64_t blocks, bytes;
};

struct lifetime_row {
	uint32_t node, lifetime;
	uint64_t blocks;
};

/* By node, each node's first key first; what is summed here is the node's in all.  Counts are in parts where
 * blocks are sampled. */
struct breakdown_tables { /* all zero: nothing is known */
	struct kind_row *kinds;
	struct pair_row *pairs;
	struct lifetime_row *lifetimes;
	struct thread_figures *threads; /* by index; the last may be of all that come behind, too */
	size_t kind_count, pair_count, lifetime_count, thread_count;
	size_t kind_capacity, pair_capacity, lifetime_capacity;
	bool lifetimes_known, threads_known; /* a replay knows neither */
};

void breakdown_tables_finish(struct breakdown_tables *tables);

/* Adds a row behind all others.  0 or -ENOMEM. */
int breakdown_add_kind(struct breakdown_tables *tables, const struct kind_row *row);
int breakdown_add_pair(struct breakdown_tables *tables, const struct pair_row *row);
int breakdown_add_lifetime(struct breakdown_tables *tables, const struct lifetime_row *row);

/* Goes on from tables that were written once; figures are restored, and have a number for every node.  0 or
 * -ENOMEM. */
int breakdown_restore(struct figures *figures, const struct numbering *begins,
		      const struct breakdown_tables *tables);

#endif
