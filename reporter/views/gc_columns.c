/*
 * gc_columns.c - the columns of the tables of `mprof gc`.
 *
 * Those for people show paths as the reader knows them: the context of their tables is the style.
 */
#include "views/gc_columns.h"

#include "formats/style.h"
#include "profile/collections.h"

/* What several kinds of rows have in common. */
#define PLACE_COLUMNS(kind, type)                                                                            \
	TABLE_COLUMN(kind##_function, "function", "Function", 2, 0,                                          \
		     cell_text(((const type *)row)->function))                                               \
	TABLE_COLUMN(kind##_file, "file", NULL, 0, 0, cell_text(((const type *)row)->file))                  \
	TABLE_COLUMN(kind##_line, "line", "Line", 1, 6, cell_count(((const type *)row)->line))               \
	TABLE_COLUMN(kind##_path, NULL, "File", 2, -1,                                                       \
		     cell_text(style_short_path(context, ((const type *)row)->file)))

/* The margin of a figure, for programs and for people. */
#define MARGIN(figure, name, error)                                                                          \
	TABLE_COLUMN(figure##_error, name "_error", NULL, 0, 0, cell_count(error))                           \
	TABLE_COLUMN(figure##_margin, NULL, "+/- 95%", 1, 10, cell_size(error))

/* ---- groups of collections ---------------------------------------------------------- */

#define SUM(row) (((const struct collection_group *)(row))->sum)

PLACE_COLUMNS(group, struct collection_group)

TABLE_COLUMN(generation, "generation", "Generation", 0, 10, cell_count(SUM(row).oldest))
TABLE_COLUMN(collections, "collections", "Collections", 1, 11, cell_count(SUM(row).collections))
TABLE_COLUMN(candidates, "candidates", "Candidates", 1, 10, cell_count(SUM(row).candidates))
TABLE_COLUMN(collected, "collected", "Collected", 1, 9, cell_count(SUM(row).collected))
TABLE_COLUMN(uncollectable, "uncollectable", "Uncollectable", 1, 13, cell_count(SUM(row).uncollectable))
TABLE_COLUMN(freed, "freed_bytes", "Given back", 1, 10, cell_size(SUM(row).freed_bytes))
TABLE_COLUMN(pause, "pause_ns", "Paused", 1, 11, cell_pause(SUM(row).pause_ns))
TABLE_COLUMN(mean, "mean_pause_ns", "Mean", 1, 10, cell_pause(SUM(row).pause_ns / SUM(row).collections))
TABLE_COLUMN(longest, "longest_pause_ns", "Longest", 1, 10, cell_pause(SUM(row).longest_pause_ns))

#define SUMS &collections, &candidates, &collected, &uncollectable, &freed, &pause, &mean, &longest

const struct column *const gc_generation_columns[] = {&generation, SUMS, NULL};
const struct column *const gc_line_columns[] = {&group_function, &group_file, &group_line, SUMS, NULL};
const struct column *const gc_line_columns_text[] = {
	&collections, &collected, &freed, &pause, &longest, &group_line, &group_function, &group_path, NULL};

/* ---- collections -------------------------------------------------------------------- */

#define COLLECTION(row) ((const struct collection *)(row))

PLACE_COLUMNS(one, struct collection)

TABLE_COLUMN(one_time, "time_ns", NULL, 0, 0, cell_count(COLLECTION(row)->time_ns))
TABLE_COLUMN(one_when, NULL, "At", 1, 12, cell_pause(COLLECTION(row)->time_ns))
TABLE_COLUMN(one_generation, "generation", "Generation", 1, 10, cell_count(COLLECTION(row)->generation))
TABLE_COLUMN(one_candidates, "candidates", "Candidates", 1, 10, cell_count(COLLECTION(row)->candidates))
TABLE_COLUMN(one_collected, "collected", "Collected", 1, 9, cell_count(COLLECTION(row)->collected))
TABLE_COLUMN(one_uncollectable, "uncollectable", "Uncollectable", 1, 13,
	     cell_count(COLLECTION(row)->uncollectable))
TABLE_COLUMN(one_freed, "freed_bytes", "Given back", 1, 10, cell_size(COLLECTION(row)->freed_bytes))
TABLE_COLUMN(one_pause, "pause_ns", "Paused", 0, 11, cell_pause(COLLECTION(row)->pause_ns))

const struct column *const gc_collection_columns[] = {
	&one_time,  &one_generation, &one_candidates, &one_collected, &one_uncollectable,
	&one_freed, &one_pause,      &one_function,   &one_file,      &one_line,
	NULL};
const struct column *const gc_collection_columns_text[] = {
	&one_pause, &one_when, &one_generation, &one_candidates, &one_collected,
	&one_freed, &one_line, &one_function,   &one_path,       NULL};

/* ---- call sites ------------------------------------------------------------------------ */

#define SITE(row) ((const struct collected_site *)(row))

PLACE_COLUMNS(site, struct collected_site)

TABLE_COLUMN(by_gc_blocks, "freed_by_collector_blocks", "Blocks", 0, 10,
	     cell_count(SITE(row)->collected_blocks))
TABLE_COLUMN(by_gc, "freed_by_collector_bytes", "By collector", 1, 12, cell_size(SITE(row)->collected_bytes))
TABLE_COLUMN(otherwise_blocks, "freed_otherwise_blocks", "Blocks", 1, 10,
	     cell_count(SITE(row)->released_blocks))
TABLE_COLUMN(otherwise, "freed_otherwise_bytes", "Otherwise", 1, 12, cell_size(SITE(row)->released_bytes))

MARGIN(by_gc, "freed_by_collector_bytes", SITE(row)->collected_error)
MARGIN(otherwise, "freed_otherwise_bytes", SITE(row)->released_error)

#define SITE_PLACE &site_line, &site_function, &site_path

const struct column *const gc_site_columns[] = {
	&site_function,    &site_file, &site_line,   &by_gc_blocks,    &by_gc,
	&otherwise_blocks, &otherwise, &by_gc_error, &otherwise_error, NULL};
const struct column *const gc_site_columns_text[] = {&by_gc_blocks, &by_gc,     &otherwise_blocks,
						     &otherwise,    SITE_PLACE, NULL};
const struct column *const gc_site_columns_sampled[] = {&by_gc_blocks,     &by_gc,     &by_gc_margin,
							&otherwise_blocks, &otherwise, &otherwise_margin,
							SITE_PLACE,        NULL};

/* ---- types ----------------------------------------------------------------------------- */

#define TYPE(row) ((const struct typed_blocks *)(row))

TABLE_COLUMN(type, "type", "Type", 0, 0, cell_text(TYPE(row)->name))
TABLE_COLUMN(allocations, "allocations", "Allocations", 1, 11, cell_count(TYPE(row)->amounts.allocations))
TABLE_COLUMN(peak_blocks, "peak_blocks", "At the peak", 1, 11, cell_count(TYPE(row)->amounts.peak_blocks))
TABLE_COLUMN(peak, "peak_bytes", "Memory", 1, 10, cell_size(TYPE(row)->amounts.peak_bytes))
TABLE_COLUMN(leaked_blocks, "leaked_blocks", "At the end", 1, 10,
	     cell_count(TYPE(row)->amounts.leaked_blocks))
TABLE_COLUMN(leaked, "leaked_bytes", "Memory", 1, 10, cell_size(TYPE(row)->amounts.leaked_bytes))
TABLE_COLUMN(reclaimed_blocks, "freed_by_collector_blocks", "Collected", 1, 10,
	     cell_count(TYPE(row)->amounts.collected_blocks))
TABLE_COLUMN(reclaimed, "freed_by_collector_bytes", "Memory", 1, 10,
	     cell_size(TYPE(row)->amounts.collected_bytes))

MARGIN(peak, "peak_bytes", TYPE(row)->peak_error)
MARGIN(leaked, "leaked_bytes", TYPE(row)->leaked_error)
MARGIN(reclaimed, "freed_by_collector_bytes", TYPE(row)->collected_error)

const struct column *const gc_type_columns[] = {&type,          &allocations,  &peak_blocks,      &peak,
						&leaked_blocks, &leaked,       &reclaimed_blocks, &reclaimed,
						&peak_error,    &leaked_error, &reclaimed_error,  NULL};
const struct column *const gc_type_columns_text[] = {
	&type,   &allocations,      &peak_blocks, &peak, &leaked_blocks,
	&leaked, &reclaimed_blocks, &reclaimed,   NULL};
const struct column *const gc_type_columns_sampled[] = {
	&type,   &allocations,   &peak_blocks,      &peak,      &peak_margin,      &leaked_blocks,
	&leaked, &leaked_margin, &reclaimed_blocks, &reclaimed, &reclaimed_margin, NULL};

/* ---- caches ---------------------------------------------------------------------------- */

#define CACHE(row) ((const struct cache *)(row))

TABLE_COLUMN(cache, "cache", "Cache", 0, 0, cell_text(CACHE(row)->name))
TABLE_COLUMN(entries, "entries", "Entries", 1, 10, cell_count(CACHE(row)->entries))
TABLE_COLUMN(hits, "hits", "Hits", 1, 11, cell_count(CACHE(row)->hits))
TABLE_COLUMN(misses, "misses", "Misses", 1, 11, cell_count(CACHE(row)->misses))
TABLE_COLUMN(rate, NULL, "Hit rate", 1, 8,
	     cell_share(CACHE(row)->hits, CACHE(row)->hits + CACHE(row)->misses))
TABLE_COLUMN(kept, "size_bytes", "Keeps", 1, 10, cell_size(CACHE(row)->size_bytes))

/* A rate is a share in text; programs have what it is made of. */
const struct column *const gc_cache_columns[] = {&cache, &entries, &hits, &misses, &kept, NULL};
const struct column *const gc_cache_columns_text[] = {&cache, &entries, &hits, &misses, &rate, &kept, NULL};
