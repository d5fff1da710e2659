/* histograms.c - see histograms.h. */
#include "profile/histograms.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/pool.h"
#include "figures/breakdown_tables.h"
#include "profile/blocks.h"
#include "profile/filter.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

/* ---- sizes ---------------------------------------------------------------------------------- */

#define CHUNK_ALIGN UINT64_C(16)
#define CHUNK_HEAD UINT64_C(8)
#define CHUNK_LEAST UINT64_C(32)
#define MAPPED_LEAST (UINT64_C(128) << 10)
#define MAPPED_HEAD UINT64_C(16)
#define PAGE UINT64_C(4096)

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

/* What glibc's malloc takes for a block beside its bytes, unless its settings are others (malloc/malloc.c:
 * request2size, sysmalloc). */
static uint64_t rounding(uint64_t size_bytes)
{
	uint64_t chunk = round_up(size_bytes + CHUNK_HEAD, CHUNK_ALIGN);

	if (size_bytes >= MAPPED_LEAST)
		return round_up(size_bytes + MAPPED_HEAD, PAGE) - size_bytes;
	return (chunk < CHUNK_LEAST ? CHUNK_LEAST : chunk) - size_bytes;
}

/* A path's blocks of one class are mostly of one size: the average tells. */
static uint64_t rounding_of(const struct profile *profile, const struct kind_row *row)
{
	uint64_t blocks = weight_blocks(row->peak_blocks, profile->info->sample_bytes);

	return blocks > 0 ? blocks * rounding(row->peak_bytes / blocks) : 0;
}

static void add_size(const struct profile *profile, struct size_row *sum, const struct kind_row *row)
{
	sum->blocks += row->allocations;
	sum->bytes += row->allocated_bytes;
	sum->vague_bytes +=
		weight_vague_bytes(row->allocations, row->allocated_bytes, profile->info->sample_bytes);
	sum->temporary += row->temporary;
	sum->live_blocks += row->live_blocks;
	sum->live_bytes += row->live_bytes;
	sum->peak_blocks += row->peak_blocks;
	sum->peak_bytes += row->peak_bytes;
	sum->rounding_bytes += rounding_of(profile, row);
}

static void weigh_size(struct size_row *row, uint64_t sample_bytes)
{
	uint64_t *const counts[] = {&row->blocks, &row->temporary, &row->live_blocks, &row->peak_blocks};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		*counts[i] = weight_blocks(*counts[i], sample_bytes);
	row->bytes_error = weight_error_bytes(row->vague_bytes, sample_bytes);
}

static void count_sizes(struct profile *profile, const struct breakdown_tables *tables,
			struct histograms *out)
{
	struct size_row *rows = pool_alloc(&profile->pool, SIZE_CLASSES * sizeof(*rows));
	size_t first = SIZE_CLASSES, last = 0;

	memset(rows, 0, SIZE_CLASSES * sizeof(*rows));
	for (size_t i = 0; i < tables->kind_count; i++) {
		const struct kind_row *row = &tables->kinds[i];

		if (!profile_passes(profile, row->node) || !profile_has_kind(profile, row))
			continue;
		add_size(profile, &rows[kind_class(row->kind)], row);
		add_size(profile, &out->all, row);
	}
	for (uint32_t i = 0; i < SIZE_CLASSES; i++) {
		rows[i].from_bytes = i > 0 ? UINT64_C(1) << i : 0;
		rows[i].up_to_bytes = size_class_most(i);
		weigh_size(&rows[i], profile->info->sample_bytes);
		if (rows[i].blocks == 0)
			continue;
		first = first < i ? first : i;
		last = i;
	}
	weigh_size(&out->all, profile->info->sample_bytes);
	out->sizes = rows + (first < SIZE_CLASSES ? first : 0);
	out->size_count = first < SIZE_CLASSES ? last + 1 - first : 0;
}

/* ---- lifetimes ------------------------------------------------------------------------------ */

static void set_time(struct lifetime_row_sum *row, uint32_t class)
{
	row->from_ns = class > 0 ? (UINT64_C(1) << class) * BREAKDOWN_STEP_NS : 0;
	row->below_ns = size_class_most(class) < UINT64_MAX / BREAKDOWN_STEP_NS
				? (size_class_most(class) + 1) * BREAKDOWN_STEP_NS
				: UINT64_MAX;
}

static void set_allocations(struct lifetime_row_sum *row, uint32_t class)
{
	row->from_allocations = UINT64_C(1) << class;
	row->up_to_allocations = size_class_most(class);
}

/* Those between the first and the last that has blocks. */
static const struct lifetime_row_sum *span(const struct lifetime_row_sum *rows, size_t *count)
{
	size_t first = SIZE_CLASSES, last = 0;

	for (size_t i = 0; i < SIZE_CLASSES; i++) {
		if (rows[i].blocks == 0)
			continue;
		first = first < i ? first : i;
		last = i;
	}
	*count = first < SIZE_CLASSES ? last + 1 - first : 0;
	return rows + (first < SIZE_CLASSES ? first : 0);
}

/* By class in time and in allocations. */
typedef uint64_t lifetime_grid[SIZE_CLASSES][SIZE_CLASSES];

/* Where blocks are sampled, allocations between are counted of those alone, and tell nothing. */
static void fill_lifetimes(struct profile *profile, lifetime_grid grid, struct histograms *out)
{
	bool sampled = profile->info->sample_bytes > 0;
	const size_t cells = (size_t)SIZE_CLASSES * SIZE_CLASSES;
	struct lifetime_row_sum *rows = pool_alloc(&profile->pool, cells * sizeof(*rows));
	struct lifetime_row_sum *times = pool_alloc(&profile->pool, SIZE_CLASSES * sizeof(*times));
	struct lifetime_row_sum *allocations =
		pool_alloc(&profile->pool, SIZE_CLASSES * sizeof(*allocations));

	memset(times, 0, SIZE_CLASSES * sizeof(*times));
	memset(allocations, 0, SIZE_CLASSES * sizeof(*allocations));
	for (uint32_t t = 0; t < SIZE_CLASSES; t++) {
		set_time(&times[t], t);
		set_allocations(&allocations[t], t);
	}
	for (uint32_t t = 0; t < SIZE_CLASSES; t++) {
		for (uint32_t a = 0; a < SIZE_CLASSES; a++) {
			struct lifetime_row_sum row = {
				.blocks = weight_blocks(grid[t][a], profile->info->sample_bytes)};

			if (sampled && row.blocks > 0) {
				times[t].blocks += row.blocks;
				continue;
			}
			times[t].blocks += row.blocks;
			allocations[a].blocks += row.blocks;
			set_time(&row, t);
			set_allocations(&row, a);
			if (row.blocks > 0)
				rows[out->lifetime_count++] = row;
		}
	}
	for (uint32_t t = 0; sampled && t < SIZE_CLASSES; t++)
		if (times[t].blocks > 0)
			rows[out->lifetime_count++] = (struct lifetime_row_sum){.from_ns = times[t].from_ns,
										.below_ns = times[t].below_ns,
										.blocks = times[t].blocks};
	out->lifetimes = rows;
	out->times = span(times, &out->time_count);
	out->allocations = span(allocations, &out->allocation_count);
}

static void count_lifetimes(struct profile *profile, const struct breakdown_tables *tables,
			    struct histograms *out)
{
	lifetime_grid *grid = memory_zeroed(1, sizeof(*grid));

	for (size_t i = 0; i < tables->lifetime_count; i++) {
		const struct lifetime_row *row = &tables->lifetimes[i];

		if (profile_passes(profile, row->node))
			(*grid)[lifetime_time_class(row->lifetime)]
			       [lifetime_allocations_class(row->lifetime)] += row->blocks;
	}
	fill_lifetimes(profile, *grid, out);
	free(grid);
}

/* ---- threads -------------------------------------------------------------------------------- */

static struct thread_row thread_row(const struct profile *profile, const struct breakdown_tables *tables,
				    size_t index)
{
	const struct trace_info *info = profile->info;
	const struct thread_figures *thread = &tables->threads[index];
	uint64_t sample_bytes = info->sample_bytes;

	return (struct thread_row){
		.tid = info->threads[index].tid,
		.index = (uint32_t)index + 1,
		.main = info->threads[index].tid == (uint32_t)info->pid,
		.rest = index == KIND_SEVERAL,
		.started_ns = info->threads[index].started_ns,
		.allocations = weight_blocks(thread->allocations, sample_bytes),
		.allocated_bytes = thread->allocated_bytes,
		.frees = weight_blocks(thread->frees, sample_bytes),
		.freed_bytes = thread->freed_bytes,
		.freed_by_others = weight_blocks(thread->freed_by_others, sample_bytes),
		.freed_by_others_bytes = thread->freed_by_others_bytes,
		.frees_of_others = weight_blocks(thread->frees_of_others, sample_bytes),
		.freed_of_others_bytes = thread->freed_of_others_bytes,
		.live_bytes = thread->live_bytes,
		.peak_bytes = thread->peak_bytes,
	};
}

static void list_threads(struct profile *profile, const struct breakdown_tables *tables,
			 struct histograms *out)
{
	struct thread_row *rows = pool_alloc(&profile->pool, (tables->thread_count + 1) * sizeof(*rows));

	for (size_t i = 0; i < tables->thread_count; i++)
		rows[i] = thread_row(profile, tables, i);
	out->threads = rows;
	out->thread_count = tables->thread_count;
	out->others_known = tables->threads_known;
}

/* ---- modules -------------------------------------------------------------------------------- */

static const char *module_of(struct profile *profile, uint32_t leaf)
{
	const struct source_frame *frames;
	const char *innermost = "";

	for (uint32_t node = leaf; node != 0; node = profile->info->nodes[node].parent) {
		size_t count = profile_frames(profile, node, &frames);

		for (size_t i = 0; i < count; i++) {
			if (ownership_of(&profile->ownership, frames[i].function) != OWNER_ALLOCATOR)
				return frames[i].function->module;
			innermost = frames[i].function->module;
		}
	}
	return innermost;
}

static int by_bytes(const void *left, const void *right)
{
	const struct module_row *a = left, *b = right;

	if (a->amounts.allocated_bytes != b->amounts.allocated_bytes)
		return a->amounts.allocated_bytes > b->amounts.allocated_bytes ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Names in a file give any module to any function: how many there are is not known before. */
struct module_list {
	struct module_row *rows; /* to be freed */
	size_t count, capacity;
	struct map places; /* by the address of a name: 1 + its place */
};

static size_t place_of(struct module_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->rows[i].name, name) == 0)
			return i;
	list->rows = pool_grow(list->rows, &list->capacity, list->count + 1, sizeof(*list->rows));
	list->rows[list->count] = (struct module_row){.name = name};
	return list->count++;
}

/* Equal names mostly stand at one address. */
static struct module_row *module_row(struct module_list *list, const char *name)
{
	uintptr_t place = (uintptr_t)map_get(&list->places, (uintptr_t)name, 0);

	if (place == 0) {
		place = place_of(list, name) + 1;
		map_put(&list->places, (uintptr_t)name, 0, (void *)place);
	}
	return &list->rows[place - 1];
}

/* In order, and the profile's. */
static const struct module_row *finish_modules(struct profile *profile, struct module_list *list)
{
	struct module_row *rows = pool_alloc(&profile->pool, (list->count + 1) * sizeof(*rows));

	for (size_t i = 0; i < list->count; i++) {
		rows[i] = list->rows[i];
		amounts_weigh(&rows[i].amounts, profile->info->sample_bytes);
	}
	qsort(rows, list->count, sizeof(*rows), by_bytes);
	map_finish(&list->places);
	free(list->rows);
	return rows;
}

const struct module_row *profile_modules(struct profile *profile, size_t *count, struct amounts *total)
{
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct module_list list = {0};
	struct model_node figures;
	uint32_t node;

	*total = (struct amounts){0};
	while (figures_walk_next(&walk, &node, &figures)) {
		if (!model_node_has_blocks(&figures) || !profile_passes(profile, node))
			continue;
		struct amounts amounts = amounts_of(&figures, REMAINS_UNKNOWN, profile->info->sample_bytes);

		amounts_add(&module_row(&list, module_of(profile, node))->amounts, &amounts);
		amounts_add(total, &amounts);
	}
	amounts_weigh(total, profile->info->sample_bytes);
	*count = list.count;
	return finish_modules(profile, &list);
}

int profile_histograms(struct profile *profile, struct histograms *out, struct diagnostic *diagnostic)
{
	const struct breakdown_tables *tables;
	int error = profile_breakdown(profile, &tables, diagnostic);

	*out = (struct histograms){0};
	if (error)
		return error;
	count_sizes(profile, tables, out);
	/* Of some blocks only it is not known how long they lived. */
	if (tables->lifetimes_known && !profile->blocks.asked)
		count_lifetimes(profile, tables, out);
	if (!profile->passing && !profile->blocks.asked)
		list_threads(profile, tables, out);
	return 0;
}
