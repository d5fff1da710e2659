/*
 * types.c - tracked blocks by type, what collectors freed by call site, and caches: the tables of `mprof gc`
 * that are not of collections.
 */
#include "profile/private.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- types -------------------------------------------------------------------- */

static int type_by_name(const void *left, const void *right)
{
	const struct view_gc_type *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int type_by_peak(const void *left, const void *right)
{
	const struct view_gc_type *a = left, *b = right;

	if (a->peak_bytes != b->peak_bytes)
		return a->peak_bytes > b->peak_bytes ? -1 : 1;
	if (a->leaked_bytes != b->leaked_bytes)
		return a->leaked_bytes > b->leaked_bytes ? -1 : 1;
	return strcmp(a->name, b->name);
}

static struct view_gc_type type_of(const struct profile *profile, uint32_t node,
				   const struct model_node *figures)
{
	bool leaks = ownership_leaks(&profile->ownership, node);

	return (struct view_gc_type){
		.name = trace_label(profile->trace, trace_code(profile->info, node)->pc),
		.allocations = figures->allocations,
		.peak_blocks = figures->peak_blocks,
		.peak_bytes = figures->peak_bytes,
		.leaked_blocks = leaks ? figures->live_blocks : 0,
		.leaked_bytes = leaks ? figures->live_bytes : 0,
		.collected_blocks = figures->collected_blocks,
		.collected_bytes = figures->collected_bytes,
	};
}

static void type_add(struct view_gc_type *type, const struct view_gc_type *more)
{
	type->allocations += more->allocations;
	type->peak_blocks += more->peak_blocks;
	type->peak_bytes += more->peak_bytes;
	type->leaked_blocks += more->leaked_blocks;
	type->leaked_bytes += more->leaked_bytes;
	type->collected_blocks += more->collected_blocks;
	type->collected_bytes += more->collected_bytes;
}

/* Once a type has all its figures. */
static void type_finish(struct view_gc_type *type, uint64_t sample_bytes)
{
	type->allocations = weight_blocks(type->allocations, sample_bytes);
	type->peak_blocks = weight_blocks(type->peak_blocks, sample_bytes);
	type->leaked_blocks = weight_blocks(type->leaked_blocks, sample_bytes);
	type->collected_blocks = weight_blocks(type->collected_blocks, sample_bytes);
}

/* One of each name; how many are left. */
static size_t merge_types(struct view_gc_type *types, size_t count)
{
	size_t used = 0;

	qsort(types, count, sizeof(*types), type_by_name);
	for (size_t i = 0; i < count; i++) {
		if (used > 0 && strcmp(types[used - 1].name, types[i].name) == 0)
			type_add(&types[used - 1], &types[i]);
		else
			types[used++] = types[i];
	}
	return used;
}

/* The next node that is a type and has blocks. */
static bool next_typed(const struct profile *profile, struct figures_walk *walk, uint32_t *node,
		       struct model_node *figures)
{
	while (figures_walk_next(walk, node, figures))
		if (trace_code(profile->info, *node)->label && figures->allocations > 0)
			return true;
	return false;
}

int profile_fill_types(struct profile *profile)
{
	const struct figures_nodes *nodes = model_summary(profile->model)->nodes;
	struct gc_figures *gc = &profile->gc;
	struct figures_walk walk = figures_walk(nodes);
	struct model_node figures;
	size_t count = 0;
	uint32_t node;

	while (next_typed(profile, &walk, &node, &figures))
		count++;
	gc->types = calloc(count + 1, sizeof(*gc->types));
	if (!gc->types)
		return -ENOMEM;
	count = 0;
	walk = figures_walk(nodes);
	while (next_typed(profile, &walk, &node, &figures))
		gc->types[count++] = type_of(profile, node, &figures);
	count = merge_types(gc->types, count);
	for (size_t i = 0; i < count; i++)
		type_finish(&gc->types[i], profile->info->sample_bytes);
	qsort(gc->types, count, sizeof(*gc->types), type_by_peak);
	gc->view.types = gc->types;
	gc->view.type_count = count;
	return 0;
}

/* ---- call sites ------------------------------------------------------------------ */

static int site_by_bytes(const void *left, const void *right)
{
	const struct view_gc_site *a = left, *b = right;
	int order;

	if (a->collected_bytes != b->collected_bytes)
		return a->collected_bytes > b->collected_bytes ? -1 : 1;
	order = strcmp(a->file, b->file);
	if (order == 0)
		order = a->line < b->line ? -1 : a->line > b->line;
	return order != 0 ? order : strcmp(a->function, b->function);
}

/* Counts of sampled blocks are rounded one by one. */
static uint64_t less(uint64_t count, uint64_t part)
{
	return part < count ? count - part : 0;
}

int profile_fill_collected_sites(struct profile *profile)
{
	struct gc_figures *gc = &profile->gc;
	size_t count = 0;

	gc->sites = calloc(profile->view.site_count + 1, sizeof(*gc->sites));
	if (!gc->sites)
		return -ENOMEM;
	for (size_t i = 0; i < profile->view.site_count; i++) {
		const struct view_site *site = &profile->sites[i];

		if (site->collected_blocks == 0)
			continue;
		gc->sites[count++] = (struct view_gc_site){
			.function = site->place,
			.file = site->file,
			.line = site->line,
			.collected_blocks = site->collected_blocks,
			.collected_bytes = site->collected_bytes,
			.released_blocks = less(site->allocations, site->leaked_blocks + site->kept_blocks +
									   site->collected_blocks),
			.released_bytes = site->allocated_bytes - site->leaked_bytes - site->kept_bytes -
					  site->collected_bytes,
		};
	}
	qsort(gc->sites, count, sizeof(*gc->sites), site_by_bytes);
	gc->view.sites = gc->sites;
	gc->view.site_count = count;
	return 0;
}

/* ---- caches ------------------------------------------------------------------------ */

static struct view_cache cache_of(const struct profile *profile, const struct trace_note *note)
{
	return (struct view_cache){
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
	size_t low = 0, high = gc->view.cache_count;

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
static void cache_put(struct gc_figures *gc, const struct view_cache *cache)
{
	size_t place = cache_place(gc, cache->name), behind = gc->view.cache_count - place;

	if (behind == 0 || strcmp(gc->caches[place].name, cache->name) != 0) {
		memmove(&gc->caches[place + 1], &gc->caches[place], behind * sizeof(*cache));
		gc->view.cache_count++;
	}
	gc->caches[place] = *cache;
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
		struct view_cache cache = cache_of(profile, &info->notes[i]);
		cache_put(gc, &cache);
	}
	gc->view.caches = gc->caches;
	return 0;
}
