/*
 * items.c - what lists and tuples have in common.
 */
#include "items.h"
#include "text.h"
#include "../core/descent.h"
#include "../core/quick.h"

#include <errno.h>

rgc_object *rgc__items_get(struct items items, ssize_t index)
{
	size_t at = index < 0 ? (size_t)index + items.count : (size_t)index;
	if (likely(at < items.count))
		return items.at[at];
	errno = ERANGE;
	return NULL;
}

int rgc__items_traverse(struct items items, rgc_visit visit, void *argument)
{
	for (size_t i = 0; i < items.count; i++)
		RGC_VISIT(items.at[i]);
	return 0;
}

void rgc__items_drop(struct items items)
{
	while (items.count)
		quick_decref(items.at[--items.count]);
}

int rgc__items_equal_one(rgc_object *a, rgc_object *b)
{
	if (a == b)
		return 1;
	if (!a || !b)
		return 0;
	rgc_incref(a);
	rgc_incref(b);
	int equal = rgc_equal(a, b);
	rgc_decref(b);
	rgc_decref(a);
	return equal;
}

int rgc__items_equal(items_view view, const void *a, const void *b)
{
	if (view(a).count != view(b).count)
		return 0;
	if (rgc__descent_begin())
		return -1;
	int equal = 1;
	for (size_t i = 0; equal == 1; i++) {
		struct items left = view(a), right = view(b);
		if (i >= left.count || i >= right.count) {
			equal = left.count == right.count;
			break;
		}
		equal = rgc__items_equal_one(left.at[i], right.at[i]);
	}
	rgc__descent_end();
	return equal;
}

int rgc__items_compare_one(rgc_object *a, rgc_object *b, int *order)
{
	rgc_incref(a);
	rgc_incref(b);
	int result = rgc__items_equal_one(a, b);
	if (!result)
		result = rgc_compare(a, b, order);
	int error = errno;
	rgc_decref(b);
	rgc_decref(a);
	errno = error;
	return result;
}

int rgc__items_compare(items_view view, const void *a, const void *b, int *order)
{
	if (rgc__descent_begin())
		return -1;
	int result = 1;
	for (size_t i = 0; result == 1; i++) {
		struct items left = view(a), right = view(b);
		if (i >= left.count || i >= right.count) {
			*order = items_order_of_lengths(left.count, right.count);
			break;
		}
		result = rgc__items_compare_one(left.at[i], right.at[i], order);
	}
	rgc__descent_end();
	return result < 0 ? -1 : 0;
}

rgc_str *rgc__items_repr(items_view view, const void *sequence, const char *open, const char *single,
			 const char *close)
{
	struct text text = {0};
	rgc__text_add_string(&text, open);
	for (size_t i = 0; i < view(sequence).count && !text.error; i++) {
		if (i)
			rgc__text_add_string(&text, ", ");
		rgc__text_add_repr(&text, view(sequence).at[i]);
	}
	if (view(sequence).count == 1)
		rgc__text_add_string(&text, single);
	rgc__text_add_string(&text, close);
	return rgc__text_finish(&text);
}
