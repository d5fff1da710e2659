/*
 * caches.c - caches as their programs said last, under the names that they said.  That of a function which
 * has no symbol at run time is where it is in its file, "program+0x1234": debug information has a better one.
 */
#include "base/memory.h"
#include "base/text.h"
#include "profile/private.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct cache cache_of(const struct profile *profile, const struct trace_note *note)
{
	return (struct cache){
		.name = trace_label(profile->trace, note->values[0]),
		.entries = note->values[1],
		.hits = note->values[2],
		.misses = note->values[3],
		.size_bytes = note->values[4],
	};
}

static bool is_cache(const struct trace_note *note)
{
	return note->kind == NOTE_CACHE && note->value_count >= 5;
}

/* The place of the cache with this name, or the one where it belongs. */
static size_t cache_place(const struct gc_figures *gc, const char *name)
{
	size_t low = 0, high = gc->result.cache_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(gc->caches[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The last word about a name counts. */
static void cache_put(struct gc_figures *gc, const struct cache *cache)
{
	size_t place = cache_place(gc, cache->name), behind = gc->result.cache_count - place;

	if (behind == 0 || strcmp(gc->caches[place].name, cache->name) != 0) {
		memmove(&gc->caches[place + 1], &gc->caches[place], behind * sizeof(*cache));
		gc->result.cache_count++;
	}
	gc->caches[place] = *cache;
}

/* ---- names -------------------------------------------------------------------------- */

static const char *last_offset(const char *name)
{
	const char *found = NULL;

	for (const char *at = name; (at = strstr(at, "+0x")); at++)
		found = at;
	return found;
}

/* The module that a file's name and an offset are of; 0: none, or which is not certain. */
static uint16_t module_by_name(const struct trace_info *info, const char *name, size_t length,
			       uint64_t offset)
{
	size_t found = 0;

	for (size_t i = 1; i < info->module_count; i++) {
		const struct trace_module *module = &info->modules[i];
		const char *file = base_name(module->path);

		if (strlen(file) != length || memcmp(file, name, length) != 0 ||
		    offset >= module->end - module->start)
			continue;
		if (found > 0 && strcmp(info->modules[found].path, module->path) != 0)
			return 0;
		found = i;
	}
	return (uint16_t)found;
}

/* The function that begins there; NULL: none is known. */
static const struct source_function *function_at(struct profile *profile, uint16_t module, uint64_t offset)
{
	const struct source_frame *frames;
	uint64_t pc = profile->info->modules[module].start + offset;
	size_t count = symbolizer_frames(profile->symbolizer, module, pc, true, &frames);
	const struct source_frame *outermost = &frames[count - 1];
	bool inside = outermost->line == 0 && outermost->offset > 0;

	return inside || source_function_is_nameless(outermost->function) ? NULL : outermost->function;
}

struct named {
	struct cache cache;
	const struct source_function *function; /* that is meant; NULL: the name is as it was said */
	const char *rest;                       /* of the name, as " #2" */
};

static struct named named_of(struct profile *profile, const struct cache *cache)
{
	const char *name = cache->name, *plus = last_offset(name);
	struct named named = {.cache = *cache};
	char *end;

	if (!plus)
		return named;
	uint64_t offset = strtoull(plus + strlen("+0x"), &end, 16);
	uint16_t module = module_by_name(profile->info, name, (size_t)(plus - name), offset);
	if (module == 0 || (*end != '\0' && *end != ' '))
		return named;
	named.function = function_at(profile, module, offset);
	named.rest = end;
	if (named.function)
		named.cache.name = pool_format(&profile->pool, "%s%s", named.function->name, end);
	return named;
}

static int by_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int order = strcmp(a->cache.name, b->cache.name);

	if (order == 0 && a->function && b->function)
		order = strcmp(a->function->file, b->function->file);
	return order;
}

static bool is_namesake(const struct named *named, size_t count, size_t index)
{
	const char *name = named[index].cache.name;

	return (index > 0 && strcmp(named[index - 1].cache.name, name) == 0) ||
	       (index + 1 < count && strcmp(named[index + 1].cache.name, name) == 0);
}

/* Gives caches the names of the functions that are meant, with their files where several have one name. */
static void name_by_functions(struct profile *profile, struct cache *caches, size_t count)
{
	struct named *named = memory_zeroed(count + 1, sizeof(*named));

	for (size_t i = 0; i < count; i++)
		named[i] = named_of(profile, &caches[i]);
	qsort(named, count, sizeof(*named), by_name);
	for (size_t i = 0; i < count; i++) {
		const struct source_function *function = named[i].function;

		caches[i] = named[i].cache;
		if (function && is_namesake(named, count, i))
			caches[i].name = pool_format(&profile->pool, "%s (%s)%s", function->name,
						     base_name(function->file), named[i].rest);
	}
	free(named);
}

int profile_fill_caches(struct profile *profile)
{
	const struct trace_info *info = profile->info;
	struct gc_figures *gc = &profile->gc;
	size_t count = 0;

	for (size_t i = 0; i < info->note_count; i++)
		count += is_cache(&info->notes[i]);
	gc->caches = calloc(count + 1, sizeof(*gc->caches));
	if (!gc->caches)
		return -ENOMEM;
	for (size_t i = 0; i < info->note_count; i++) {
		if (!is_cache(&info->notes[i]))
			continue;
		struct cache cache = cache_of(profile, &info->notes[i]);
		cache_put(gc, &cache);
	}
	name_by_functions(profile, gc->caches, gc->result.cache_count);
	gc->result.caches = gc->caches;
	return 0;
}
