/*
 * choose.c - which functions a report shows: those asked for, else those marked, else those that hold most.
 */
#include "profile/branches.h"
#include "profile/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOP_DEFAULT 5

/* ---- known before any event is read ------------------------------------------ */

static const char *recorded_functions(const struct trace_info *info)
{
	const char *functions = trace_variable(info, "MPROF_FUNCTIONS");

	return functions ? functions : "";
}

static size_t count_commas(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

/* MPROF_FUNCTIONS of the recording stands in for -f: globs with commas between.  Pointers and text share
 * one allocation. */
static int split_globs(struct profile *profile, const char *text)
{
	size_t slots = count_commas(text) + 2, used = 0;
	const char **globs = calloc(1, slots * sizeof(*globs) + strlen(text) + 1);
	char *copy, *glob;

	if (!globs)
		return -ENOMEM;
	copy = strcpy((char *)(globs + slots), text);
	while ((glob = strsep(&copy, ",")))
		if (*glob)
			globs[used++] = glob;
	profile->globs = globs;
	return 0;
}

static size_t choose_matching(struct profile *profile, const struct selection *selection,
			      const struct source_function *const *functions, size_t count)
{
	size_t chosen = 0;

	for (size_t i = 0; i < count; i++)
		chosen += profile->chosen[i] = selection_matches(selection, functions[i]);
	return chosen;
}

/* The name of what is chosen of a function: one instance's, or where there are several, the function's. */
static void choose_instance(struct profile *profile, const struct source_frame *frame)
{
	uint32_t id = frame->function->id;
	const char *name = symbolizer_full_name(profile->symbolizer, frame, false);

	if (profile->chosen[id] && profile->instances[id] != name)
		name = frame->function->name;
	profile->chosen[id] = true;
	profile->instances[id] = name;
}

/* Globs with arguments: of functions that do not match as a whole, the instances that do. */
static int choose_instances(struct profile *profile, const struct selection *selection, size_t count,
			    size_t *chosen)
{
	const struct source_frame *frames;
	bool *whole = calloc(count + 1, sizeof(*whole));

	profile->instances = calloc(count + 1, sizeof(*profile->instances));
	if (!whole || !profile->instances) {
		free(whole);
		return -ENOMEM;
	}
	memcpy(whole, profile->chosen, count * sizeof(*whole));
	for (uint32_t code = 1; code < profile->info->code_count; code++) {
		size_t frame_count = profile_met_code(profile, code, &frames);

		for (size_t i = 0; i < frame_count; i++) {
			if (whole[frames[i].function->id] ||
			    !selection_matches_frame(selection, profile->symbolizer, &frames[i]))
				continue;
			*chosen += !profile->chosen[frames[i].function->id];
			choose_instance(profile, &frames[i]);
		}
	}
	free(whole);
	return 0;
}

bool profile_counts(void *context, const struct source_frame *frame)
{
	struct profile *profile = context;

	return !profile->instances || !profile->instances[frame->function->id] ||
	       selection_matches_frame(&profile->selection, profile->symbolizer, frame);
}

/* Chooses the marked functions that call paths pass; whoever marked another one is told why it is not there.
 */
static size_t choose_marked(struct profile *profile, size_t met_count)
{
	const struct source_function *const *marked, *idle = NULL;
	size_t count = symbolizer_marks(profile->symbolizer, &marked), chosen = 0;

	for (size_t i = 0; i < count; i++) {
		if (marked[i]->id >= met_count)
			idle = idle ? idle : marked[i];
		else
			chosen += profile->chosen[marked[i]->id] = true;
	}
	if (idle)
		profile_warn(profile, "%s (%s:%u) is marked, but allocated and freed nothing%s", idle->name,
			     idle->file, idle->first_line,
			     count - chosen > 1 ? "; nor did others that are marked" : "");
	return chosen;
}

/* ---- by figures --------------------------------------------------------------- */

struct candidate {
	const struct source_function *function;
	uint64_t figure;
};

/* Functions before what is a part of them or stands within them, which has no more than they. */
static int by_figure(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	bool a_apart = a->function->part_of || a->function->nested;
	bool b_apart = b->function->part_of || b->function->nested;

	if (a->figure != b->figure)
		return a->figure > b->figure ? -1 : 1;
	if (a_apart != b_apart)
		return a_apart ? 1 : -1;
	return a->function->id < b->function->id ? -1 : a->function->id > b->function->id;
}

/* Rust's have the outer one's name before their own. */
static bool is_nested(const struct source_function *inner, const struct source_function *outer)
{
	size_t length = strlen(outer->name);

	return inner->nested || (strncmp(inner->name, outer->name, length) == 0 &&
				 strncmp(inner->name + length, "::", 2) == 0);
}

bool profile_lies_within(const struct source_function *inner, const struct source_function *outer)
{
	return inner->file == outer->file && inner->first_line >= outer->first_line &&
	       inner->last_line <= outer->last_line && inner != outer && !inner->part_of && !outer->part_of &&
	       is_nested(inner, outer);
}

/* Makes room for a function whose table shows what was picked so far of those within it. */
static size_t drop_inner(const struct profile *profile, struct candidate *picked, size_t count,
			 const struct source_function *outer)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		bool inner = profile_lies_within(picked[i].function, outer);

		profile->chosen[picked[i].function->id] = !inner;
		if (!inner)
			picked[kept++] = picked[i];
	}
	return kept;
}

static bool lies_within_any(const struct candidate *chosen, size_t count,
			    const struct source_function *function)
{
	for (size_t i = 0; i < count; i++)
		if (profile_lies_within(function, chosen[i].function))
			return true;
	return false;
}

/* The best `limit` of sorted candidates, moved to the front, with the parts of them.  What stands
 * within one needs no table of its own. */
static void pick(const struct profile *profile, struct candidate *candidates, size_t count, size_t limit)
{
	size_t picked = 0, whole = 0;

	for (size_t i = 0; i < count; i++) {
		const struct source_function *function = candidates[i].function;
		bool part = function->part_of && profile->chosen[function->part_of->id];

		if ((!part && whole == limit) || lies_within_any(candidates, picked, function))
			continue;
		size_t left = drop_inner(profile, candidates, picked, function);
		whole -= picked - left;
		whole += !part;
		picked = left;
		profile->chosen[function->id] = true;
		candidates[picked++] = candidates[i];
	}
}

/* Of functions that nobody named, those that hand memory on have nothing to show but one line. */
static bool is_worth_choosing(struct profile *profile, uint32_t function)
{
	const struct source_function *const *functions;

	symbolizer_functions(profile->symbolizer, &functions);
	return !profile->chosen_by_figures || profile_is_own(profile, functions[function]);
}

/* Five ancestors of one path say less than the one at which it branches.  How many are left. */
static size_t drop_those_that_pass_on(struct profile *profile, struct candidate *candidates, size_t count)
{
	const struct source_function *functions[BRANCH_CANDIDATES];
	bool passes_on[BRANCH_CANDIDATES] = {false};
	size_t looked_at = 0, kept = 0;

	for (size_t i = 0; i < count && looked_at < BRANCH_CANDIDATES; i++)
		functions[looked_at++] = candidates[i].function;
	find_branches(profile, functions, looked_at, profile->choice.figure, passes_on);
	for (size_t i = 0; i < count; i++)
		if (i >= looked_at || !passes_on[i])
			candidates[kept++] = candidates[i];
	return kept;
}

/* From all candidates in profile->chosen to the best `limit` of them. */
static int keep_greatest(struct profile *profile, const struct scope_map *map, const struct amounts *sums,
			 size_t limit)
{
	struct candidate *candidates = calloc((size_t)map->model.scope_count + 1, sizeof(*candidates));
	const struct source_function *const *functions;
	size_t count = 0;

	if (!candidates)
		return -ENOMEM;
	symbolizer_functions(profile->symbolizer, &functions);
	for (uint32_t scope = 0; scope < map->model.scope_count; scope++) {
		uint64_t figure = figure_of(&sums[scope], profile->choice.figure);

		profile->chosen[map->scopes[scope].function] = false;
		if (figure > 0 && is_worth_choosing(profile, map->scopes[scope].function))
			candidates[count++] =
				(struct candidate){functions[map->scopes[scope].function], figure};
	}
	qsort(candidates, count, sizeof(*candidates), by_figure);
	if (profile->chosen_by_figures)
		count = drop_those_that_pass_on(profile, candidates, count);
	pick(profile, candidates, count, limit);
	free(candidates);
	return 0;
}

int profile_narrow(struct profile *profile)
{
	const struct trace_info *info = profile->info;
	struct frame_source source = {profile_met_code, profile, profile_counts};
	struct scope_map map = {0};
	struct amounts *sums = NULL;
	int error;

	if (profile->limit == 0)
		return 0;
	error = scope_map_init(&map, info->code_count, source, profile->chosen, false);
	if (!error) {
		sums = calloc((size_t)map.model.scope_count + 1, sizeof(*sums));
		error = sums ? scope_sums_add(&map, info->nodes, model_summary(profile->model)->nodes,
					      profile->ownership.remains, info->sample_bytes, sums)
			     : -ENOMEM;
	}
	if (!error)
		error = keep_greatest(profile, &map, sums, profile->limit);
	free(sums);
	scope_map_finish(&map);
	return error;
}

/* The chosen functions, `*chosen` of them: the caller's to free().  NULL: no memory. */
static const struct source_function **list_chosen(const struct profile *profile,
						  const struct source_function *const *functions,
						  size_t count, size_t *chosen)
{
	const struct source_function **list = calloc(count + 1, sizeof(*list));

	*chosen = 0;
	for (size_t i = 0; list && i < count; i++)
		if (profile->chosen[i])
			list[(*chosen)++] = functions[i];
	return list;
}

int profile_choose_inner(struct profile *profile)
{
	const struct source_function *const *functions;
	size_t count = profile->function_count, outer_count;
	const struct source_function **outer;

	symbolizer_functions(profile->symbolizer, &functions);
	outer = list_chosen(profile, functions, count, &outer_count);

	profile->inner = calloc(count + 1, sizeof(*profile->inner));
	if (!outer || !profile->inner) {
		free(outer);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; functions[i]->first_line > 0 && !profile->chosen[i] && k < outer_count;
		     k++)
			if (profile_lies_within(functions[i], outer[k]))
				profile->chosen[i] = profile->inner[i] = true;
	free(outer);
	return 0;
}

/* ---- the choice ---------------------------------------------------------------- */

bool profile_is_own(struct profile *profile, const struct source_function *function)
{
	return ownership_of(&profile->ownership, function) == OWNER_PROGRAM && *function->file &&
	       function->first_line > 0;
}

static void choose_own(struct profile *profile, const struct source_function *const *functions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		profile->chosen[i] = profile_is_own(profile, functions[i]);
}

int profile_select(struct profile *profile)
{
	int error = 0;

	profile->selection = profile->options->selection;
	if (selection_empty(&profile->selection)) {
		error = split_globs(profile, recorded_functions(profile->info));
		profile->selection.functions = profile->globs;
	}
	profile->own_code = selection_empty(&profile->selection);
	return error;
}

int profile_choose(struct profile *profile)
{
	const struct source_function *const *functions;
	size_t count = symbolizer_functions(profile->symbolizer, &functions), chosen,
	       limit = profile->choice.top;
	const struct selection *selection = &profile->selection;

	profile->chosen = calloc(count + 1, sizeof(*profile->chosen));
	profile->function_count = count;
	if (!profile->chosen)
		return -ENOMEM;
	chosen = choose_matching(profile, selection, functions, count);
	if (selection_has_arguments(selection) && choose_instances(profile, selection, count, &chosen) != 0)
		return -ENOMEM;
	if (profile->traced_count > 0 && (chosen == 0 || selection_empty(selection)))
		chosen = profile_choose_traced(profile);
	if (chosen == 0 && !selection_empty(selection)) {
		profile->nothing_matched = true;
		return profile->nothing_passes
			       ? 0
			       : profile_warn(profile,
					      "no recorded call path passes a function that matches");
	}
	if (chosen == 0)
		chosen = choose_marked(profile, count);
	if (chosen == 0) {
		choose_own(profile, functions, count);
		limit = limit > 0 ? limit : TOP_DEFAULT;
		chosen = SIZE_MAX;
		profile->chosen_by_figures = true;
	}
	profile->limit = chosen > limit ? limit : 0;
	return 0;
}
