/*
 * breakdown_walk.c - see breakdown_walk.h.
 */
#include "figures/breakdown_walk.h"

#include <errno.h>
#include <stdlib.h>

static bool list_portions(struct portion_lists *lists, const struct portions *portions, size_t path_count)
{
	lists->first = calloc(path_count + 1, sizeof(*lists->first));
	lists->next = calloc((size_t)portions->count + 1, sizeof(*lists->next));
	if (!lists->first || !lists->next)
		return false;
	for (uint32_t index = portions->count; index > 0; index--) {
		uint32_t number = portions->list[index].number;

		lists->next[index] = lists->first[number];
		lists->first[number] = index;
	}
	return true;
}

int breakdown_walk_init(struct breakdown_walk *walk, const struct figures *figures)
{
	const struct breakdown *breakdown = &figures->breakdown;
	size_t count = breakdown->path_capacity;

	*walk = (struct breakdown_walk){.figures = figures};
	return list_portions(&walk->kinds, &breakdown->kinds, count) &&
			       list_portions(&walk->pairs, &breakdown->pairs, count) &&
			       list_portions(&walk->lifetimes, &breakdown->lifetimes, count)
		       ? 0
		       : -ENOMEM;
}

void breakdown_walk_finish(struct breakdown_walk *walk)
{
	const struct portion_lists *lists[] = {&walk->kinds, &walk->pairs, &walk->lifetimes};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		free(lists[i]->first);
		free(lists[i]->next);
	}
	*walk = (struct breakdown_walk){0};
}

/* ---- kinds ---------------------------------------------------------------------------------- */

struct kind_row breakdown_kind(const struct breakdown_walk *walk, uint32_t node, uint32_t index)
{
	const struct breakdown *breakdown = &walk->figures->breakdown;
	const struct kind_figures *kind = portion_figures(&breakdown->kinds, index);
	/* It has not changed since the peak. */
	bool same = kind->epoch != breakdown->epoch;

	return (struct kind_row){
		.node = node,
		.kind = breakdown->kinds.list[index].key,
		.allocations = kind->allocations,
		.allocated_bytes = kind->allocated_bytes,
		.live_bytes = kind->live_bytes,
		.live_blocks = kind->live_blocks,
		.peak_bytes = same ? kind->live_bytes : kind->peak_bytes,
		.peak_blocks = same ? kind->live_blocks : kind->peak_blocks,
		.temporary = kind->temporary,
	};
}

/* False: the sum was less. */
static bool less(uint64_t *sum, uint64_t part)
{
	bool there = *sum >= part;

	*sum -= part;
	return there;
}

bool breakdown_without_kind(struct kind_row *all, const struct kind_row *portion)
{
	bool there = less(&all->allocations, portion->allocations);

	there &= less(&all->allocated_bytes, portion->allocated_bytes);
	there &= less(&all->live_bytes, portion->live_bytes);
	there &= less(&all->live_blocks, portion->live_blocks);
	there &= less(&all->peak_bytes, portion->peak_bytes);
	there &= less(&all->peak_blocks, portion->peak_blocks);
	return there & less(&all->temporary, portion->temporary);
}

struct kind_row breakdown_first_kind(const struct breakdown_walk *walk, uint32_t node, uint32_t number)
{
	const struct model_node all = figures_node(walk->figures, node, number);
	struct kind_row first = {
		.node = node,
		.kind = walk->figures->breakdown.paths[number].kind.first,
		.allocations = all.allocations,
		.allocated_bytes = all.allocated_bytes,
		.live_bytes = all.live_bytes,
		.live_blocks = all.live_blocks,
		.peak_bytes = all.peak_bytes,
		.peak_blocks = all.peak_blocks,
		.temporary = all.temporary,
	};

	for (uint32_t i = walk->kinds.first[number]; i > 0; i = walk->kinds.next[i]) {
		struct kind_row other = breakdown_kind(walk, node, i);

		breakdown_without_kind(&first, &other);
	}
	return first;
}

/* ---- pairs ---------------------------------------------------------------------------------- */

static uint32_t freed_node(const struct breakdown_walk *walk, uint32_t freed)
{
	return walk->figures->free_numbers.nodes[freed];
}

struct pair_row breakdown_pair(const struct breakdown_walk *walk, uint32_t node, uint32_t index)
{
	const struct portions *pairs = &walk->figures->breakdown.pairs;
	const struct pair_figures *figures = portion_figures(pairs, index);

	return (struct pair_row){node, freed_node(walk, pairs->list[index].key), figures->blocks,
				 figures->bytes};
}

bool breakdown_without_pair(struct pair_row *all, const struct pair_row *portion)
{
	bool there = less(&all->blocks, portion->blocks);

	return there & less(&all->bytes, portion->bytes);
}

struct pair_row breakdown_first_pair(const struct breakdown_walk *walk, uint32_t node, uint32_t number)
{
	const struct figures_counters *all = &walk->figures->counters[number];
	struct pair_row first = {node, freed_node(walk, walk->figures->breakdown.paths[number].pair.first),
				 all->allocations - all->live_blocks, all->allocated_bytes - all->live_bytes};

	for (uint32_t i = walk->pairs.first[number]; i > 0; i = walk->pairs.next[i]) {
		struct pair_row other = breakdown_pair(walk, node, i);

		breakdown_without_pair(&first, &other);
	}
	return first;
}

/* ---- lifetimes ------------------------------------------------------------------------------ */

struct lifetime_row breakdown_lifetime(const struct breakdown_walk *walk, uint32_t node, uint32_t index)
{
	const struct portions *lifetimes = &walk->figures->breakdown.lifetimes;
	const struct lifetime_figures *figures = portion_figures(lifetimes, index);

	return (struct lifetime_row){node, lifetimes->list[index].key, figures->blocks};
}

struct lifetime_row breakdown_first_lifetime(const struct breakdown_walk *walk, uint32_t node,
					     uint32_t number)
{
	const struct figures_counters *all = &walk->figures->counters[number];
	struct lifetime_row first = {node, walk->figures->breakdown.paths[number].lifetime.first,
				     all->allocations - all->live_blocks};

	for (uint32_t i = walk->lifetimes.first[number]; i > 0; i = walk->lifetimes.next[i])
		first.blocks -= breakdown_lifetime(walk, node, i).blocks;
	return first;
}

/* ---- all of them --------------------------------------------------------------------------- */

static int collect_kinds(const struct breakdown_walk *walk, uint32_t node, uint32_t number,
			 struct breakdown_tables *tables)
{
	struct kind_row row = breakdown_first_kind(walk, node, number);
	int error = breakdown_add_kind(tables, &row);

	for (uint32_t i = walk->kinds.first[number]; !error && i > 0; i = walk->kinds.next[i]) {
		row = breakdown_kind(walk, node, i);
		error = breakdown_add_kind(tables, &row);
	}
	return error;
}

static int collect_pairs(const struct breakdown_walk *walk, uint32_t node, uint32_t number,
			 struct breakdown_tables *tables)
{
	struct pair_row row = breakdown_first_pair(walk, node, number);
	int error = breakdown_add_pair(tables, &row);

	for (uint32_t i = walk->pairs.first[number]; !error && i > 0; i = walk->pairs.next[i]) {
		row = breakdown_pair(walk, node, i);
		error = breakdown_add_pair(tables, &row);
	}
	return error;
}

static int collect_lifetimes(const struct breakdown_walk *walk, uint32_t node, uint32_t number,
			     struct breakdown_tables *tables)
{
	struct lifetime_row row = breakdown_first_lifetime(walk, node, number);
	int error = breakdown_add_lifetime(tables, &row);

	for (uint32_t i = walk->lifetimes.first[number]; !error && i > 0; i = walk->lifetimes.next[i]) {
		row = breakdown_lifetime(walk, node, i);
		error = breakdown_add_lifetime(tables, &row);
	}
	return error;
}

static int collect_path(const struct breakdown_walk *walk, uint32_t node, uint32_t number,
			struct breakdown_tables *tables)
{
	const struct breakdown_path *path = &walk->figures->breakdown.paths[number];
	int error = path->kind.first ? collect_kinds(walk, node, number, tables) : 0;

	if (!error && path->pair.first)
		error = collect_pairs(walk, node, number, tables);
	if (!error && path->lifetime.first)
		error = collect_lifetimes(walk, node, number, tables);
	return error;
}

int breakdown_collect(const struct figures *figures, const struct numbering *begins, size_t node_count,
		      struct breakdown_tables *tables)
{
	struct breakdown_walk walk;
	int error = breakdown_walk_init(&walk, figures);

	for (uint32_t node = 0; !error && node < node_count; node++)
		if (numbering_find(begins, node) > 0)
			error = collect_path(&walk, node, numbering_find(begins, node), tables);
	breakdown_walk_finish(&walk);
	return error;
}
