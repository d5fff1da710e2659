/* who.c - see who.h. */
#include "profile/who.h"

#include "base/memory.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct work {
	struct profile *profile;
	const struct tree *tree; /* of lines */
	uint32_t *inner;         /* by node: of its path, the last node of the place so far, or NONE */
	uint32_t *callee;        /* by node: behind that the next node, if there is one */
	struct amounts *sums;    /* by frame; of one table at a time */
};

/* ---- which frames ------------------------------------------------------------------------------ */

/* Whether any function of the program itself is meant, of those that were met: its tree is enough. */
static bool is_own(struct profile *profile, const struct measure_place *place)
{
	const struct source_frame *frames;

	profile_know_names(profile);
	for (uint32_t code = 1; code < profile->info->code_count; code++) {
		size_t count = profile_met_code(profile, code, &frames);

		for (size_t i = 0; i < count; i++)
			if (profile_lies_at(profile, &frames[i], place) &&
			    profile_owner(profile, frames[i].function) >= OWNER_WRAPPER)
				return true;
	}
	return false;
}

static bool is_meant(const struct work *work, uint32_t node)
{
	return work->tree->frames[work->tree->frame[node]].there;
}

static void find_inner(struct work *work)
{
	const struct tree *tree = work->tree;

	work->inner = memory_zeroed(tree->count, sizeof(*work->inner));
	work->callee = memory_zeroed(tree->count, sizeof(*work->callee));
	work->inner[0] = work->callee[0] = NONE;
	for (uint32_t node = 1; node < tree->count; node++) {
		uint32_t parent = tree->parent[node];

		work->inner[node] = is_meant(work, node) ? node : work->inner[parent];
		if (is_meant(work, node) || work->inner[parent] == NONE)
			work->callee[node] = NONE;
		else
			work->callee[node] = work->inner[parent] == parent ? node : work->callee[parent];
	}
}

/* ---- tables -------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right, void *figure)
{
	const struct who_row *a = left, *b = right;
	uint64_t x = figure_of(&a->amounts, *(const enum figure *)figure);
	uint64_t y = figure_of(&b->amounts, *(const enum figure *)figure);
	int order;

	if (x != y)
		return x > y ? -1 : 1;
	order = strcmp(a->frame->place, b->frame->place);
	return order != 0 ? order : a->frame->line < b->frame->line ? -1 : a->frame->line > b->frame->line;
}

/* Those frames that have anything; clears the sums. */
static struct who_rows take_rows(struct work *work, enum figure figure)
{
	struct pool *pool = &work->profile->pool;
	size_t frame_count = work->tree->frame_count, count = 0, used = 0;
	struct who_row *rows;

	for (size_t i = 0; i < frame_count; i++)
		count += amounts_have_blocks(&work->sums[i]);
	rows = pool_alloc(pool, (count + 1) * sizeof(*rows));
	for (size_t i = 0; i < frame_count; i++)
		if (amounts_have_blocks(&work->sums[i]))
			rows[used++] = (struct who_row){&work->tree->frames[i], work->sums[i]};
	memset(work->sums, 0, frame_count * sizeof(*work->sums));
	qsort_r(rows, count, sizeof(*rows), compare, &figure);
	return (struct who_rows){rows, count};
}

static void add_callers(struct work *work, struct who *who)
{
	const struct tree *tree = work->tree;

	for (uint32_t node = 1; node < tree->count;) {
		struct amounts amounts;

		if (!is_meant(work, node)) {
			node++;
			continue;
		}
		amounts = tree_total(tree, node);
		amounts_add(&who->total, &amounts);
		amounts_add(&work->sums[tree->frame[tree->parent[node]]], &amounts);
		node = tree->end[node];
	}
}

static void add_lines(struct work *work, struct who *who)
{
	for (uint32_t node = 1; node < work->tree->count; node++) {
		struct amounts amounts;

		if (!is_meant(work, node))
			continue;
		amounts = tree_self(work->tree, node);
		amounts_add(&who->self, &amounts);
		amounts_add(&work->sums[work->tree->frame[node]], &amounts);
	}
}

/* By frame, the first frame of the same function: the caller's to free(). */
static uint32_t *functions_of(const struct tree *tree)
{
	uint32_t *first = memory_zeroed(tree->frame_count, sizeof(*first));
	struct map known = {0};

	for (size_t i = 0; i < tree->frame_count; i++) {
		uintptr_t function = (uintptr_t)tree->frames[i].function;
		uintptr_t index = (uintptr_t)map_get(&known, function, 0);

		first[i] = index > 0 ? (uint32_t)index - 1 : (uint32_t)i;
		if (index == 0)
			map_put(&known, function, 0, (void *)(i + 1)); // NOLINT
	}
	map_finish(&known);
	return first;
}

static void add_callees(struct work *work)
{
	uint32_t *functions = functions_of(work->tree);

	find_inner(work);
	for (uint32_t node = 1; node < work->tree->count; node++) {
		struct amounts amounts;

		if (work->callee[node] == NONE)
			continue;
		amounts = tree_self(work->tree, node);
		amounts_add(&work->sums[functions[work->tree->frame[work->callee[node]]]], &amounts);
	}
	free(functions);
}

/* Rows of functions have the function as their frame, and no line of it. */
static struct who_rows of_functions(struct work *work, struct who_rows rows)
{
	struct pool *pool = &work->profile->pool;
	struct who_row *named = pool_alloc(pool, (rows.count + 1) * sizeof(*named));

	for (size_t i = 0; i < rows.count; i++) {
		struct tree_frame *frame = pool_alloc(pool, sizeof(*frame));

		*frame = *rows.list[i].frame;
		frame->place = frame->function->name;
		frame->line = frame->function->first_line;
		named[i] = (struct who_row){frame, rows.list[i].amounts};
	}
	return (struct who_rows){named, rows.count};
}

/* ---- all -------------------------------------------------------------------------------------------- */

struct who profile_who(struct profile *profile, const struct measure_place *place, enum figure figure)
{
	const struct tree_query query = {
		.figure = figure, .lines = true, .system = !is_own(profile, place), .place = place};
	struct work work = {.profile = profile, .tree = profile_tree(profile, &query)};
	struct who who = {.whole = tree_total(work.tree, 0)};

	work.sums = memory_zeroed(work.tree->frame_count, sizeof(*work.sums));
	add_lines(&work, &who);
	who.lines = take_rows(&work, figure);
	add_callers(&work, &who);
	who.met = amounts_have_blocks(&who.total);
	who.callers = take_rows(&work, figure);
	add_callees(&work);
	who.callees = of_functions(&work, take_rows(&work, figure));
	free(work.sums);
	free(work.inner);
	free(work.callee);
	return who;
}
