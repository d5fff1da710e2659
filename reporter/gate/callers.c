/*
 * callers.c - see callers.h.
 */
#include "gate/callers.h"

#include "base/memory.h"
#include "base/text.h"
#include "profile/ways.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATHS_MAX 5

/* ---- places ---------------------------------------------------------------------------------- */

/* What follows the folder in a path below it; NULL if it is not below. */
static const char *below(const char *path, const char *folder, size_t length)
{
	return length > 1 && strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length + 1
										       : NULL;
}

/* Relative to here; or, for builds in a folder of their own, to the gate file's folder. */
static const char *short_path(struct check *check, const char *path)
{
	const char *gate = check->options->gate->path, *slash = gate ? strrchr(gate, '/') : NULL, *found;
	char here[PATH_MAX], folder[PATH_MAX];

	if (getcwd(here, sizeof(here)) && (found = below(path, here, strlen(here))))
		return strings_intern(&check->strings, found);
	if (slash && realpath(check_string(check, "%.*s", (int)(slash - gate + 1), gate), folder) &&
	    (found = below(path, folder, strlen(folder))))
		return strings_intern(&check->strings, found);
	return strings_intern(&check->strings, path);
}

struct verdict_frame verdict_frame_of(struct check *check, const struct source_function *function,
				      uint32_t line, const char *place)
{
	const char *object = base_name(function->module);
	bool says_object = strcmp(object, function->name) == 0 || !*object;

	return (struct verdict_frame){
		.function = strings_intern(&check->strings, function->name),
		.file = short_path(check, function->file),
		.place = *function->file ? NULL
			 : says_object   ? strings_intern(&check->strings, place)
					 : check_string(check, "%s (%s)", place, object),
		.module = *function->file || !*object ? NULL : strings_intern(&check->strings, object),
		.line = line};
}

/* The first part of a name that has several, as core::iter::Iterator::map; else its object's name. */
static const char *library_of(struct check *check, const struct source_function *function)
{
	const char *name = function->name + strspn(function->name, "<&*([");
	const char *end = strstr(name, "::");

	if (end && end > name && strcspn(name, " <(") >= (size_t)(end - name))
		return check_string(check, "%.*s", (int)(end - name), name);
	return strings_intern(&check->strings, base_name(function->module));
}

/* ---- paths ------------------------------------------------------------------------------------ */

static struct contributing_path tell(struct check *check, struct profile *profile, const struct way *way)
{
	struct verdict_frame *frames = check_alloc(check, way->count, sizeof(*frames));

	for (size_t i = 0; i < way->count; i++) {
		const struct source_function *function = way->first[i].function;

		frames[i] = verdict_frame_of(check, function, way->first[i].line,
					     profile_place(profile, &way->first[i]));
		if (profile_owner(profile, function) < OWNER_WRAPPER)
			frames[i].library = library_of(check, function);
	}
	return (struct contributing_path){way->value, frames, way->count};
}

static void take_main_path(struct check *check, struct profile *profile, const struct part *part,
			   struct contributor *out)
{
	struct way way = way_of(profile, part->path->node, part->path->function, part->path->spot);
	struct contributing_path path = tell(check, profile, &way);

	out->frames = path.frames;
	out->frame_count = path.frame_count;
	way_finish(&way);
}

static void take_ways(struct check *check, struct profile *profile, const struct way *ways, size_t count,
		      struct contributor *out)
{
	size_t told = ways_told(ways, count, out->now, PATHS_MAX);
	struct contributing_path *paths = check_alloc(check, PATHS_MAX, sizeof(*paths));

	for (size_t i = 0; i < count; i++) {
		if (i < told) {
			paths[out->path_count++] = tell(check, profile, &ways[i]);
		} else {
			out->other_paths++;
			out->other_value += ways[i].value;
		}
	}
	out->paths = paths;
}

static bool has_several_lines(const struct part *part, enum figure figure)
{
	for (size_t i = 0; i < part->path_count; i++)
		if (figure_of(&part->paths[i].amounts, figure) > 0 &&
		    (part->paths[i].spot != part->path->spot ||
		     part->paths[i].function->file != part->path->function->file))
			return true;
	return false;
}

void callers_find(struct check *check, struct profile *profile, const struct part *part, enum figure figure,
		  struct contributor *out)
{
	struct way *ways = memory_zeroed(part->path_count, sizeof(*ways));
	size_t count = 0;

	take_main_path(check, profile, part, out);
	for (size_t i = 0; i < part->path_count; i++) {
		const struct measured_path *path = &part->paths[i];
		uint64_t value = figure_of(&path->amounts, figure);

		if (value == 0)
			continue;
		ways[count] = way_of(profile, path->node, path->function, path->spot);
		ways[count++].value = value;
	}
	out->several_lines = has_several_lines(part, figure);
	count = ways_merge(ways, count);
	take_ways(check, profile, ways, count, out);
	for (size_t i = 0; i < count; i++)
		way_finish(&ways[i]);
	free(ways);
}
