/*
 * set_operations.c - sets made of two others, and what two have in common; of what set.c has.
 */
#include "../core/missing.h"

#include <mprof/rgc.h>

#include <errno.h>

/* The set with the items of another; consumes both, of which one may be NULL: NULL then. */
static rgc_set *with_items(rgc_set *set, rgc_set *more)
{
	int result = set && more ? rgc_set_update(set, more) : -1, error = errno;
	rgc_decref(more);
	if (!result)
		return set;
	rgc_decref(set);
	errno = error;
	return NULL;
}

rgc_set *rgc_set_union(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return NULL;
	rgc_incref(b); /* which the copy, if it collects, might end */
	return with_items(rgc_set_copy(a), (rgc_set *)(uintptr_t)b);
}

rgc_set *rgc_set_symmetric_difference(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return NULL;
	rgc_set *only_a = rgc_set_difference(a, b);
	return only_a ? with_items(only_a, rgc_set_difference(b, a)) : NULL;
}

int rgc_set_is_superset(const rgc_set *a, const rgc_set *b)
{
	check_object(a);
	return rgc_set_is_subset(b, a);
}

/* Whether an item is in the set, kept alive meanwhile: 1, 0, or -1. */
static int contains(const rgc_set *set, void *item)
{
	rgc_incref(item);
	int found = rgc_set_contains(set, item), error = errno;
	rgc_decref(item);
	errno = error;
	return found;
}

int rgc_set_is_disjoint(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return -1;
	bool a_is_smaller = rgc_set_length(a) <= rgc_set_length(b);
	const rgc_set *smaller = a_is_smaller ? a : b, *larger = a_is_smaller ? b : a;
	rgc_cursor cursor = {0, 0};
	void *item;
	int more = 1, found = 0;
	while (!found && (more = rgc_set_next(smaller, &cursor, &item)) == 1)
		found = contains(larger, item);
	if (found < 0 || more < 0)
		return -1;
	return !found;
}
