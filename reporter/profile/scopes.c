/*
 * scopes.c - numbers lines and functions, and lists for all code those it stands in.
 */
#include "profile/scopes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Scopes in the order in which code brings them, before they have ids. */
struct builder {
	struct scope *met;
	size_t count, capacity;
	uint32_t *first;
};

static int scope_compare(const void *left, const void *right)
{
	const struct scope *a = left, *b = right;

	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static int builder_add(struct builder *builder, uint32_t function, uint32_t line)
{
	if (builder->count == builder->capacity) {
		size_t capacity = builder->capacity * 2 + 1024;
		struct scope *met = reallocarray(builder->met, capacity, sizeof(*met));

		if (!met)
			return -ENOMEM;
		builder->met = met;
		builder->capacity = capacity;
	}
	builder->met[builder->count++] = (struct scope){function, line};
	return 0;
}

static int builder_add_code(struct builder *builder, struct frame_source source, uint32_t code,
			    const bool *wanted, bool lines)
{
	const struct source_frame *frames = NULL;
	size_t count = source.frames(source.context, code, &frames);
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		const struct source_function *function = frames[i].function;

		if (!wanted[function->id] || (source.counts && !source.counts(source.context, &frames[i])))
			continue;
		error = builder_add(builder, function->id, 0);
		if (!error && lines && function->first_line > 0)
			error = builder_add(builder, function->id,
					    frames[i].line > 0 ? frames[i].line : LINE_NONE);
	}
	return error;
}

static int builder_fill(struct builder *builder, size_t code_count, struct frame_source source,
			const bool *wanted, bool lines)
{
	int error = 0;

	builder->first = calloc(code_count + 1, sizeof(*builder->first));
	if (!builder->first)
		return -ENOMEM;
	for (uint32_t code = 0; !error && code < code_count; code++) {
		error = builder_add_code(builder, source, code, wanted, lines);
		builder->first[code + 1] = (uint32_t)builder->count;
	}
	return error;
}

static size_t sort_unique(struct scope *scopes, size_t count)
{
	size_t kept = 0;

	qsort(scopes, count, sizeof(*scopes), scope_compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || scope_compare(&scopes[i], &scopes[kept - 1]) != 0)
			scopes[kept++] = scopes[i];
	return kept;
}

/* From what was met to ids: a sorted copy is the list of scopes. */
static int map_fill(struct scope_map *map, const struct builder *builder)
{
	struct scope *scopes = calloc(builder->count + 1, sizeof(*scopes));
	uint32_t *ids = calloc(builder->count + 1, sizeof(*ids));

	if (!scopes || !ids) {
		free(scopes);
		free(ids);
		return -ENOMEM;
	}
	if (builder->count > 0)
		memcpy(scopes, builder->met, builder->count * sizeof(*scopes));
	map->scopes = scopes;
	map->model.scope_count = (uint32_t)sort_unique(scopes, builder->count);
	for (size_t i = 0; i < builder->count; i++)
		ids[i] = scope_find(map, builder->met[i].function, builder->met[i].line);
	map->model.ids = ids;
	map->model.first = builder->first;
	return 0;
}

int scope_map_init(struct scope_map *map, size_t code_count, struct frame_source source, const bool *wanted,
		   bool lines)
{
	struct builder builder = {0};
	int error = builder_fill(&builder, code_count, source, wanted, lines);

	*map = (struct scope_map){0};
	if (!error)
		error = map_fill(map, &builder);
	if (error)
		free(builder.first);
	free(builder.met);
	return error;
}

void scope_map_finish(struct scope_map *map)
{
	free((void *)(uintptr_t)map->scopes);
	free((void *)(uintptr_t)map->model.ids);
	free((void *)(uintptr_t)map->model.first);
	*map = (struct scope_map){0};
}

uint32_t scope_find(const struct scope_map *map, uint32_t function, uint32_t line)
{
	const struct scope key = {function, line};
	const struct scope *found;

	found = bsearch(&key, map->scopes, map->model.scope_count, sizeof(key), scope_compare);
	return found ? (uint32_t)(found - map->scopes) : SCOPE_NONE;
}
