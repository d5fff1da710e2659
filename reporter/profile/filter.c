/* filter.c - see filter.h. */
#include "profile/filter.h"

#include "base/memory.h"
#include "profile/private.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static bool is_empty(const char *const *globs)
{
	return !globs || !*globs;
}

bool filter_empty(const struct filter *filter)
{
	return selection_empty(&filter->keep) && is_empty(filter->modules) && is_empty(filter->ignore) &&
	       is_empty(filter->types);
}

/* ---- what matches ---------------------------------------------------------------------- */

/* NULL: there is none. */
static const char *behind_slash(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash ? slash + 1 : NULL;
}

static bool path_matches(const char *const *globs, const char *path)
{
	for (; !is_empty(globs); globs++)
		for (const char *part = path; part; part = behind_slash(part))
			if (fnmatch(*globs, part, 0) == 0)
				return true;
	return false;
}

static bool frame_is_kept(struct profile *profile, const struct filter *filter,
			  const struct source_frame *frame)
{
	return (selection_empty(&filter->keep) ||
		selection_matches_frame(&filter->keep, profile->symbolizer, frame)) &&
	       (is_empty(filter->modules) || path_matches(filter->modules, frame->function->module));
}

static bool frame_is_ignored(struct profile *profile, const struct filter *filter,
			     const struct source_frame *frame)
{
	const struct selection by_name = {.functions = filter->ignore};

	return !is_empty(filter->ignore) && (selection_matches_frame(&by_name, profile->symbolizer, frame) ||
					     path_matches(filter->ignore, frame->function->file) ||
					     path_matches(filter->ignore, frame->function->module));
}

typedef bool frame_test_fn(struct profile *profile, const struct filter *filter,
			   const struct source_frame *frame);

/* By code, whether any frame of it is so. */
static bool *find_codes(struct profile *profile, const struct filter *filter, frame_test_fn *test)
{
	bool *found = memory_zeroed(profile->info->code_count, sizeof(*found));
	const struct source_frame *frames;

	for (uint32_t code = 1; code < profile->info->code_count; code++) {
		size_t count = profile_code(profile, code, &frames);

		for (size_t i = 0; i < count && !found[code]; i++)
			found[code] = test(profile, filter, &frames[i]);
	}
	return found;
}

/* ---- by call path ---------------------------------------------------------------------- */

/* Nodes that frames were put back for come behind all others, though their children are among these. */
static bool passes_by(const struct trace_info *info, uint32_t node, const bool *below, const bool *lying)
{
	while (node >= info->node_count && !lying[info->nodes[node].code])
		node = info->nodes[node].parent;
	return node >= info->node_count || below[node];
}

bool *profile_below(const struct profile *profile, const bool *lying, bool all)
{
	const struct trace_info *info = profile->info;
	bool *below = memory_zeroed(info->node_count, sizeof(*below));

	below[0] = all;
	for (uint32_t node = 1; node < info->node_count; node++)
		below[node] = lying[info->nodes[node].code] ||
			      passes_by(info, info->nodes[node].parent, below, lying);
	return below;
}

static bool *find_below(struct profile *profile, const struct filter *filter, frame_test_fn *test)
{
	bool *codes = find_codes(profile, filter, test), *below = profile_below(profile, codes, false);

	free(codes);
	return below;
}

static bool has_type(const struct profile *profile, const char *const *types, uint32_t node)
{
	const struct trace_code *code = trace_code(profile->info, node);

	for (; code->label && !is_empty(types); types++)
		if (fnmatch(*types, trace_label(profile->trace, code->pc), 0) == 0)
			return true;
	return false;
}

void profile_filter(struct profile *profile, const struct filter *filter)
{
	bool focused = !selection_empty(&filter->keep) || !is_empty(filter->modules);

	if (filter_empty(filter))
		return;
	profile_must(profile_put_back(profile));
	bool *kept = focused ? find_below(profile, filter, frame_is_kept) : NULL;
	bool *ignored = find_below(profile, filter, frame_is_ignored);
	profile->passing = memory_zeroed(profile->info->node_count, sizeof(*profile->passing));
	for (uint32_t node = 1; node < profile->info->node_count; node++)
		profile->passing[node] = (!kept || kept[node]) && !ignored[node] &&
					 (is_empty(filter->types) || has_type(profile, filter->types, node));
	free(kept);
	free(ignored);
}

bool profile_passes(const struct profile *profile, uint32_t node)
{
	return !profile->passing || profile->passing[node];
}
