/*
 * sort.h - a stable sort of references, for lists.
 */
#ifndef RGC_GC_CONTAINERS_SORT_H
#define RGC_GC_CONTAINERS_SORT_H

#include "../core/base.h"

#include <mprof/rgc.h>

#include <stdbool.h>

typedef int (*sort_compare)(const void *a, const void *b, void *data);

/* Whether, without a compare, numbers or strings alone are sorted by value: no code of the program's runs. */
bool rgc__sort_is_by_value(rgc_object *const *items, size_t count);

/* Sorts by `compare`, or, if that is NULL, by rgc_compare.  Whatever these answer, the same references stay
 * in the array.  0, or -1 with ENOMEM and nothing done, or the error of rgc_compare.  n - 1 comparisons if
 * the items ascend already, or descend strictly; at most about n * log2(n). */
int rgc__sort_items(rgc_object **items, size_t count, sort_compare compare, void *data);

#endif
