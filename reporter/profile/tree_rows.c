/*
 * tree_rows.c - a tree by function or line.
 */
#include "base/memory.h"
#include "profile/private.h"
#include "profile/tree.h"

#include <stdlib.h>
#include <string.h>

struct order {
	enum figure figure;
	bool self;
};

static int compare(const void *left, const void *right, void *context)
{
	const struct tree_row *a = left, *b = right;
	const struct order *order = context;
	uint64_t x = figure_of(order->self ? &a->self : &a->total, order->figure);
	uint64_t y = figure_of(order->self ? &b->self : &b->total, order->figure);
	int by_name;

	if (x != y)
		return x > y ? -1 : 1;
	by_name = strcmp(a->frame->place, b->frame->place);
	return by_name != 0 ? by_name : a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* A frame's rows below itself are in its sum already: those before the end of the outermost. */
static void add_nodes(struct tree_row *rows, const struct tree *tree)
{
	uint32_t *counted_to = memory_zeroed(tree->frame_count, sizeof(*counted_to));

	for (uint32_t node = 1; node < tree->count; node++) {
		uint32_t frame = tree->frame[node];
		struct amounts amounts = tree_self(tree, node);

		amounts_add(&rows[frame].self, &amounts);
		if (node < counted_to[frame])
			continue;
		counted_to[frame] = tree->end[node];
		amounts = tree_total(tree, node);
		amounts_add(&rows[frame].total, &amounts);
	}
	free(counted_to);
}

const struct tree_row *tree_rows(struct profile *profile, const struct tree *tree, enum figure figure,
				 bool self, size_t *count)
{
	struct tree_row *rows = pool_alloc(&profile->pool, (tree->frame_count + 1) * sizeof(*rows));
	size_t used = 0;

	add_nodes(rows, tree);
	for (size_t i = 1; i < tree->frame_count; i++) {
		if (!amounts_have_blocks(&rows[i].total))
			continue;
		rows[used] = rows[i];
		rows[used++].frame = &tree->frames[i];
	}
	qsort_r(rows, used, sizeof(*rows), compare, &(struct order){figure, self});
	*count = used;
	return rows;
}
