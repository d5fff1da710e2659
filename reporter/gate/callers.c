/*
 * callers.c - see callers.h.
 */
#include "gate/callers.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMES_MAX 64
#define PATHS_MAX 5
#define SHARE_SHOWN 0.9 /* paths that make up so much are shown, the others counted */

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

static const char *object_name(const struct source_function *function)
{
	const char *slash = strrchr(function->module, '/');

	return slash ? slash + 1 : function->module;
}

struct verdict_frame verdict_frame_of(struct check *check, const struct source_function *function,
				      uint32_t line, const char *place)
{
	const char *object = object_name(function);
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
	return strings_intern(&check->strings, object_name(function));
}

/* ---- paths ------------------------------------------------------------------------------------ */

/* A call path as far as it is told, and what of the figure came by it. */
struct way {
	struct source_frame *frames, *first; /* the latter within the former, which is to be freed */
	size_t count;
	uint64_t value;
};

/* How many frames there are up to the outermost of the program's own; of code that can be shown, if there is
 * any. */
static size_t own_length(struct profile *profile, const struct source_frame *frames, size_t count)
{
	size_t own = 0, begun = 0;

	while (begun < count && !profile_begins_in(profile, frames[begun].function))
		begun++;
	for (size_t i = begun; i > 0; i--) {
		if (profile_owner(profile, frames[i - 1].function) < OWNER_WRAPPER)
			continue;
		if (*frames[i - 1].function->file)
			return i;
		own = own > 0 ? own : i;
	}
	return own;
}

/* From the site outwards, as far as the program's own code reaches. */
static int find_way(struct profile *profile, const struct measured_path *path, struct way *way)
{
	size_t count, length, begin = 0;
	struct source_frame *frames = profile_measured_frames(profile, path->node, FRAMES_MAX, &count);

	if (!frames)
		return -ENOMEM;
	while (begin < count &&
	       (frames[begin].function != path->function || source_frame_spot(&frames[begin]) != path->spot))
		begin++;
	length = own_length(profile, frames, count);
	*way = (struct way){
		.frames = frames, .first = frames + begin, .count = length > begin ? length - begin : 0};
	return 0;
}

static int by_frames(const void *left, const void *right)
{
	const struct way *a = left, *b = right;

	for (size_t i = 0; i < a->count && i < b->count; i++) {
		const struct source_frame *x = &a->first[i], *y = &b->first[i];

		if (x->function->id != y->function->id)
			return x->function->id < y->function->id ? -1 : 1;
		if (source_frame_spot(x) != source_frame_spot(y))
			return source_frame_spot(x) < source_frame_spot(y) ? -1 : 1;
	}
	return a->count < b->count ? -1 : a->count > b->count;
}

static int by_value(const void *left, const void *right)
{
	const struct way *a = left, *b = right;

	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return by_frames(left, right);
}

/* One of each; how many are left. */
static size_t merge(struct way *ways, size_t count)
{
	size_t used = 0;

	qsort(ways, count, sizeof(*ways), by_frames);
	for (size_t i = 0; i < count; i++) {
		if (used > 0 && by_frames(&ways[used - 1], &ways[i]) == 0) {
			ways[used - 1].value += ways[i].value;
			free(ways[i].frames);
		} else {
			ways[used++] = ways[i];
		}
	}
	qsort(ways, used, sizeof(*ways), by_value);
	return used;
}

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

static int take_main_path(struct check *check, struct profile *profile, const struct part *part,
			  struct contributor *out)
{
	struct contributing_path path;
	struct way way;
	int error = find_way(profile, part->path, &way);

	if (error)
		return error;
	path = tell(check, profile, &way);
	out->frames = path.frames;
	out->frame_count = path.frame_count;
	free(way.frames);
	return 0;
}

static void take_ways(struct check *check, struct profile *profile, const struct way *ways, size_t count,
		      struct contributor *out)
{
	struct contributing_path *paths = check_alloc(check, PATHS_MAX, sizeof(*paths));
	uint64_t told = 0;

	for (size_t i = 0; i < count; i++) {
		if (out->path_count < PATHS_MAX && (double)told < SHARE_SHOWN * (double)out->now) {
			paths[out->path_count++] = tell(check, profile, &ways[i]);
			told += ways[i].value;
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
		if (measure_figure(&part->paths[i].measure, figure) > 0 &&
		    (part->paths[i].spot != part->path->spot ||
		     part->paths[i].function->file != part->path->function->file))
			return true;
	return false;
}

int callers_find(struct check *check, struct profile *profile, const struct part *part, enum figure figure,
		 struct contributor *out)
{
	struct way *ways = calloc(part->path_count + 1, sizeof(*ways));
	size_t count = 0;
	int error = ways ? take_main_path(check, profile, part, out) : -ENOMEM;

	for (size_t i = 0; !error && i < part->path_count; i++) {
		uint64_t value = measure_figure(&part->paths[i].measure, figure);

		if (value == 0)
			continue;
		error = find_way(profile, &part->paths[i], &ways[count]);
		ways[count].value = value;
		count += !error;
	}
	out->several_lines = has_several_lines(part, figure);
	if (!error) {
		count = merge(ways, count);
		take_ways(check, profile, ways, count, out);
	}
	for (size_t i = 0; i < count; i++)
		free(ways[i].frames);
	free(ways);
	return error;
}
