/*
 * breakdown_walk.h - what was counted of one call path, its first key's portion included: for who writes it,
 * and for who makes tables of it.
 */
#ifndef MPROF_REPORTER_FIGURES_BREAKDOWN_WALK_H
#define MPROF_REPORTER_FIGURES_BREAKDOWN_WALK_H

#include "figures/breakdown_tables.h"

/* Portions by path: the first one's index, and each one's next; 0: none. */
struct portion_lists {
	uint32_t *first, *next;
};

struct breakdown_walk {
	const struct figures *figures;
	struct portion_lists kinds, pairs, lifetimes;
};

/* 0 or -ENOMEM; breakdown_walk_finish in any case. */
int breakdown_walk_init(struct breakdown_walk *walk, const struct figures *figures);
void breakdown_walk_finish(struct breakdown_walk *walk);

/* A path's portion but for the first, by index; and the first, which is what the others leave. */
struct kind_row breakdown_kind(const struct breakdown_walk *walk, uint32_t node, uint32_t index);
struct kind_row breakdown_first_kind(const struct breakdown_walk *walk, uint32_t node, uint32_t number);
struct pair_row breakdown_pair(const struct breakdown_walk *walk, uint32_t node, uint32_t index);
struct pair_row breakdown_first_pair(const struct breakdown_walk *walk, uint32_t node, uint32_t number);
struct lifetime_row breakdown_lifetime(const struct breakdown_walk *walk, uint32_t node, uint32_t index);
struct lifetime_row breakdown_first_lifetime(const struct breakdown_walk *walk, uint32_t node,
					     uint32_t number);

/* The tables of what was counted: `begins` has the numbers of all nodes below `node_count`.  For an all-zero
 * struct, breakdown_tables_finish in any case.  0 or -ENOMEM. */
int breakdown_collect(const struct figures *figures, const struct numbering *begins, size_t node_count,
		      struct breakdown_tables *tables);

/* Takes a portion away from what the path has in all; false: that is less. */
bool breakdown_without_kind(struct kind_row *all, const struct kind_row *portion);
bool breakdown_without_pair(struct pair_row *all, const struct pair_row *portion);

#endif
