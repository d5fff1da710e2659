/*
 * sites.c - call sites: what each line asked for itself, through whatever library and allocator code.
 */
#include "base/vector.h"
#include "profile/private.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>

static const struct source_function unknown = {.name = "(no call path)", .file = "", .module = ""};
static const struct source_frame nowhere = {.function = &unknown};

/* The sites so far, each once, and which paths have no name yet: those that lie within the C library. */
struct collection {
	struct profile *profile;
	size_t capacity;       /* of report->sites */
	struct map known;      /* by function and spot: index + 1 */
	struct vector unnamed; /* nodes, in order */
	struct view_site unnamed_sum;
};

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
			if (owner == OWNER_PROGRAM &&
			    (!wrappers || !selection_matches(wrappers, frames[i].function)))
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

static void site_add(struct view_site *site, const struct model_node *figures, enum remains remains)
{
	site->allocations += figures->allocations;
	site->allocated_bytes += figures->allocated_bytes;
	site->peak_bytes += figures->peak_bytes;
	site->peak_blocks += figures->peak_blocks;
	if (remains == REMAINS_LEAKED) {
		site->leaked_bytes += figures->live_bytes;
		site->leaked_blocks += figures->live_blocks;
	} else if (remains == REMAINS_KEPT) {
		site->kept_bytes += figures->live_bytes;
		site->kept_blocks += figures->live_blocks;
	}
	site->temporary += figures->temporary;
	site->collected_blocks += figures->collected_blocks;
	site->collected_bytes += figures->collected_bytes;
}

/* Once a site has all its figures. */
static void site_finish(struct view_site *site, uint64_t sample_bytes)
{
	site->allocations = weight_blocks(site->allocations, sample_bytes);
	site->peak_blocks = weight_blocks(site->peak_blocks, sample_bytes);
	site->leaked_blocks = weight_blocks(site->leaked_blocks, sample_bytes);
	site->kept_blocks = weight_blocks(site->kept_blocks, sample_bytes);
	site->temporary = weight_blocks(site->temporary, sample_bytes);
	site->collected_blocks = weight_blocks(site->collected_blocks, sample_bytes);
	site->allocated_error = weight_error_bytes(site->allocated_bytes, sample_bytes);
	site->peak_error = weight_error_bytes(site->peak_bytes, sample_bytes);
	site->leaked_error = weight_error_bytes(site->leaked_bytes, sample_bytes);
}

/* The site of a frame, new or known; NULL: no memory. */
static struct view_site *site_of(struct collection *collection, const struct source_frame *frame)
{
	struct profile *profile = collection->profile;
	const struct source_function *function = frame->function;
	uint64_t spot = source_frame_spot(frame);
	size_t index = (size_t)map_get(&collection->known, (uintptr_t)function, spot);

	if (index > 0)
		return &profile->sites[index - 1];
	if (profile->view.site_count == collection->capacity) {
		size_t capacity = 2 * collection->capacity + 64;
		struct view_site *grown = reallocarray(profile->sites, capacity, sizeof(*grown));
		if (!grown)
			return NULL;
		profile->view.sites = profile->sites = grown;
		collection->capacity = capacity;
	}
	index = profile->view.site_count++;
	map_put(&collection->known, (uintptr_t)function, spot, (void *)(index + 1));
	profile->sites[index] = (struct view_site){.function = function->name,
						   .file = function->file,
						   .module = function->module,
						   .place = symbolizer_place(profile->symbolizer, frame),
						   .line = frame->line};
	return &profile->sites[index];
}

static int add_to_site(struct collection *collection, const struct source_frame *frame, uint32_t node,
		       const struct model_node *figures)
{
	struct view_site *site = site_of(collection, frame ? frame : &nowhere);

	if (!site)
		return -ENOMEM;
	site_add(site, figures, collection->profile->ownership.remains[node]);
	return 0;
}

/* ---- all of them ------------------------------------------------------------------- */

static int collect_node(struct collection *collection, uint32_t node, const struct model_node *figures)
{
	uint32_t skipped;
	const struct source_frame *site = find_site(collection->profile, node, NULL, &skipped);

	if (site || skipped == 0)
		return add_to_site(collection, site, node, figures);
	site_add(&collection->unnamed_sum, figures, collection->profile->ownership.remains[node]);
	return vector_push(&collection->unnamed, &node, sizeof(node));
}

static int collect(struct collection *collection)
{
	struct figures_walk walk = figures_walk(model_summary(collection->profile->model)->nodes);
	struct model_node figures;
	uint32_t node;
	int error = 0;

	while (!error && figures_walk_next(&walk, &node, &figures))
		if (figures.allocations > 0)
			error = collect_node(collection, node, &figures);
	return error;
}

/* Whether enough sites have more than a sum of others. */
static bool outranked(const struct profile *profile, const struct view_site *sum, enum view_sort sort)
{
	uint64_t figure = view_site_figure(sum, sort);
	size_t greater = 0;

	for (size_t i = 0; i < profile->view.site_count; i++)
		greater += view_site_figure(&profile->sites[i], sort) > figure;
	return figure == 0 || greater >= profile->options->sites;
}

/* Whether none of those without a name will be shown, even if all were one site.  Estimates might be rounded
 * to a draw. */
static bool none_shows(const struct collection *collection)
{
	const struct profile *profile = collection->profile;
	const struct view_site *sum = &collection->unnamed_sum;

	return profile->options->sites > 0 && profile->info->sample_bytes == 0 &&
	       outranked(profile, sum, profile->options->sort) && outranked(profile, sum, SORT_LEAKED);
}

static int name_unnamed(struct collection *collection)
{
	const uint32_t *nodes = collection->unnamed.data;
	struct figures_walk walk = figures_walk(model_summary(collection->profile->model)->nodes);
	struct model_node figures;
	size_t named = 0;
	uint32_t node;
	int error = 0;

	while (!error && named < collection->unnamed.count && figures_walk_next(&walk, &node, &figures)) {
		if (node != nodes[named])
			continue;
		struct source_frame site = profile_site(collection->profile, node, NULL);
		error = add_to_site(collection, &site, node, &figures);
		named++;
	}
	return error;
}

int profile_fill_sites(struct profile *profile)
{
	struct collection collection = {.profile = profile};
	int error = collect(&collection);

	if (!error && collection.unnamed.count > 0 && !none_shows(&collection))
		error = name_unnamed(&collection);
	for (size_t i = 0; i < profile->view.site_count; i++)
		site_finish(&profile->sites[i], profile->info->sample_bytes);
	vector_finish(&collection.unnamed);
	map_finish(&collection.known);
	return error;
}
