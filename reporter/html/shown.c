/* shown.c - which nodes of a call tree a page has. */
#include "html/private.h"

#include "base/map.h"
#include "base/memory.h"
#include "profile/partial.h"

#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 6 /* to find as many nodes as there is room for */

typedef uint64_t figure_of_fn(const struct tree *tree, uint32_t node, enum figure figure);

/* The greatest part of any figure that a node has. */
static double share_of(const struct shown_tree *shown, uint32_t node, figure_of_fn *amount)
{
	double greatest = 0;

	for (size_t i = 0; i < shown->figure_count; i++) {
		uint64_t whole = tree_figure(shown->tree, 0, shown->figures[i]);
		uint64_t part = amount(shown->tree, node, shown->figures[i]);

		if (whole > 0 && (double)part / (double)whole > greatest)
			greatest = (double)part / (double)whole;
	}
	return greatest;
}

static int greatest_first(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? 1 : a > b ? -1 : 0;
}

/* ---- those with the greatest shares --------------------------------------------------------------- */

struct shares {
	double *of, *sorted; /* by node; greatest first */
	size_t count;
};

static struct shares shares_make(const struct shown_tree *shown, figure_of_fn *amount)
{
	size_t count = shown->tree->count;
	struct shares shares = {memory_zeroed(count, sizeof(double)), memory_zeroed(count, sizeof(double)),
				count};

	for (uint32_t node = 0; node < count; node++)
		shares.sorted[node] = shares.of[node] = share_of(shown, node, amount);
	qsort(shares.sorted, count, sizeof(double), greatest_first);
	return shares;
}

static void shares_finish(struct shares *shares)
{
	free(shares->of);
	free(shares->sorted);
}

/* Of equal ones the first: so most of them are neighbours. */
static void keep_greatest(struct shown_tree *shown, const struct shares *shares, size_t most)
{
	size_t room = most < shares->count ? most : shares->count;
	double least = room > 0 ? shares->sorted[room - 1] : 1;

	for (size_t i = 0; i < most && i < shares->count; i++)
		room -= shares->sorted[i] > least;
	for (uint32_t node = 0; node < shares->count; node++) {
		bool equal = shares->of[node] == least && room > 0;

		room -= equal;
		if (shares->of[node] > least || equal)
			shown->left[node] = false;
	}
}

static void keep_parents(struct shown_tree *shown)
{
	for (size_t node = shown->tree->count; node-- > 1;)
		if (!shown->left[node])
			shown->left[shown->tree->parent[node]] = false;
	shown->left[0] = false;
}

/* ---- and what stands for the others ----------------------------------------------------------------- */

static uint32_t add_node(struct shown_tree *shown, uint32_t parent, uint32_t frame)
{
	shown->parent[shown->count] = parent;
	shown->frame[shown->count] = frame;
	return (uint32_t)shown->count++;
}

/* A node's child of this frame, which is made when it is first asked for. */
static uint32_t child_of(struct shown_tree *shown, struct map *children, uint32_t parent, uint32_t frame)
{
	uint32_t *child = map_get(children, parent, frame);

	if (!child) {
		child = &shown->parent[add_node(shown, parent, frame)];
		map_put(children, parent, frame, child);
	}
	return (uint32_t)(child - shown->parent);
}

static bool has_own(const struct shown_tree *shown, uint32_t node)
{
	for (size_t i = 0; i < shown->figure_count; i++)
		if (tree_self_figure(shown->tree, node, shown->figures[i]) > 0)
			return true;
	return false;
}

/* What is left out of a node is under its child "(other)", each with the frame that it has figures of its own
 * for: so functions keep all of theirs. */
static void number_nodes(struct shown_tree *shown)
{
	const struct tree *tree = shown->tree;
	/* By node of the tree: the last above it that is not left out; and that one's "(other)". */
	uint32_t *above = memory_zeroed(tree->count, sizeof(*above));
	uint32_t *other = memory_zeroed(tree->count, sizeof(*other));
	struct map children = {0};

	shown->count = 0;
	add_node(shown, 0, 0);
	for (uint32_t node = 1; node < tree->count; node++) {
		uint32_t parent = tree->parent[node], kept = shown->left[parent] ? above[parent] : parent;

		if (!shown->left[node]) {
			shown->number[node] = add_node(shown, shown->number[parent], tree->frame[node]);
			continue;
		}
		above[node] = kept;
		if (!other[kept])
			other[kept] = add_node(shown, shown->number[kept], (uint32_t)tree->frame_count);
		shown->number[node] = has_own(shown, node)
					      ? child_of(shown, &children, other[kept], tree->frame[node])
					      : other[kept];
	}
	map_finish(&children);
	free(above);
	free(other);
}

/* Nodes were added behind their parents; now each subtree is in one piece. */
static void put_in_preorder(struct shown_tree *shown)
{
	size_t count = shown->count;
	uint32_t *size =
		memory_zeroed(count, sizeof(*size)); /* of the subtree; then: place for the next child */
	uint32_t *place = memory_zeroed(count, sizeof(*place));
	uint32_t *parent = memory_zeroed(shown->tree->count * 2, sizeof(*parent));
	uint32_t *frame = memory_zeroed(shown->tree->count * 2, sizeof(*frame));

	for (size_t node = count; node-- > 0;) {
		size[node]++;
		if (node > 0)
			size[shown->parent[node]] += size[node];
	}
	size[0] = 1;
	for (size_t node = 1; node < count; node++) {
		uint32_t above = shown->parent[node], whole = size[node];

		place[node] = size[above];
		size[above] += whole;
		size[node] = place[node] + 1;
		parent[place[node]] = place[above];
		frame[place[node]] = shown->frame[node];
	}
	for (uint32_t node = 1; node < shown->tree->count; node++)
		shown->number[node] = place[shown->number[node]];
	free(shown->parent);
	free(shown->frame);
	shown->parent = parent;
	shown->frame = frame;
	free(size);
	free(place);
}

/* An eighth are the nodes where most comes together, the others those that have most of their own with their
 * callers: fewer, until there is room for what stands for the rest, too. */
static void cut(struct shown_tree *shown, size_t most)
{
	struct shares totals = shares_make(shown, tree_figure), own = shares_make(shown, tree_self_figure);
	size_t chosen = most;

	for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
		memset(shown->left, true, shown->tree->count);
		keep_greatest(shown, &totals, chosen / 8);
		keep_greatest(shown, &own, chosen - chosen / 8);
		keep_parents(shown);
		number_nodes(shown);
		if (shown->count <= most)
			break;
		chosen = (size_t)((double)chosen * (double)most / (double)shown->count * 0.97);
	}
	shares_finish(&totals);
	shares_finish(&own);
	put_in_preorder(shown);
}

static double part_of_others(const struct shown_tree *shown, enum figure figure)
{
	uint64_t whole = tree_figure(shown->tree, 0, figure), part = 0;

	for (uint32_t node = 1; node < shown->tree->count; node++)
		if (shown->left[node])
			part += tree_self_figure(shown->tree, node, figure);
	return whole > 0 ? (double)part / (double)whole : 0;
}

/* ---- the tree --------------------------------------------------------------------------------------- */

static void number_all(struct shown_tree *shown)
{
	const struct tree *tree = shown->tree;

	shown->count = tree->count;
	memcpy(shown->parent, tree->parent, tree->count * sizeof(*shown->parent));
	memcpy(shown->frame, tree->frame, tree->count * sizeof(*shown->frame));
	for (uint32_t node = 0; node < tree->count; node++)
		shown->number[node] = node;
}

void shown_tree_make(struct shown_tree *shown, struct profile *profile, size_t most)
{
	const struct tree_query query = {.figure = FIGURE_PEAK, .lines = true, .paths = true};
	const struct tree *tree = profile_tree(profile, &query);
	size_t room = tree->count <= most ? tree->count : tree->count * 2; /* each may have an "(other)" */

	*shown = (struct shown_tree){.tree = tree};
	shown->figure_count = partial_figures(profile_overview(profile, true), shown->figures);
	shown->number = memory_zeroed(tree->count, sizeof(*shown->number));
	shown->left = memory_zeroed(tree->count, sizeof(*shown->left));
	shown->parent = memory_zeroed(room, sizeof(*shown->parent));
	shown->frame = memory_zeroed(room, sizeof(*shown->frame));
	if (tree->count <= most) {
		number_all(shown);
		return;
	}
	cut(shown, most > 0 ? most : 1);
	for (uint32_t node = 0; node < tree->count; node++)
		shown->left_out += shown->left[node];
	for (size_t i = 0; i < shown->figure_count; i++) {
		double part = part_of_others(shown, shown->figures[i]);

		shown->other_share = part > shown->other_share ? part : shown->other_share;
	}
}

void shown_tree_finish(struct shown_tree *shown)
{
	free(shown->number);
	free(shown->left);
	free(shown->parent);
	free(shown->frame);
}
