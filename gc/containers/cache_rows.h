/*
 * cache_rows.h - the rows that memoizers have in a recording: each its own, as long as there are not too many
 * of a name.  Callers exclude each other.
 */
#ifndef RGC_GC_CONTAINERS_CACHE_ROWS_H
#define RGC_GC_CONTAINERS_CACHE_ROWS_H

#include "../core/base.h"

#include <mprof/rgc.h>

#pragma GCC visibility push(hidden)

struct cache_row {
	struct row_name *name; /* NULL: none yet */
	unsigned number;       /* among those of the name, from 1 */
};

struct cache_figures {
	uint64_t entries, hits, misses;
	size_t bytes;
};

/* A row by a name, which is copied, or by that of a function. */
struct cache_row rgc__cache_row_of(const char *name);
struct cache_row rgc__cache_row_of_function(rgc_function function);
/* It is not told of: the next of the name may have its number. */
void rgc__cache_row_give_back(struct cache_row row);

/* Says how a cache stands that is not told of again. */
void rgc__cache_row_tell(struct cache_row row, const struct cache_figures *figures);
/* What has not been told of rows that several caches share. */
void rgc__cache_rows_tell_shared(void);

#pragma GCC visibility pop

#endif
