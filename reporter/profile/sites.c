/*
 * sites.c - call sites: what each line asked for itself, through whatever library and allocator code.
 */
#include "base/map.h"
#include "base/memory.h"
#include "profile/filter.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

static const struct source_function unknown = {.name = "(no call path)", .file = "", .module = ""};
static const struct source_frame nowhere = {.function = &unknown};

/* NULL: none, or (then *skipped is a node) the first of that node's frames, which have not been looked up. */
static const struct source_frame *find_site(struct profile *profile, uint32_t leaf,
					    const struct selection *wrappers, uint32_t *skipped)
{
	const struct source_frame *frames, *innermost = NULL, *wrapper = NULL;

	*skipped = 0;
	for (uint32_t node = leaf; node != 0; node = profile->info->nodes[node].parent) {
		size_t count = profile_met_frames(profile, node, &frames);

		if (!innermost && *skipped == 0 && profile_skips(profile, node))
			*skipped = node;
		for (size_t i = 0; i < count; i++) {
			innermost = innermost ? innermost : &frames[i];
			enum owner owner = ownership_at(&profile->ownership, node, frames, count, i);

			if (owner < OWNER_WRAPPER)
				continue;
			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): so many frames are there */
			const struct source_function *function = frames[i].function;

			if (owner == OWNER_PROGRAM && (!wrappers || !selection_matches(wrappers, function)))
				return &frames[i];
			wrapper = wrapper ? wrapper : &frames[i];
		}
	}
	if (wrapper)
		return wrapper;
	return *skipped == 0 ? innermost : NULL;
}

struct source_frame profile_site(struct profile *profile, uint32_t leaf, const struct selection *wrappers)
{
	uint32_t skipped;
	const struct source_frame *site = find_site(profile, leaf, wrappers, &skipped);

	if (!site && skipped != 0)
		profile_frames(profile, skipped, &site);
	return site ? *site : nowhere;
}

/* ---- all of them ------------------------------------------------------------------- */

/* Of code without a name: what it called, as far as that has one, on the way to a block. */
static void find_entry(struct profile *profile, uint32_t leaf, struct site *site,
		       const struct source_frame *at)
{
	const struct source_frame *frames;

	for (uint32_t node = leaf; node != 0; node = profile->info->nodes[node].parent) {
		size_t count = profile_frames(profile, node, &frames);

		for (size_t i = 0; i < count; i++) {
			const struct source_function *function = frames[i].function;

			if (function == at->function &&
			    source_frame_spot(&frames[i]) == source_frame_spot(at))
				return;
			if (source_function_is_nameless(function) || function->allocator ||
			    function->module == at->function->module)
				continue;
			site->entry = function->name;
			site->entry_module = function->module;
		}
	}
}

void profile_describe_site(struct profile *profile, const struct source_frame *frame, uint32_t leaf,
			   struct site *site)
{
	const struct source_function *function = frame->function;

	*site = (struct site){.function = function->name,
			      .file = function->file,
			      .module = function->module,
			      .place = symbolizer_place(profile->symbolizer, frame),
			      .line = frame->line};
	if (source_function_is_nameless(function))
		find_entry(profile, leaf, site, frame);
}

/* The index of a frame's site, new or known. */
static uint32_t site_of(struct profile *profile, const struct source_frame *frame, uint32_t leaf)
{
	struct site_list *list = &profile->sites;
	const struct source_function *function = frame->function;
	uint64_t spot = source_frame_spot(frame);
	uintptr_t index = (uintptr_t)map_get(&list->known, (uintptr_t)function, spot);

	if (index > 0)
		return (uint32_t)index - 1;
	list->sites = pool_grow(list->sites, &list->capacity, list->count + 1, sizeof(*list->sites));
	profile_describe_site(profile, frame, leaf, &list->sites[list->count]);
	list->sites[list->count].index = (uint32_t)list->count;
	list->count++;
	map_put(&list->known, (uintptr_t)function, spot, (void *)(uintptr_t)list->count);
	return (uint32_t)list->count - 1;
}

static void add_to_site(struct profile *profile, const struct source_frame *frame, uint32_t node,
			const struct model_node *figures)
{
	struct site_list *list = &profile->sites;
	uint32_t index = site_of(profile, frame ? frame : &nowhere, node);
	struct amounts amounts =
		amounts_of(figures, profile->ownership.remains[node], profile->info->sample_bytes);

	/* What is freed here was mostly not allocated here: sites tell of allocations. */
	amounts.frees = amounts.freed_bytes = 0;
	list->of_node[node] = index + 1;
	amounts_add(&list->sites[index].amounts, &amounts);
}

/* Each path that blocks began at to its site; of those that lie within the C library the names are looked up
 * only if asked for. */
static void collect(struct profile *profile, bool unnamed)
{
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct model_node figures;
	uint32_t node, skipped;

	while (figures_walk_next(&walk, &node, &figures)) {
		if (!model_node_has_blocks(&figures) || profile->sites.of_node[node] > 0 ||
		    !profile_passes(profile, node))
			continue;
		const struct source_frame *site = find_site(profile, node, NULL, &skipped);

		if (!site && skipped != 0 && !unnamed)
			continue;
		if (!site && skipped != 0)
			profile_frames(profile, skipped, &site);
		add_to_site(profile, site, node, &figures);
	}
}

void profile_collect_sites(struct profile *profile, bool all)
{
	struct site_list *list = &profile->sites;

	if (!list->collected) {
		profile_know_remains(profile);
		profile_know_wrappers(profile);
		list->of_node = memory_zeroed(profile->info->node_count, sizeof(*list->of_node));
		collect(profile, false);
	}
	if (all && !list->named)
		collect(profile, true);
	list->collected = true;
	list->named |= all;
}

/* ---- the greatest ------------------------------------------------------------------ */

int profile_compare_sites(const struct site *a, const struct site *b)
{
	int order = strcmp(a->file, b->file);

	if (order == 0)
		order = a->line < b->line ? -1 : a->line > b->line;
	if (order == 0)
		order = strcmp(a->place, b->place);
	return order != 0 ? order : strcmp(a->module, b->module);
}

static int compare_sites(const void *left, const void *right, void *figure)
{
	const struct site *a = *(const struct site *const *)left, *b = *(const struct site *const *)right;
	uint64_t x = figure_of(&a->amounts, *(const enum figure *)figure);
	uint64_t y = figure_of(&b->amounts, *(const enum figure *)figure);

	if (x != y)
		return x > y ? -1 : 1;
	return profile_compare_sites(a, b);
}

/* A copy with counts of blocks made whole: more may be added to the original. */
static const struct site *weighed(struct profile *profile, const struct site *site)
{
	struct site *copy = pool_alloc(&profile->pool, sizeof(*copy));

	*copy = *site;
	amounts_weigh(&copy->amounts, profile->info->sample_bytes);
	return copy;
}

static void weigh_all(struct profile *profile, const struct site **sites, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sites[i] = weighed(profile, sites[i]);
}

/* In a part of the run a site may have blocks that it allocated before. */
static bool has_figure(const struct site *site, enum figure figure)
{
	return figure == FIGURE_ALLOCATIONS ? amounts_have_blocks(&site->amounts)
					    : figure_of(&site->amounts, figure) > 0;
}

/* Those that have one figure, with most of the other first. */
static const struct site **list_sites(struct profile *profile, enum figure figure, enum figure order,
				      size_t *count)
{
	struct site_list *list = &profile->sites;
	const struct site **sites = pool_alloc(&profile->pool, (list->count + 1) * sizeof(*sites));

	*count = 0;
	for (size_t i = 0; i < list->count; i++)
		if (has_figure(&list->sites[i], figure))
			sites[(*count)++] = &list->sites[i];
	qsort_r(sites, *count, sizeof(*sites), compare_sites, &order);
	return sites;
}

/* What those paths have in all that have no site yet. */
static uint64_t unnamed_figure(struct profile *profile, enum figure figure)
{
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct amounts sum = {0};
	struct model_node figures;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &figures)) {
		struct amounts amounts =
			amounts_of(&figures, profile->ownership.remains[node], profile->info->sample_bytes);

		if (model_node_has_blocks(&figures) && profile->sites.of_node[node] == 0 &&
		    profile_passes(profile, node))
			amounts_add(&sum, &amounts);
	}
	return figure_of(&sum, figure);
}

/* Whether none of those without a name is among the greatest, even if all were one site.  Estimates might be
 * rounded to a draw. */
static bool none_shows(struct profile *profile, const struct site *const *sites, size_t count,
		       enum figure figure, size_t limit)
{
	uint64_t rest;

	if (profile->sites.named)
		return true;
	if (limit == 0 || profile->info->sample_bytes > 0)
		return false;
	rest = unnamed_figure(profile, figure);
	return rest == 0 || (count >= limit && figure_of(&sites[limit - 1]->amounts, figure) > rest);
}

const struct site *const *profile_sites(struct profile *profile, enum figure figure, size_t limit,
					size_t *count)
{
	profile_collect_sites(profile, false);
	const struct site **sites = list_sites(profile, figure, figure, count);

	if (!none_shows(profile, sites, *count, figure, limit)) {
		profile_collect_sites(profile, true);
		sites = list_sites(profile, figure, figure, count);
	}
	if (limit > 0 && *count > limit)
		*count = limit;
	weigh_all(profile, sites, *count);
	return sites;
}

const struct site *const *profile_all_sites(struct profile *profile, enum figure order, size_t *count)
{
	profile_collect_sites(profile, true);
	const struct site **sites = list_sites(profile, FIGURE_ALLOCATIONS, order, count);

	weigh_all(profile, sites, *count);
	return sites;
}

size_t profile_site_count(const struct profile *profile, enum figure figure)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->sites.count; i++)
		count += has_figure(&profile->sites.sites[i], figure);
	return count;
}
