/*
 * tree_nodes.c - a call tree for programs: every node.
 */
#include "base/memory.h"
#include "views/tree_showing.h"

#include <stdlib.h>

/* A node, or the children of one that are left out. */
struct node_row {
	uint32_t node, depth;
	const struct amounts *rest; /* of those; NULL: it is a node */
};

struct node_context {
	const struct tree *tree;
	uint64_t sample_bytes;
};

static const struct source_function others = {.name = "(other)", .file = "", .module = ""};
static const struct tree_frame other_frame = {.function = &others, .place = "(other)"};

static struct amounts self_of(const void *row, const void *context)
{
	const struct node_row *of = row;

	return of->rest ? *of->rest : tree_self(((const struct node_context *)context)->tree, of->node);
}

static struct amounts total_of(const void *row, const void *context)
{
	const struct node_row *of = row;

	return of->rest ? *of->rest : tree_total(((const struct node_context *)context)->tree, of->node);
}

static const struct tree_frame *frame_at(const void *row, const void *context)
{
	const struct node_row *of = row;

	return of->rest ? &other_frame : tree_frame(((const struct node_context *)context)->tree, of->node);
}

#define SAMPLED (((const struct node_context *)context)->sample_bytes)
TREE_FRAME_COLUMNS("frame.", frame_at(row, context))
TREE_FIGURE_COLUMNS(self, "self.", self_of(row, context), SAMPLED)
TREE_FIGURE_COLUMNS(total, "total.", total_of(row, context), SAMPLED)
/* Of hundreds of thousands of nodes: errors are told where there are any. */
static const struct column *const exact_columns[] = {TREE_FRAME, TREE_FIGURES(self), TREE_FIGURES(total),
						     NULL};
static const struct column *const sampled_columns[] = {
	TREE_FRAME, TREE_FIGURES(self), TREE_ERRORS(self), TREE_FIGURES(total), TREE_ERRORS(total), NULL};

static uint32_t node_depth(const void *row)
{
	return ((const struct node_row *)row)->depth;
}

/* Rows on their way: what is left out of an open node is told behind its children. */
struct node_walk {
	const struct showing *showing;
	struct node_row *rows;
	size_t count;
	uint32_t *depth; /* by node */
	struct left_out {
		uint32_t end;
		struct node_row row;
	} * open;
	size_t opened, capacity;
};

static bool is_shown(const struct node_walk *walk, uint32_t node)
{
	const struct showing *showing = walk->showing;

	return showing_value(showing, node) >= showing->floor &&
	       (showing->depth == 0 || walk->depth[node] <= showing->depth);
}

static void leave_out(struct node_walk *walk, uint32_t node)
{
	const struct tree *tree = walk->showing->tree;
	struct amounts *rest = NULL;

	for (uint32_t child = node + 1; child < tree->end[node]; child = tree->end[child]) {
		struct amounts total = tree_total(tree, child);

		walk->depth[child] = walk->depth[node] + 1;
		if (is_shown(walk, child))
			continue;
		rest = rest ? rest : pool_alloc(&walk->showing->document->pool, sizeof(*rest));
		amounts_add(rest, &total);
	}
	if (!rest)
		return;
	walk->open = pool_grow(walk->open, &walk->capacity, walk->opened + 1, sizeof(*walk->open));
	walk->open[walk->opened++] = (struct left_out){tree->end[node], {node, walk->depth[node] + 1, rest}};
}

static void fill_nodes(struct node_walk *walk)
{
	const struct tree *tree = walk->showing->tree;

	for (uint32_t node = 0; node < tree->count;) {
		if (node == 0 || is_shown(walk, node)) {
			walk->rows[walk->count++] = (struct node_row){node, walk->depth[node], NULL};
			leave_out(walk, node++);
		} else {
			node = tree->end[node];
		}
		while (walk->opened > 0 && node >= walk->open[walk->opened - 1].end)
			walk->rows[walk->count++] = walk->open[--walk->opened].row;
	}
}

void part_tree_nodes(const struct showing *showing, uint64_t sample_bytes)
{
	struct pool *pool = &showing->document->pool;
	const struct tree *tree = showing->tree;
	const struct node_context context = {tree, sample_bytes};
	bool all = showing->floor == 0 && showing->depth == 0;
	struct node_walk walk = {.showing = showing};

	walk.rows = pool_alloc(pool, (all ? 1 : 2) * tree->count * sizeof(*walk.rows));
	walk.depth = memory_zeroed(tree->count, sizeof(*walk.depth));
	fill_nodes(&walk);
	free(walk.depth);
	free(walk.open);
	document_add(showing->document,
		     &(struct section){
			     .name = "root",
			     .layout = LAYOUT_TREE,
			     .table = {sample_bytes > 0 ? sampled_columns : exact_columns, walk.rows,
				       walk.count, sizeof(*walk.rows),
				       document_keep(showing->document, &context, sizeof(context))},
			     .depth = node_depth,
			     .for_programs = true,
		     });
}
