/*
 * gc_columns.h - the columns of the tables of `mprof gc`: private to views/gc.c.
 *
 * Where people have columns of their own, the context of the table is the struct style.  Those of sampled
 * traces have margins.
 */
#ifndef MPROF_REPORTER_VIEWS_GC_COLUMNS_H
#define MPROF_REPORTER_VIEWS_GC_COLUMNS_H

#include "formats/table.h"

extern const struct column *const gc_generation_columns[];
extern const struct column *const gc_line_columns[], *const gc_line_columns_text[];
extern const struct column *const gc_collection_columns[], *const gc_collection_columns_text[];
extern const struct column *const gc_site_columns[], *const gc_site_columns_text[];
extern const struct column *const gc_type_columns[], *const gc_type_columns_text[];
extern const struct column *const gc_site_columns_sampled[], *const gc_type_columns_sampled[];
extern const struct column *const gc_cache_columns[], *const gc_cache_columns_text[];

#endif
