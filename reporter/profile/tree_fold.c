/*
 * tree_fold.c - a tree in which deep recursion comes back to itself; see tree_fold in tree.h.
 */
#include "base/memory.h"
#include "profile/private.h"
#include "profile/tree.h"
#include "profile/trie.h"

#include <stdlib.h>

struct folding {
	const struct tree *tree;
	struct trie trie;
	uint32_t *of;       /* by node: what it is of the trie */
	uint32_t *depth;    /* by node of the trie */
	size_t depth_count; /* of room for those */
};

/* The innermost one on the path to `at` that is of this frame; 0: none is. */
static uint32_t same_above(const struct trie *trie, uint32_t at, uint32_t frame)
{
	while (at != 0 && trie->frame[at] != frame)
		at = trie->parent[at];
	return at;
}

static uint32_t place_of(struct folding *folding, uint32_t node, size_t deepest)
{
	uint32_t parent = folding->of[folding->tree->parent[node]], frame = folding->tree->frame[node];
	uint32_t same = folding->depth[parent] < deepest ? 0 : same_above(&folding->trie, parent, frame);
	uint32_t child = same != 0 ? same : trie_child(&folding->trie, parent, frame);

	folding->depth = pool_grow(folding->depth, &folding->depth_count, folding->trie.count,
				   sizeof(*folding->depth));
	if (same == 0)
		folding->depth[child] = folding->depth[parent] + 1;
	return child;
}

/* Parents come before their children. */
static void add_nodes(struct folding *folding, size_t deepest)
{
	for (uint32_t node = 0; node < folding->tree->count; node++) {
		struct amounts own = tree_self(folding->tree, node);

		if (node > 0)
			folding->of[node] = place_of(folding, node, deepest);
		if (folding->tree->first[node + 1] > folding->tree->first[node])
			trie_add(&folding->trie, folding->of[node], &own);
	}
}

static const uint32_t *moved(const struct folding *folding, const uint32_t *place, struct profile *profile)
{
	const uint32_t *before = folding->tree->of_node;
	uint32_t *of_node;

	if (!before)
		return NULL;
	of_node = pool_alloc(&profile->pool, profile->recorded->node_count * sizeof(*of_node));
	for (size_t i = 0; i < profile->recorded->node_count; i++)
		of_node[i] = place[folding->of[before[i]]];
	return of_node;
}

static struct tree *folded(struct folding *folding, struct profile *profile, enum figure figure)
{
	struct tree *result = pool_alloc(&profile->pool, sizeof(*result));

	*result = *folding->tree;
	/* Sums are weighed already. */
	uint32_t *place = tree_take(result, &folding->trie, figure, 0, &profile->pool);
	result->of_node = moved(folding, place, profile);
	free(place);
	return result;
}

const struct tree *tree_fold(struct profile *profile, const struct tree *tree, enum figure figure,
			     size_t deepest)
{
	struct folding folding = {.tree = tree};
	struct tree *result;

	if (tree_depth(tree) <= deepest)
		return tree;
	trie_init(&folding.trie);
	folding.of = memory_zeroed(tree->count, sizeof(*folding.of));
	folding.depth = pool_grow(NULL, &folding.depth_count, 1, sizeof(*folding.depth));
	folding.depth[0] = 0;
	add_nodes(&folding, deepest);
	result = folded(&folding, profile, figure);
	trie_finish(&folding.trie);
	free(folding.of);
	free(folding.depth);
	return result;
}
