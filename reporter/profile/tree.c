/*
 * tree.c - from the call paths that have figures to one tree of functions or lines.
 */
#include "profile/tree.h"

#include "base/memory.h"
#include "base/text.h"
#include "profile/filter.h"
#include "profile/keepers.h"
#include "profile/private.h"
#include "profile/trie.h"
#include "symbolize/classify.h"

#include <stdlib.h>
#include <string.h>

static const struct source_function nobody = {.name = "(no call path)", .file = "", .module = ""};
static const struct source_function everybody = {.name = "(root)", .file = "", .module = ""};

struct work {
	struct profile *profile;
	const struct tree_query *query;
	struct tree_frame *frames;
	size_t frame_count, frame_capacity;
	struct map known[2];  /* of those elsewhere and there: (function, spot) -> index of the frame */
	struct map described; /* frame as the symbolizer has it, and code if that counts -> index of the frame
			       */
	struct trie trie;
	uint32_t *path; /* nodes on their way */
	size_t path_capacity;
	uint32_t *placed, *placed_whole; /* by node of the recording: that of the trie + 1; the latter with
					    system frames whatever is asked for, NULL: not needed yet */
	uint32_t *of_node; /* by node of the recording: its own of the trie; NULL: not asked for */
};

/* ---- frames ------------------------------------------------------------------------------- */

static uint32_t new_frame(struct work *work, const struct tree_frame *frame)
{
	work->frames =
		pool_grow(work->frames, &work->frame_capacity, work->frame_count + 1, sizeof(*work->frames));
	work->frames[work->frame_count] = *frame;
	return (uint32_t)work->frame_count++;
}

static uint64_t spot_of(const struct work *work, const struct source_frame *frame)
{
	return work->query->lines ? source_frame_spot(frame) : 0;
}

static struct tree_frame describe(struct work *work, const struct source_frame *frame)
{
	const struct source_function *function = frame->function;
	bool lines = work->query->lines;

	return (struct tree_frame){
		.function = function,
		.place = lines ? symbolizer_place(work->profile->symbolizer, frame) : function->name,
		.line = lines ? frame->line : function->first_line,
		.inlined = true,
		.system = ownership_of(&work->profile->ownership, function) < OWNER_WRAPPER,
	};
}

static uintptr_t find_frame(struct work *work, const struct source_frame *frame)
{
	const struct measure_place *place = work->query->place;
	bool there = place && profile_lies_at(work->profile, frame, place);
	struct map *known = &work->known[there];
	uint64_t spot = spot_of(work, frame);
	uintptr_t index = (uintptr_t)map_get(known, (uintptr_t)frame->function, spot);

	if (index == 0) {
		struct tree_frame new = describe(work, frame);

		new.there = there;
		index = new_frame(work, &new);
		map_put(known, (uintptr_t)frame->function, spot, (void *)index); // NOLINT
	}
	work->frames[index].inlined &= frame->inlined;
	return index;
}

/* Each by itself. */
static uintptr_t code_frame(struct work *work, const struct source_frame *frame, uint32_t code)
{
	const struct source_frame *frames;
	struct tree_frame new = describe(work, frame);

	new.inlined = frame->inlined;
	new.code = code;
	if (code > 0 && profile_code(work->profile, code, &frames) > 0)
		new.within = (uint32_t)(frame - frames);
	return new_frame(work, &new);
}

static uint32_t frame_of(struct work *work, const struct source_frame *frame, uint32_t code)
{
	uintptr_t index = (uintptr_t)map_get(&work->described, (uintptr_t)frame, code);

	if (index == 0) {
		index = work->query->codes ? code_frame(work, frame, code) : find_frame(work, frame);
		map_put(&work->described, (uintptr_t)frame, code, (void *)index); // NOLINT
	}
	return (uint32_t)index;
}

/* ---- paths -------------------------------------------------------------------------------- */

/* Whether a frame tells little: code without a name, or a library's that is shown for want of better. */
static bool is_opaque(const struct tree_frame *frame)
{
	return frame->system || (text_starts(frame->function->name, "0x") && !*frame->function->file);
}

/* A library of the system's, but none that belongs to a language. */
static bool is_library(struct work *work, const struct source_function *function)
{
	return is_system_library(function->module) &&
	       keeper_of(work->profile->symbolizer, function) == KEEPER_NONE;
}

/* A part of a function is followed by the function itself: one is enough.  Where the program's own code has
 * no names, as in one that is stripped, what it calls in libraries tells more. */
static bool is_left_out(struct work *work, uint32_t at, uint32_t node, const struct source_frame *frames,
			size_t count, size_t i)
{
	enum owner owner;

	owner = ownership_at(&work->profile->ownership, node, frames, count, i);
	if (owner >= OWNER_WRAPPER)
		return false;
	return owner == OWNER_ALLOCATOR || at == 0 || !is_opaque(&work->frames[work->trie.frame[at]]) ||
	       !is_library(work, frames[i].function);
}

/* A part of a function is followed by the function itself: one is enough. */
static bool is_part(const struct work *work, const struct source_frame *frame)
{
	return frame->function->part_of && !work->query->lines;
}

/* The node of the trie for a path that ends with this node of the recording, below its parent's.  The C
 * library's debug information is large: its names are not looked up for nothing. */
static uint32_t extend(struct work *work, uint32_t at, uint32_t node, bool whole)
{
	const struct trace_code *code = trace_code(work->profile->info, node);
	uint32_t apart = work->query->codes ? work->profile->info->nodes[node].code : 0;
	const struct source_frame *frames;
	size_t count;

	if (!whole && !code->label && symbolizer_is_c_library(work->profile->symbolizer, code->module))
		return at;
	count = profile_frames(work->profile, node, &frames);
	for (size_t i = count; i-- > 0;)
		if (!is_part(work, &frames[i]) && (whole || !is_left_out(work, at, node, frames, count, i)))
			at = trie_child(&work->trie, at, frame_of(work, &frames[i], apart));
	return at;
}

/* Paths share their beginnings, so each node is extended once. */
static uint32_t place(struct work *work, uint32_t node, bool whole)
{
	uint32_t *placed = whole ? work->placed_whole : work->placed, at = 0;
	size_t depth = 0;

	for (; node != 0 && placed[node] == 0; node = work->profile->info->nodes[node].parent) {
		work->path = pool_grow(work->path, &work->path_capacity, depth + 1, sizeof(*work->path));
		work->path[depth++] = node;
	}
	at = node != 0 ? placed[node] - 1 : 0;
	while (depth > 0) {
		node = work->path[--depth];
		at = extend(work, at, node, whole);
		placed[node] = at + 1;
	}
	return at;
}

static size_t all_nodes(const struct work *work)
{
	return work->profile->info->node_count + work->profile->info->inserted_count;
}

/* A path of system frames alone has them; one of no frames at all is nobody's. */
static uint32_t place_path(struct work *work, uint32_t node)
{
	static const struct source_frame nowhere = {.function = &nobody};
	uint32_t at = place(work, node, work->query->system);

	if (at == 0 && !work->query->system) {
		if (!work->placed_whole)
			work->placed_whole = memory_zeroed(all_nodes(work), sizeof(*work->placed_whole));
		at = place(work, node, true);
	}
	return at == 0 ? trie_child(&work->trie, 0, frame_of(work, &nowhere, 0)) : at;
}

static void add_paths(struct work *work)
{
	struct profile *profile = work->profile;
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct model_node figures;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &figures)) {
		struct amounts own;

		if (!model_node_has_blocks(&figures) || !profile_passes(profile, node))
			continue;
		own = amounts_of(&figures, profile->ownership.remains[node], profile->info->sample_bytes);
		own.frees = own.freed_bytes = 0; /* mostly of blocks that were allocated elsewhere */
		uint32_t at = place_path(work, node);
		trie_add(&work->trie, at, &own);
		if (work->of_node)
			work->of_node[node] = at;
	}
}

/* ---- from the ends up ---------------------------------------------------------------------- */

/* A path on its way up: how far it has come, and where that is in the inverted tree. */
struct climb {
	const struct amounts *own;
	uint32_t up, at;
};

static struct climb *start_climbs(const struct trie *trie)
{
	struct climb *climbs = memory_zeroed(trie->sum_count, sizeof(*climbs));
	size_t count = 0;

	for (uint32_t node = 1; node < trie->count; node++)
		if (trie->sum[node] > 0)
			climbs[count++] = (struct climb){&trie->sums[trie->sum[node] - 1], node, 0};
	return climbs;
}

/* All one call further up: those that are at their ends, or in too small company, stay there.  How many go
 * on. */
static size_t climb(struct trie *inverted, const struct trie *trie, struct climb *climbs, size_t count,
		    enum figure figure, uint64_t least)
{
	uint32_t first = (uint32_t)inverted->count;
	uint64_t *totals = memory_zeroed(count, sizeof(*totals)); /* of the nodes that are new, by number */
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		climbs[i].at = trie_child(inverted, climbs[i].at, trie->frame[climbs[i].up]);
		climbs[i].up = trie->parent[climbs[i].up];
		totals[climbs[i].at - first] += figure_of(climbs[i].own, figure);
	}
	for (size_t i = 0; i < count; i++)
		if (climbs[i].up == 0 || totals[climbs[i].at - first] < least)
			trie_add(inverted, climbs[i].at, climbs[i].own);
		else
			climbs[left++] = climbs[i];
	free(totals);
	return left;
}

static uint64_t least_of(const struct trie *trie, const struct tree_query *query)
{
	uint64_t whole = 0;

	for (size_t i = 0; i < trie->sum_count; i++)
		whole += figure_of(&trie->sums[i], query->figure);
	return (uint64_t)((double)whole * query->least_share);
}

static void invert(struct work *work)
{
	struct trie inverted, *trie = &work->trie;
	struct climb *climbs = start_climbs(trie);
	uint64_t least = least_of(trie, work->query);

	trie_init(&inverted);
	for (size_t count = trie->sum_count; count > 0;)
		count = climb(&inverted, trie, climbs, count, work->query->figure, least);
	free(climbs);
	trie_finish(trie);
	*trie = inverted;
}

/* ---- the tree ------------------------------------------------------------------------------- */

static void begin(struct work *work)
{
	profile_must(profile_put_back(work->profile));
	profile_know_remains(work->profile);
	trie_init(&work->trie);
	work->placed = memory_zeroed(all_nodes(work), sizeof(*work->placed));
	if (work->query->system)
		work->placed_whole = work->placed;
	if (work->query->codes || work->query->paths)
		work->of_node = pool_alloc(&work->profile->pool,
					   work->profile->info->node_count * sizeof(*work->of_node));
	new_frame(work, &(struct tree_frame){.function = &everybody, .place = everybody.name});
}

static void finish(struct work *work)
{
	if (work->placed_whole != work->placed)
		free(work->placed_whole);
	free(work->placed);
	free(work->path);
	free(work->frames);
	map_finish(&work->known[false]);
	map_finish(&work->known[true]);
	map_finish(&work->described);
	trie_finish(&work->trie);
}

static const struct tree_frame *kept_frames(const struct work *work)
{
	size_t bytes = work->frame_count * sizeof(*work->frames);

	return memcpy(pool_alloc(&work->profile->pool, bytes), work->frames, bytes);
}

static const char *name_of(const void *frames, uint32_t frame)
{
	return ((const struct tree_frame *)frames)[frame].place;
}

uint32_t *tree_take(struct tree *tree, struct trie *trie, enum figure figure, uint64_t sample_bytes,
		    struct pool *pool)
{
	const struct trie_ordering ordering = {figure, name_of, tree->frames};
	struct trie_columns columns = trie_order(trie, &ordering, sample_bytes, pool);

	tree->count = trie->count;
	tree->parent = columns.parent;
	tree->frame = columns.frame;
	tree->end = columns.end;
	tree->first = columns.first;
	tree->before = columns.before;
	return columns.place;
}

static void put_in_order(struct work *work, struct tree *tree)
{
	const struct trace_info *info = work->profile->info;
	uint32_t *place =
		tree_take(tree, &work->trie, work->query->figure, info->sample_bytes, &work->profile->pool);

	tree->of_node = work->of_node;
	for (size_t i = 0; work->of_node && i < info->node_count; i++)
		work->of_node[i] = place[work->of_node[i]];
	free(place);
}

struct tree *profile_tree(struct profile *profile, const struct tree_query *query)
{
	struct tree *tree = pool_alloc(&profile->pool, sizeof(*tree));
	struct work work = {.profile = profile, .query = query};

	begin(&work);
	add_paths(&work);
	if (query->callers)
		invert(&work);
	tree->frames = kept_frames(&work);
	tree->frame_count = work.frame_count;
	put_in_order(&work, tree);
	finish(&work);
	return tree;
}

size_t tree_depth(const struct tree *tree)
{
	uint32_t *depth = memory_zeroed(tree->count, sizeof(*depth));
	size_t deepest = 0;

	/* Parents come before their children. */
	for (uint32_t node = 1; node < tree->count; node++) {
		depth[node] = depth[tree->parent[node]] + 1;
		deepest = depth[node] > deepest ? depth[node] : deepest;
	}
	free(depth);
	return deepest;
}

/* ---- sums ------------------------------------------------------------------------------------ */

#define DIFFERENCE(name, of_node) .name = to->name - from->name,
static struct amounts between(const struct amounts *from, const struct amounts *to)
{
	return (struct amounts){AMOUNTS(DIFFERENCE, DIFFERENCE, DIFFERENCE)};
}

struct amounts tree_self(const struct tree *tree, uint32_t node)
{
	return between(&tree->before[tree->first[node]], &tree->before[tree->first[node + 1]]);
}

struct amounts tree_total(const struct tree *tree, uint32_t node)
{
	return between(&tree->before[tree->first[node]], &tree->before[tree->first[tree->end[node]]]);
}

uint64_t tree_self_figure(const struct tree *tree, uint32_t node, enum figure figure)
{
	return figure_of(&tree->before[tree->first[node + 1]], figure) -
	       figure_of(&tree->before[tree->first[node]], figure);
}

uint64_t tree_figure(const struct tree *tree, uint32_t node, enum figure figure)
{
	return figure_of(&tree->before[tree->first[tree->end[node]]], figure) -
	       figure_of(&tree->before[tree->first[node]], figure);
}
