/*
 * gc_columns.c - the columns of the tables of `mprof gc`, each defined once for all formats.
 *
 * Those of text have a header, and show paths as the reader knows them: the context of a text table is its
 * style.
 */
#include "view/gc_columns.h"

#define CELL(name, value)                                                                                    \
	static struct cell name(const void *row, const void *context)                                        \
	{                                                                                                    \
		(void)context;                                                                               \
		return value;                                                                                \
	}

/* What several kinds of rows have in common. */
#define PLACE_CELLS(kind, type)                                                                              \
	CELL(kind##_function, cell_text(((const type *)row)->function))                                      \
	CELL(kind##_file, cell_text(((const type *)row)->file))                                              \
	CELL(kind##_line, cell_count(((const type *)row)->line))                                             \
	static struct cell kind##_path(const void *row, const void *context)                                 \
	{                                                                                                    \
		return cell_text(view_short_path(((const type *)row)->file, context));                       \
	}

#define PLACE_COLUMNS(kind)                                                                                  \
	static const struct column kind##_function_column = {"function", "Function", 2, 0, kind##_function}; \
	static const struct column kind##_file_column = {"file", NULL, 0, 0, kind##_file};                   \
	static const struct column kind##_path_column = {"file", "File", 2, -1, kind##_path};                \
	static const struct column kind##_line_column = {"line", "Line", 1, 6, kind##_line};

/* ---- collections, and groups of them ------------------------------------------------ */

#define GROUP(row) ((const struct view_gc_group *)(row))

PLACE_CELLS(group, struct view_gc_group)
PLACE_COLUMNS(group)

CELL(group_generation, cell_count(GROUP(row)->sum.oldest))
CELL(group_collections, cell_count(GROUP(row)->sum.collections))
CELL(group_candidates, cell_count(GROUP(row)->sum.candidates))
CELL(group_collected, cell_count(GROUP(row)->sum.collected))
CELL(group_uncollectable, cell_count(GROUP(row)->sum.uncollectable))
CELL(group_freed, cell_size(GROUP(row)->sum.freed_bytes))
CELL(group_pause, cell_pause(GROUP(row)->sum.pause_ns))
CELL(group_mean, cell_pause(GROUP(row)->sum.pause_ns / GROUP(row)->sum.collections))
CELL(group_longest, cell_pause(GROUP(row)->sum.longest_pause_ns))

static const struct column generation = {"generation", "Generation", 0, 10, group_generation};
static const struct column collections = {"collections", "Collections", 1, 11, group_collections};
static const struct column candidates = {"candidates", "Candidates", 1, 10, group_candidates};
static const struct column collected = {"collected", "Collected", 1, 9, group_collected};
static const struct column uncollectable = {"uncollectable", "Uncollectable", 1, 13, group_uncollectable};
static const struct column freed = {"freed_bytes", "Given back", 1, 10, group_freed};
static const struct column pause = {"pause_ns", "Paused", 1, 11, group_pause};
static const struct column mean = {"mean_pause_ns", "Mean", 1, 10, group_mean};
static const struct column longest = {"longest_pause_ns", "Longest", 1, 10, group_longest};

#define SUMS &collections, &candidates, &collected, &uncollectable, &freed, &pause, &mean, &longest

const struct column *const gc_generation_columns[] = {&generation, SUMS, NULL};
const struct column *const gc_line_columns[] = {&group_function_column, &group_file_column,
						&group_line_column, SUMS, NULL};
const struct column *const gc_line_columns_text[] = {
	&collections,           &collected,         &freed, &pause, &longest, &group_line_column,
	&group_function_column, &group_path_column, NULL};

#define COLLECTION(row) ((const struct view_collection *)(row))

PLACE_CELLS(collection, struct view_collection)
PLACE_COLUMNS(collection)

CELL(collection_time, cell_count(COLLECTION(row)->time_ns))
CELL(collection_when, cell_pause(COLLECTION(row)->time_ns))
CELL(collection_generation, cell_count(COLLECTION(row)->generation))
CELL(collection_candidates, cell_count(COLLECTION(row)->candidates))
CELL(collection_collected, cell_count(COLLECTION(row)->collected))
CELL(collection_uncollectable, cell_count(COLLECTION(row)->uncollectable))
CELL(collection_freed, cell_size(COLLECTION(row)->freed_bytes))
CELL(collection_pause, cell_pause(COLLECTION(row)->pause_ns))

static const struct column one_time = {"time_ns", NULL, 0, 0, collection_time};
static const struct column one_when = {"time_ns", "At", 1, 12, collection_when};
static const struct column one_generation = {"generation", "Generation", 1, 10, collection_generation};
static const struct column one_candidates = {"candidates", "Candidates", 1, 10, collection_candidates};
static const struct column one_collected = {"collected", "Collected", 1, 9, collection_collected};
static const struct column one_uncollectable = {"uncollectable", "Uncollectable", 1, 13,
						collection_uncollectable};
static const struct column one_freed = {"freed_bytes", "Given back", 1, 10, collection_freed};
static const struct column one_pause = {"pause_ns", "Paused", 0, 11, collection_pause};

const struct column *const gc_collection_columns[] = {&one_time,
						      &one_generation,
						      &one_candidates,
						      &one_collected,
						      &one_uncollectable,
						      &one_freed,
						      &one_pause,
						      &collection_function_column,
						      &collection_file_column,
						      &collection_line_column,
						      NULL};
const struct column *const gc_collection_columns_text[] = {&one_pause,
							   &one_when,
							   &one_generation,
							   &one_candidates,
							   &one_collected,
							   &one_freed,
							   &collection_line_column,
							   &collection_function_column,
							   &collection_path_column,
							   NULL};

/* ---- call sites ------------------------------------------------------------------------ */

#define SITE(row) ((const struct view_gc_site *)(row))

PLACE_CELLS(site, struct view_gc_site)
PLACE_COLUMNS(site)

CELL(site_collected_blocks, cell_count(SITE(row)->collected_blocks))
CELL(site_collected_bytes, cell_size(SITE(row)->collected_bytes))
CELL(site_released_blocks, cell_count(SITE(row)->released_blocks))
CELL(site_released_bytes, cell_size(SITE(row)->released_bytes))

static const struct column site_by_gc_blocks = {"freed_by_collector_blocks", "Blocks", 0, 10,
						site_collected_blocks};
static const struct column site_by_gc = {"freed_by_collector_bytes", "By collector", 1, 12,
					 site_collected_bytes};
static const struct column site_otherwise_blocks = {"freed_otherwise_blocks", "Blocks", 1, 10,
						    site_released_blocks};
static const struct column site_otherwise = {"freed_otherwise_bytes", "Otherwise", 1, 12,
					     site_released_bytes};

#define SITE_FIGURES &site_by_gc_blocks, &site_by_gc, &site_otherwise_blocks, &site_otherwise

const struct column *const gc_site_columns[] = {&site_function_column, &site_file_column, &site_line_column,
						SITE_FIGURES, NULL};
const struct column *const gc_site_columns_text[] = {SITE_FIGURES, &site_line_column, &site_function_column,
						     &site_path_column, NULL};

/* ---- types ----------------------------------------------------------------------------- */

#define TYPE(row) ((const struct view_gc_type *)(row))

CELL(type_name, cell_text(TYPE(row)->name))
CELL(type_allocations, cell_count(TYPE(row)->allocations))
CELL(type_peak_blocks, cell_count(TYPE(row)->peak_blocks))
CELL(type_peak_bytes, cell_size(TYPE(row)->peak_bytes))
CELL(type_leaked_blocks, cell_count(TYPE(row)->leaked_blocks))
CELL(type_leaked_bytes, cell_size(TYPE(row)->leaked_bytes))
CELL(type_collected_blocks, cell_count(TYPE(row)->collected_blocks))
CELL(type_collected_bytes, cell_size(TYPE(row)->collected_bytes))

const struct column *const gc_type_columns[] = {
	&(const struct column){"type", "Type", 0, 0, type_name},
	&(const struct column){"allocations", "Allocations", 1, 11, type_allocations},
	&(const struct column){"peak_blocks", "At the peak", 1, 11, type_peak_blocks},
	&(const struct column){"peak_bytes", "Memory", 1, 10, type_peak_bytes},
	&(const struct column){"leaked_blocks", "At the end", 1, 10, type_leaked_blocks},
	&(const struct column){"leaked_bytes", "Memory", 1, 10, type_leaked_bytes},
	&(const struct column){"freed_by_collector_blocks", "Collected", 1, 10, type_collected_blocks},
	&(const struct column){"freed_by_collector_bytes", "Memory", 1, 10, type_collected_bytes},
	NULL,
};

/* ---- caches ---------------------------------------------------------------------------- */

#define CACHE(row) ((const struct view_cache *)(row))

CELL(cache_name, cell_text(CACHE(row)->name))
CELL(cache_entries, cell_count(CACHE(row)->entries))
CELL(cache_hits, cell_count(CACHE(row)->hits))
CELL(cache_misses, cell_count(CACHE(row)->misses))
CELL(cache_rate, cell_share(CACHE(row)->hits, CACHE(row)->hits + CACHE(row)->misses))
CELL(cache_bytes, cell_size(CACHE(row)->size_bytes))

static const struct column cache = {"cache", "Cache", 0, 0, cache_name};
static const struct column entries = {"entries", "Entries", 1, 10, cache_entries};
static const struct column hits = {"hits", "Hits", 1, 11, cache_hits};
static const struct column misses = {"misses", "Misses", 1, 11, cache_misses};
static const struct column rate = {"hit_rate", "Hit rate", 1, 8, cache_rate};
static const struct column kept = {"size_bytes", "Keeps", 1, 10, cache_bytes};

/* A rate is a share in text; programs have what it is made of. */
const struct column *const gc_cache_columns[] = {&cache, &entries, &hits, &misses, &kept, NULL};
const struct column *const gc_cache_columns_text[] = {&cache, &entries, &hits, &misses, &rate, &kept, NULL};
