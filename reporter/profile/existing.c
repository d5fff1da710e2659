/*
 * existing.c - what the program has, recorded or not.
 */
#include "profile/existing.h"

#include "base/text.h"
#include "profile/private.h"

#include <errno.h>
#include <string.h>

static size_t all_functions(struct profile *profile, const struct source_function *const **functions)
{
	symbolizer_know_all(profile->symbolizer);
	return symbolizer_functions(profile->symbolizer, functions);
}

static bool is_meant(const void *selection, const char *file)
{
	struct source_function of_file = {.name = "", .file = file};

	return selection_matches(selection, &of_file);
}

bool profile_has_place(struct profile *profile, const struct measure_place *place)
{
	const struct source_function *const *functions;
	size_t count;

	if (place->line > 0)
		return symbolizer_has_line(profile->symbolizer, place->line, is_meant, &place->selection);
	count = all_functions(profile, &functions);
	for (size_t i = 0; i < count; i++)
		if (selection_matches(&place->selection, functions[i]))
			return true;
	return false;
}

static bool is_selected(const void *selection, const struct source_function *function)
{
	return selection_matches(selection, function);
}

const struct source_function *profile_namesake(struct profile *profile, const struct selection *selection)
{
	return symbolizer_namesake(profile->symbolizer, is_selected, selection);
}

/* What follows the last separator. */
static const char *last_part(const char *name, const char *separator)
{
	for (const char *next = strstr(name, separator); next; next = strstr(name, separator))
		name = next + strlen(separator);
	return name;
}

void profile_try_names(struct profile *profile, bool files, struct nearest *nearest)
{
	const struct source_function *const *functions;
	size_t count = all_functions(profile, &functions);

	for (size_t i = 0; i < count; i++) {
		const char *name = files ? functions[i]->file : functions[i]->name;

		if (functions[i]->system || !*name)
			continue;
		nearest_try(nearest, name);
		nearest_try(nearest, last_part(name, files ? "/" : "::"));
	}
}

/* Names of code without symbols are addresses, or the module's. */
static bool is_named(const struct source_function *function)
{
	return !text_starts(function->name, "0x") && strcmp(function->name, base_name(function->module)) != 0;
}

bool profile_is_at_hand(struct profile *profile)
{
	return symbolizer_is_at_hand(profile->symbolizer, profile->info->exe);
}

static bool any_of_executable(struct profile *profile, bool lines)
{
	const struct source_function *const *functions;
	size_t count;

	if (!profile_is_at_hand(profile))
		return false;
	count = all_functions(profile, &functions);
	for (size_t i = 0; i < count; i++)
		if (strcmp(functions[i]->module, profile->info->exe) == 0 &&
		    (lines ? profile_is_own(profile, functions[i])
			   : !functions[i]->system && is_named(functions[i])))
			return true;
	return false;
}

bool profile_has_names(struct profile *profile)
{
	return any_of_executable(profile, false);
}

bool profile_has_lines(struct profile *profile)
{
	return any_of_executable(profile, true);
}

/* Where a selection matches nothing that was recorded. */
static int explain(struct profile *profile, const struct selection *selection, struct diagnostic *diagnostic)
{
	const struct measure_place meant = {.selection = *selection};
	bool files = !selection->functions || !*selection->functions;
	const char *glob = files ? *selection->files : *selection->functions;
	struct nearest nearest = nearest_to(glob);

	if (profile_has_place(profile, &meant) ||
	    !(files ? profile_has_lines(profile) : profile_has_names(profile)))
		return 0;
	profile_try_names(profile, files, &nearest);
	return diagnostic_set(diagnostic, ENOENT, "%s '%s'%s%s%s",
			      files ? "no code of the program is of a file"
				    : "no function of the program is called",
			      glob, nearest.found ? "; did you mean '" : "",
			      nearest.found ? nearest.found : "", nearest.found ? "'?" : "");
}

int profile_explain_nobody(struct profile *profile, struct diagnostic *diagnostic)
{
	return explain(profile, &profile->selection, diagnostic);
}

static int explain_or_warn(struct profile *profile, const struct selection *selection,
			   struct diagnostic *diagnostic)
{
	int error = explain(profile, selection, diagnostic);

	if (error)
		return error;
	profile->nothing_passes = true;
	return profile_warn(profile, "no recorded call path passes a function that matches%s",
			    profile_is_at_hand(profile) ? "" : "; " EXISTING_NOT_AT_HAND);
}

uint64_t profile_origin(struct profile *profile)
{
	return symbolizer_origin(profile->symbolizer, profile->info->exe);
}

int profile_filter_explain(struct profile *profile, const struct filter *filter,
			   struct diagnostic *diagnostic)
{
	for (uint32_t node = 1; node < profile->info->node_count; node++)
		if (profile_passes(profile, node))
			return 0;
	if (filter_empty(filter))
		return 0;
	if (!selection_empty(&filter->keep))
		return explain_or_warn(profile, &filter->keep, diagnostic);
	return diagnostic_set(diagnostic, ENOENT, "no recorded call path is of what %s",
			      filter->modules && *filter->modules ? "--module means"
			      : filter->types && *filter->types   ? "--type means"
								  : "--ignore leaves");
}
