/*
 * bisect.c - places in sorted lists.
 */
#include "order.h"
#include "../core/missing.h"

#include <errno.h>

static ssize_t bisect(const struct ordered *ordered, rgc_object *item, bool right)
{
	size_t low = 0, high = ordered->length;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		rgc_object *there = rgc_list_get(ordered->list, (ssize_t)middle);
		int less = right ? rgc__ordered_less(ordered, item, there)
				 : rgc__ordered_less(ordered, there, item);
		if (less < 0)
			return -1;
		if ((bool)less != right)
			low = middle + 1;
		else
			high = middle;
	}
	return (ssize_t)low;
}

static ssize_t place_of(const rgc_list *list, const void *item, rgc_compare_function compare, void *data,
			bool right)
{
	struct ordered ordered = {(rgc_list *)(uintptr_t)list, rgc_list_length(list), compare, data};
	rgc_incref(list);
	rgc_incref(item);
	ssize_t place = bisect(&ordered, (rgc_object *)(uintptr_t)item, right);
	rgc_decref(item);
	rgc_decref(list);
	return place;
}

ssize_t rgc_bisect_left(const rgc_list *list, const void *item, rgc_compare_function compare, void *data)
{
	return missing(list) || missing(item) ? -1 : place_of(list, item, compare, data, false);
}

ssize_t rgc_bisect_right(const rgc_list *list, const void *item, rgc_compare_function compare, void *data)
{
	return missing(list) || missing(item) ? -1 : place_of(list, item, compare, data, true);
}

/* Both are held: compare may drop what only lent them. */
static int insort(rgc_list *list, void *item, rgc_compare_function compare, void *data, bool right)
{
	rgc_incref(list);
	rgc_incref(item);
	ssize_t place = place_of(list, item, compare, data, right);
	int result = place < 0 ? -1 : rgc_list_insert(list, place, item);
	int error = errno;
	rgc_decref(item);
	rgc_decref(list);
	errno = error;
	return result;
}

int rgc_insort_left(rgc_list *list, void *item, rgc_compare_function compare, void *data)
{
	return missing(list) || missing(item) ? -1 : insort(list, item, compare, data, false);
}

int rgc_insort_right(rgc_list *list, void *item, rgc_compare_function compare, void *data)
{
	return missing(list) || missing(item) ? -1 : insort(list, item, compare, data, true);
}
