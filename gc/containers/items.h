/*
 * items.h - what lists and tuples have in common: arrays of references, and comparison that may run deep.
 */
#ifndef RGC_GC_CONTAINERS_ITEMS_H
#define RGC_GC_CONTAINERS_ITEMS_H

#include "../core/base.h"

#include <mprof/rgc.h>

MPROF_RUNTIME

/* A sequence's items at this moment; user code may change those of a list. */
struct items {
	rgc_object *const *at;
	size_t count;
};
typedef struct items (*items_view)(const void *sequence);

/* A bound as Python understands it: from the end if negative, and never outside. */
static inline size_t items_bound(size_t length, ssize_t index)
{
	if (index < 0)
		index = index < -(ssize_t)length ? 0 : index + (ssize_t)length;
	return (size_t)(index < (ssize_t)length ? index : (ssize_t)length);
}

/* Room for so many items in an array that grows: an eighth is spare, so that the cost of appending does not
 * depend on the length. */
static inline size_t items_roomy(size_t count)
{
	return (count + (count >> 3) + 6) & ~(size_t)3;
}

/* The item at an index that counts from the end if negative; NULL with ERANGE. */
rgc_object *rgc__items_get(struct items items, ssize_t index);

int rgc__items_traverse(struct items items, rgc_visit visit, void *argument);

/* Drops a reference to each. */
void rgc__items_drop(struct items items);

/* rgc_equal of two objects, kept alive meanwhile; NULL equals NULL. */
int rgc__items_equal_one(rgc_object *a, rgc_object *b);

/* Whether two sequences of one type are equal, item by item: 1, 0, or -1 with errno. */
int rgc__items_equal(items_view view, const void *a, const void *b);

/* 1 if two items are equal, else 0 with their order, or -1 with errno; both are kept alive meanwhile. */
int rgc__items_compare_one(rgc_object *a, rgc_object *b, int *order);

static inline int items_order_of_lengths(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* The order of two sequences of one type: that of their first items that differ, else of their lengths.  As
 * the compare of a type. */
int rgc__items_compare(items_view view, const void *a, const void *b, int *order);

/* All items between `open` and `close`; `single` follows the only item of a sequence. */
rgc_str *rgc__items_repr(items_view view, const void *sequence, const char *open, const char *single,
			 const char *close);

#endif
