/*
 * gc_columns.h - the columns of the tables of `mprof gc`: private to view/gc.c.
 *
 * Where text has columns of its own, the context of its tables is the struct view_style.
 */
#ifndef MPROF_REPORTER_VIEW_GC_COLUMNS_H
#define MPROF_REPORTER_VIEW_GC_COLUMNS_H

#include "view/view.h"

extern const struct column *const gc_generation_columns[];
extern const struct column *const gc_line_columns[], *const gc_line_columns_text[];
extern const struct column *const gc_collection_columns[], *const gc_collection_columns_text[];
extern const struct column *const gc_site_columns[], *const gc_site_columns_text[];
extern const struct column *const gc_type_columns[];
extern const struct column *const gc_cache_columns[], *const gc_cache_columns_text[];

#endif
