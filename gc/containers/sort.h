/*
 * sort.h - a stable sort of references, for lists.
 */
#ifndef RGC_GC_CONTAINERS_SORT_H
#define RGC_GC_CONTAINERS_SORT_H

#include "../core/base.h"

#include <mprof/rgc.h>

typedef int (*sort_compare)(const void *a, const void *b, void *data);

/* Sorts by `compare`, or, if that is NULL, all numbers or all strings by value; else -1 with ENOTSUP.
 * Whatever `compare` answers, the same references stay in the array.  0, or -1 with ENOMEM and nothing done.
 * n - 1 comparisons if the items ascend already, or descend strictly; at most about n * log2(n). */
int rgc__sort_items(rgc_object **items, size_t count, sort_compare compare, void *data);

#endif
