/* trie.c - see trie.h. */
#include "profile/trie.h"

#include "base/memory.h"
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_AT_FIRST 1024 /* a power of two, as all numbers of slots */

/* ---- nodes ------------------------------------------------------------------------------- */

static uint32_t new_node(struct trie *trie, uint32_t parent, uint32_t frame)
{
	size_t needed = trie->count + 1;

	trie->parent = pool_grow(trie->parent, &trie->parent_capacity, needed, sizeof(*trie->parent));
	trie->frame = pool_grow(trie->frame, &trie->frame_capacity, needed, sizeof(*trie->frame));
	trie->sum = pool_grow(trie->sum, &trie->sum_capacity, needed, sizeof(*trie->sum));
	trie->parent[trie->count] = parent;
	trie->frame[trie->count] = frame;
	trie->sum[trie->count] = 0;
	return (uint32_t)trie->count++;
}

void trie_init(struct trie *trie)
{
	*trie = (struct trie){.slot_count = SLOTS_AT_FIRST};
	trie->slots = memory_zeroed(trie->slot_count, sizeof(*trie->slots));
	new_node(trie, 0, 0);
}

void trie_finish(struct trie *trie)
{
	free(trie->parent);
	free(trie->frame);
	free(trie->sum);
	free(trie->sums);
	free(trie->slots);
}

/* The slot that has such a child, or is free for it. */
static uint32_t *slot_of(const struct trie *trie, uint32_t parent, uint32_t frame)
{
	uint64_t hash = ((uint64_t)parent << 32 | frame) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)((hash ^ hash >> 29) >> 3);

	for (i &= trie->slot_count - 1; trie->slots[i] > 0; i = (i + 1) & (trie->slot_count - 1)) {
		uint32_t node = trie->slots[i] - 1;

		if (trie->parent[node] == parent && trie->frame[node] == frame)
			break;
	}
	return &trie->slots[i];
}

static void enlarge(struct trie *trie)
{
	free(trie->slots);
	trie->slot_count *= 2;
	trie->slots = memory_zeroed(trie->slot_count, sizeof(*trie->slots));
	for (uint32_t node = 1; node < trie->count; node++)
		*slot_of(trie, trie->parent[node], trie->frame[node]) = node + 1;
}

uint32_t trie_child(struct trie *trie, uint32_t parent, uint32_t frame)
{
	uint32_t *slot = slot_of(trie, parent, frame);

	if (*slot > 0)
		return *slot - 1;
	if (trie->count * 3 >= trie->slot_count * 2) {
		enlarge(trie);
		slot = slot_of(trie, parent, frame);
	}
	*slot = (uint32_t)trie->count + 1;
	return new_node(trie, parent, frame);
}

void trie_add(struct trie *trie, uint32_t node, const struct amounts *own)
{
	if (trie->sum[node] == 0) {
		trie->sums =
			pool_grow(trie->sums, &trie->sums_capacity, trie->sum_count + 1, sizeof(*trie->sums));
		trie->sums[trie->sum_count++] = (struct amounts){0};
		trie->sum[node] = (uint32_t)trie->sum_count;
	}
	amounts_add(&trie->sums[trie->sum[node] - 1], own);
}

/* ---- order --------------------------------------------------------------------------------- */

struct ordering {
	const struct trie *trie;
	const struct trie_ordering *by;
	uint64_t *totals; /* of the figure, by node */
	uint32_t *
		begin; /* by node: where its children begin in `children`; they end where the next one's do */
	uint32_t *children;
};

/* Children come behind their parents. */
static void sum_up(struct ordering *ordering)
{
	const struct trie *trie = ordering->trie;

	ordering->totals = memory_zeroed(trie->count, sizeof(*ordering->totals));
	for (size_t node = trie->count; node-- > 0;) {
		if (trie->sum[node] > 0)
			ordering->totals[node] +=
				figure_of(&trie->sums[trie->sum[node] - 1], ordering->by->figure);
		if (node > 0)
			ordering->totals[trie->parent[node]] += ordering->totals[node];
	}
}

static void list_children(struct ordering *ordering)
{
	const struct trie *trie = ordering->trie;

	ordering->begin = memory_zeroed(trie->count + 2, sizeof(*ordering->begin));
	ordering->children = memory_zeroed(trie->count, sizeof(*ordering->children));
	for (size_t node = 1; node < trie->count; node++)
		ordering->begin[trie->parent[node] + 2]++;
	for (size_t node = 0; node < trie->count; node++)
		ordering->begin[node + 2] += ordering->begin[node + 1];
	for (uint32_t node = 1; node < trie->count; node++)
		ordering->children[ordering->begin[trie->parent[node] + 1]++] = node;
}

static int by_total(const void *left, const void *right, void *context)
{
	const struct ordering *ordering = context;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	uint32_t x = ordering->trie->frame[a], y = ordering->trie->frame[b];
	int order;

	if (ordering->totals[a] != ordering->totals[b])
		return ordering->totals[a] > ordering->totals[b] ? -1 : 1;
	order = strcmp(ordering->by->name(ordering->by->context, x),
		       ordering->by->name(ordering->by->context, y));
	return order != 0 ? order : x < y ? -1 : x > y;
}

/* The nodes in preorder: the caller's to free(). */
static uint32_t *in_preorder(struct ordering *ordering)
{
	size_t count = ordering->trie->count, used = 0, open = 1;
	uint32_t *order = memory_zeroed(count, sizeof(*order));
	uint32_t *stack = memory_zeroed(count, sizeof(*stack));

	while (open > 0) {
		uint32_t node = stack[--open], *first = &ordering->children[ordering->begin[node]];
		size_t children = ordering->begin[node + 1] - ordering->begin[node];

		order[used++] = node;
		if (children > 1)
			qsort_r(first, children, sizeof(*first), by_total, ordering);
		while (children > 0)
			stack[open++] = first[--children];
	}
	free(stack);
	return order;
}

/* ---- the tree -------------------------------------------------------------------------------- */

static struct trie_columns new_columns(struct pool *pool, const struct trie *trie)
{
	return (struct trie_columns){
		.parent = pool_alloc(pool, trie->count * sizeof(uint32_t)),
		.frame = pool_alloc(pool, trie->count * sizeof(uint32_t)),
		.end = pool_alloc(pool, trie->count * sizeof(uint32_t)),
		.first = pool_alloc(pool, (trie->count + 1) * sizeof(uint32_t)),
		.before = pool_alloc(pool, (trie->sum_count + 1) * sizeof(struct amounts)),
		.place = memory_zeroed(trie->count, sizeof(uint32_t)),
	};
}

/* Sums stay unweighed until all are there. */
static void fill(const struct trie_columns *columns, const struct trie *trie, const uint32_t *order)
{
	uint32_t *place = columns->place, entries = 0;

	for (uint32_t i = 0; i < trie->count; i++) {
		uint32_t node = order[i], sum = trie->sum[node];

		place[node] = i;
		columns->parent[i] = place[trie->parent[node]];
		columns->frame[i] = trie->frame[node];
		columns->end[i] = i + 1;
		columns->first[i] = entries;
		if (sum == 0)
			continue;
		columns->before[entries + 1] = columns->before[entries];
		amounts_add(&columns->before[++entries], &trie->sums[sum - 1]);
	}
	columns->first[trie->count] = entries;
	for (size_t i = trie->count; i-- > 1;)
		if (columns->end[columns->parent[i]] < columns->end[i])
			columns->end[columns->parent[i]] = columns->end[i];
}

struct trie_columns trie_order(struct trie *trie, const struct trie_ordering *by, uint64_t sample_bytes,
			       struct pool *pool)
{
	struct ordering ordering = {.trie = trie, .by = by};
	struct trie_columns columns;
	uint32_t *order;

	free(trie->slots);
	trie->slots = NULL;
	sum_up(&ordering);
	list_children(&ordering);
	order = in_preorder(&ordering);
	free(ordering.totals);
	free(ordering.begin);
	free(ordering.children);
	columns = new_columns(pool, trie);
	fill(&columns, trie, order);
	for (size_t i = 0; i <= trie->sum_count; i++)
		amounts_weigh(&columns.before[i], sample_bytes);
	free(order);
	return columns;
}
