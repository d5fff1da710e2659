/*
 * parts.c - from call paths to functions.
 */
#include "gate/parts.h"

#include "base/text.h"
#include "gate/private.h"

#include <stdlib.h>
#include <string.h>

/* Without a symbol there is only an address, which is another in each build: then its module stands in. */
static const char *name_of(const struct source_function *function)
{
	const char *object = base_name(function->module);

	if (!source_function_is_nameless(function))
		return function->name;
	return *object ? object : function->module;
}

static int by_place(const void *left, const void *right)
{
	const struct measured_path *a = left, *b = right;
	int order = strcmp(name_of(a->function), name_of(b->function));

	if (order != 0)
		return order;
	if (a->function->id != b->function->id)
		return a->function->id < b->function->id ? -1 : 1;
	if (a->spot != b->spot)
		return a->spot < b->spot ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

static bool same_spot(const struct measured_path *a, const struct measured_path *b)
{
	return a->function == b->function && a->spot == b->spot;
}

/* The greatest line of paths that are all of one name. */
static struct part sum_up(const struct measured_path *paths, size_t count, enum figure figure)
{
	struct part part = {
		.name = name_of(paths->function), .path = paths, .paths = paths, .path_count = count};
	uint64_t line_value = 0, best_line = 0;
	const struct measured_path *best = paths;

	for (size_t i = 0; i < count; i++) {
		uint64_t value = figure_of(&paths[i].amounts, figure);

		if (i > 0 && !same_spot(&paths[i], &paths[i - 1])) {
			line_value = 0;
			best = &paths[i];
		}
		part.value += value;
		line_value += value;
		if (value > figure_of(&best->amounts, figure))
			best = &paths[i];
		if (line_value > best_line) {
			best_line = line_value;
			part.path = best;
		}
	}
	return part;
}

struct part *parts_create(struct measured_path *paths, size_t path_count, enum figure figure, size_t *count)
{
	struct part *parts = calloc(path_count + 1, sizeof(*parts));

	*count = 0;
	if (!parts)
		return NULL;
	if (path_count > 0)
		qsort(paths, path_count, sizeof(*paths), by_place);
	for (size_t begin = 0, end; begin < path_count; begin = end) {
		for (end = begin + 1; end < path_count; end++)
			if (strcmp(name_of(paths[end].function), name_of(paths[begin].function)) != 0)
				break;
		parts[*count] = sum_up(&paths[begin], end - begin, figure);
		*count += parts[*count].value > 0;
	}
	return parts;
}

size_t parts_split(const struct part *part, enum figure figure, struct part *out)
{
	size_t count = 0, end;

	for (size_t begin = 0; begin < part->path_count; begin = end) {
		const struct source_function *function = part->paths[begin].function;

		for (end = begin + 1; end < part->path_count && part->paths[end].function == function;)
			end++;
		if (!source_function_is_nameless(function))
			continue;
		out[count] = sum_up(&part->paths[begin], end - begin, figure);
		count += out[count].value > 0;
	}
	return count;
}
