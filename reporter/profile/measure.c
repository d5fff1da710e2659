/*
 * measure.c - figures of chosen call paths, node by node.
 */
#include "profile/measure.h"

#include "base/memory.h"
#include "profile/filter.h"
#include "profile/keepers.h"
#include "profile/private.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- which paths ------------------------------------------------------------------- */

bool profile_lies_at(struct profile *profile, const struct source_frame *frame,
		     const struct measure_place *place)
{
	return (place->line == 0 || frame->line == place->line) &&
	       selection_matches_frame(&place->selection, profile->symbolizer, frame);
}

static bool code_lies_at(struct profile *profile, uint32_t code, const struct measure_place *place)
{
	const struct source_frame *frames;
	size_t count = profile_code(profile, code, &frames);

	for (size_t i = 0; i < count; i++)
		if (profile_lies_at(profile, &frames[i], place))
			return true;
	return false;
}

/* By node, whether its path passes the place. */
static bool *find_passing(struct profile *profile, const struct measure_place *place, bool *met)
{
	const struct trace_info *info = profile->info;
	bool all = selection_empty(&place->selection);
	bool *lying = memory_zeroed(info->code_count, sizeof(*lying)), *passing;

	*met = all;
	for (uint32_t code = 1; code < info->code_count; code++)
		*met |= lying[code] = code_lies_at(profile, code, place);
	passing = profile_below(profile, lying, all);
	free(lying);
	return passing;
}

/* ---- their figures ----------------------------------------------------------------- */

static struct amounts measured(struct profile *profile, uint32_t node, const struct model_node *figures,
			       uint64_t collections)
{
	struct amounts amounts =
		amounts_of(figures, profile->ownership.remains[node], profile->info->sample_bytes);

	amounts_weigh(&amounts, profile->info->sample_bytes);
	amounts.collections = collections;
	return amounts;
}

/* Collections that ended, by the node that they ended at. */
static uint32_t *count_collections(const struct trace_info *info)
{
	uint32_t *counts = calloc(info->node_count + 1, sizeof(*counts));

	for (size_t i = 0; counts && i < info->note_count; i++)
		if (info->notes[i].kind == NOTE_GC_END)
			counts[info->notes[i].node]++;
	return counts;
}

static struct measured_path path_of(struct profile *profile, uint32_t node, const struct selection *wrappers,
				    const struct model_node *figures, uint64_t collections)
{
	struct source_frame site = profile_site(profile, node, wrappers);

	return (struct measured_path){.function = site.function,
				      .spot = source_frame_spot(&site),
				      .place = profile_place(profile, &site),
				      .line = site.line,
				      .node = node,
				      .amounts = measured(profile, node, figures, collections)};
}

int profile_measure(struct profile *profile, const struct measure_place *place, struct measured_path **paths,
		    size_t *count, bool *met)
{
	*count = 0;
	*paths = NULL;
	if (profile_put_back(profile) != 0)
		return -ENOMEM;
	const struct trace_info *info = profile->info;
	bool *passing = find_passing(profile, place, met);
	uint32_t *collections = count_collections(info);
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);

	profile_know_remains(profile);
	profile_know_wrappers(profile);
	*paths = calloc(info->node_count + 1, sizeof(**paths));
	for (uint32_t node = 0; passing && collections && *paths && node < info->node_count; node++) {
		if (!passing[node])
			continue;
		struct model_node figures = figures_walk_to(&walk, node);
		if (model_node_has_blocks(&figures) || collections[node] > 0)
			(*paths)[(*count)++] =
				path_of(profile, node, place->wrappers, &figures, collections[node]);
	}
	bool whole = passing && collections && *paths;
	free(passing);
	free(collections);
	if (whole)
		return 0;
	free(*paths);
	*paths = NULL;
	return -ENOMEM;
}

/* ---- one path ------------------------------------------------------------------------ */

size_t profile_path_frames(struct profile *profile, uint32_t node, struct source_frame *out, size_t limit)
{
	const struct source_frame *frames;
	size_t count = 0;

	for (; node != 0 && count < limit; node = profile->info->nodes[node].parent) {
		size_t here = profile_frames(profile, node, &frames);

		for (size_t i = 0; i < here && count < limit; i++)
			out[count++] = frames[i];
	}
	return count;
}

int profile_recall_wrappers(struct profile *profile, profile_recall_fn *recall, void *context)
{
	struct ownership *ownership = &profile->ownership;
	const struct source_function *const *functions;
	int error = profile_put_back(profile);

	if (!error)
		error = ownership_find_wrappers(ownership, model_summary(profile->model)->nodes);
	symbolizer_functions(profile->symbolizer, &functions);
	for (size_t id = 0; !error && id < ownership->wrapper_count; id++) {
		int said = recall(context, functions[id]->name);

		if (said >= 0)
			ownership->wrappers[id] = said > 0;
	}
	return error;
}

size_t profile_all_functions(struct profile *profile, const struct source_function *const **functions)
{
	return symbolizer_functions(profile->symbolizer, functions);
}

const char *profile_place(struct profile *profile, const struct source_frame *frame)
{
	return symbolizer_place(profile->symbolizer, frame);
}

enum owner profile_owner(struct profile *profile, const struct source_function *function)
{
	return ownership_of(&profile->ownership, function);
}

struct amounts profile_suppressed(struct profile *profile, size_t suppression)
{
	profile_know_remains(profile);
	struct amounts sum = profile->ownership.suppressed[suppression];

	amounts_weigh(&sum, profile->info->sample_bytes);
	return sum;
}

/* Asked of every frame of every path, and told from names: remembered. */
bool profile_begins_in(struct profile *profile, const struct source_function *function)
{
	enum { UNKNOWN, NO, YES };
	uint8_t *known;

	if (function->id >= profile->begins_capacity) {
		size_t before = profile->begins_capacity;

		profile->begins = pool_grow(profile->begins, &profile->begins_capacity, function->id + 1, 1);
		memset(profile->begins + before, UNKNOWN, profile->begins_capacity - before);
	}
	known = &profile->begins[function->id];
	if (*known == UNKNOWN)
		*known = keeper_starts(profile->symbolizer, function, NULL) ? YES : NO;
	return *known == YES;
}

const struct trace_info *profile_trace(const struct profile *profile)
{
	return profile->info;
}
