/*
 * cache_list.h - the memoizers that a recording mprof is told of, each when it ends or the process does.
 *
 * Safe in any thread, and over forks.
 */
#ifndef RGC_GC_CONTAINERS_CACHE_LIST_H
#define RGC_GC_CONTAINERS_CACHE_LIST_H

#include "cache_rows.h"

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* A memoizer's place in the list, which stands in the memoizer.  All zero: it is not in the list. */
struct cache_listing {
	struct cache_listing *next, **link;
	const rgc_heap *heap; /* NULL: all threads use it */
	struct cache_row row;
	/* How it stands.  `at_rest`: no other thread uses its heap just now. */
	struct cache_figures (*figures)(struct cache_listing *listing, bool at_rest);
};

/* Takes it into the list, by a name, which is copied, or by that of a function where it is NULL. */
void rgc__cache_list_add(struct cache_listing *listing, const char *name, rgc_function function);
/* The same, if it is there already. */
void rgc__cache_list_rename(struct cache_listing *listing, const char *name, rgc_function function);
/* The memoizer ends, in the thread of its heap: the last word about it, if it is in the list. */
void rgc__cache_list_end(struct cache_listing *listing);

#pragma GCC visibility pop

#endif
