/*
 * tree_cut.c - a tree whose small parts are summed up; see tree_cut in tree.h.
 */
#include "base/memory.h"
#include "profile/private.h"
#include "profile/tree.h"

#include <stdlib.h>
#include <string.h>

static const struct source_function others = {.name = "(other)", .file = "", .module = ""};

struct cutting {
	const struct tree *tree;
	const struct tree_share *share;
	uint64_t least[FIGURE_COUNT]; /* of those of the share */
	uint32_t *rest;               /* by node: 0, or what of its children is cut, in `rests` */
	struct amounts *rests;
	size_t rest_count, rest_capacity;
	uint32_t *place; /* by node: where it, or what it is cut with, is in the result */
	bool *cut;       /* by node */
	uint32_t *parent, *frame, *first, *end;
	struct amounts *before;
	uint32_t count, entries; /* of the result */
};

static bool is_small(const struct cutting *cutting, uint32_t node)
{
	for (size_t i = 0; i < cutting->share->figure_count; i++) {
		enum figure figure = cutting->share->figures[i];

		uint64_t value = tree_figure(cutting->tree, node, figure);

		if (value > 0 && value >= cutting->least[figure])
			return false;
	}
	return true;
}

static void cut_off(struct cutting *cutting, uint32_t node)
{
	uint32_t *rest = &cutting->rest[cutting->tree->parent[node]];
	struct amounts total = tree_total(cutting->tree, node);

	if (*rest == 0) {
		cutting->rests = pool_grow(cutting->rests, &cutting->rest_capacity, cutting->rest_count + 1,
					   sizeof(*cutting->rests));
		cutting->rests[cutting->rest_count++] = (struct amounts){0};
		*rest = (uint32_t)cutting->rest_count;
	}
	amounts_add(&cutting->rests[*rest - 1], &total);
}

/* Parents come before their children. */
static void choose(struct cutting *cutting)
{
	const struct tree *tree = cutting->tree;

	for (size_t i = 0; i < cutting->share->figure_count; i++) {
		enum figure figure = cutting->share->figures[i];

		cutting->least[figure] =
			(uint64_t)((double)tree_figure(tree, 0, figure) * cutting->share->least);
	}
	for (uint32_t node = 1; node < tree->count; node++) {
		bool with_parent = cutting->cut[tree->parent[node]];

		cutting->cut[node] = with_parent || is_small(cutting, node);
		if (cutting->cut[node] && !with_parent)
			cut_off(cutting, node);
	}
}

/* A node of the result, in preorder: so sums are running ones. */
static void keep(struct cutting *cutting, uint32_t parent, uint32_t frame, const struct amounts *own)
{
	uint32_t node = cutting->count++;

	cutting->parent[node] = parent;
	cutting->frame[node] = frame;
	cutting->first[node] = cutting->entries;
	cutting->end[node] = node + 1;
	cutting->first[node + 1] = cutting->entries + 1;
	cutting->before[cutting->entries + 1] = cutting->before[cutting->entries];
	amounts_add(&cutting->before[++cutting->entries], own);
}

/* Its "(other)" is the first of a node's children; what is cut is there. */
static void keep_nodes(struct cutting *cutting)
{
	const struct tree *tree = cutting->tree;

	for (uint32_t node = 0; node < tree->count; node++) {
		uint32_t parent = tree->parent[node], rest = cutting->rest[node];
		struct amounts own = tree_self(tree, node);

		if (cutting->cut[node]) {
			cutting->place[node] = cutting->place[parent] + !cutting->cut[parent];
			continue;
		}
		cutting->place[node] = cutting->count;
		keep(cutting, cutting->place[parent], tree->frame[node], &own);
		if (rest > 0)
			keep(cutting, cutting->place[node], (uint32_t)tree->frame_count,
			     &cutting->rests[rest - 1]);
	}
	for (uint32_t node = cutting->count; node-- > 1;)
		if (cutting->end[cutting->parent[node]] < cutting->end[node])
			cutting->end[cutting->parent[node]] = cutting->end[node];
}

static void allocate(struct cutting *cutting, struct pool *pool)
{
	size_t most;

	cutting->rest = memory_zeroed(cutting->tree->count, sizeof(*cutting->rest));
	cutting->cut = memory_zeroed(cutting->tree->count, sizeof(*cutting->cut));
	cutting->place = memory_zeroed(cutting->tree->count, sizeof(*cutting->place));
	choose(cutting);
	most = cutting->tree->count + cutting->rest_count;
	for (uint32_t node = 0; node < cutting->tree->count; node++)
		most -= cutting->cut[node];
	cutting->parent = pool_alloc(pool, most * sizeof(uint32_t));
	cutting->frame = pool_alloc(pool, most * sizeof(uint32_t));
	cutting->end = pool_alloc(pool, most * sizeof(uint32_t));
	cutting->first = pool_alloc(pool, (most + 1) * sizeof(uint32_t));
	cutting->before = pool_alloc(pool, (most + 1) * sizeof(struct amounts));
}

static const struct tree_frame *with_others(const struct tree *tree, struct pool *pool)
{
	struct tree_frame *frames = pool_alloc(pool, (tree->frame_count + 1) * sizeof(*frames));

	memcpy(frames, tree->frames, tree->frame_count * sizeof(*frames));
	frames[tree->frame_count] = (struct tree_frame){.function = &others, .place = others.name};
	return frames;
}

static const uint32_t *moved(const struct cutting *cutting, struct profile *profile)
{
	uint32_t *of_node;

	if (!cutting->tree->of_node)
		return NULL;
	of_node = pool_alloc(&profile->pool, profile->recorded->node_count * sizeof(*of_node));
	for (size_t i = 0; i < profile->recorded->node_count; i++)
		of_node[i] = cutting->tree->of_node[i] > 0 ? cutting->place[cutting->tree->of_node[i]] : 0;
	return of_node;
}

struct tree *tree_cut(struct profile *profile, const struct tree *tree, const struct tree_share *share)
{
	struct cutting cutting = {.tree = tree, .share = share};
	struct tree *result = pool_alloc(&profile->pool, sizeof(*result));

	allocate(&cutting, &profile->pool);
	keep_nodes(&cutting);
	*result = (struct tree){
		.frames = with_others(tree, &profile->pool),
		.frame_count = tree->frame_count + 1,
		.count = cutting.count,
		.parent = cutting.parent,
		.frame = cutting.frame,
		.end = cutting.end,
		.first = cutting.first,
		.before = cutting.before,
		.of_node = moved(&cutting, profile),
	};
	free(cutting.rest);
	free(cutting.rests);
	free(cutting.cut);
	free(cutting.place);
	return result;
}
