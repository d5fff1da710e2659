/*
 * items.c - what lists and tuples have in common.
 */
#include "items.h"
#include "text.h"

#include <errno.h>

#define NESTING_MAX 200

static _Thread_local unsigned nesting __attribute__((tls_model("initial-exec")));

int nesting_begin(void)
{
	if (nesting >= NESTING_MAX) {
		errno = ELOOP;
		return -1;
	}
	nesting++;
	return 0;
}

void nesting_end(void)
{
	nesting--;
}

rgc_object *items_get(struct items items, ssize_t index)
{
	size_t at = index < 0 ? (size_t)index + items.count : (size_t)index;
	if (likely(at < items.count))
		return items.at[at];
	errno = ERANGE;
	return NULL;
}

int items_traverse(struct items items, rgc_visit visit, void *argument)
{
	for (size_t i = 0; i < items.count; i++)
		RGC_VISIT(items.at[i]);
	return 0;
}

void items_drop(struct items items)
{
	while (items.count)
		rgc_decref(items.at[--items.count]);
}

int items_equal_one(rgc_object *a, rgc_object *b)
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

int items_equal(items_view view, const void *a, const void *b)
{
	if (view(a).count != view(b).count)
		return 0;
	if (nesting_begin())
		return -1;
	int equal = 1;
	for (size_t i = 0; equal == 1; i++) {
		struct items left = view(a), right = view(b);
		if (i >= left.count || i >= right.count) {
			equal = left.count == right.count;
			break;
		}
		equal = items_equal_one(left.at[i], right.at[i]);
	}
	nesting_end();
	return equal;
}

rgc_str *items_repr(items_view view, const void *sequence, const char *open, const char *single,
		    const char *close)
{
	struct text text = {0};
	text_add_string(&text, open);
	for (size_t i = 0; i < view(sequence).count && !text.error; i++) {
		if (i)
			text_add_string(&text, ", ");
		text_add_repr(&text, view(sequence).at[i]);
	}
	if (view(sequence).count == 1)
		text_add_string(&text, single);
	text_add_string(&text, close);
	return text_finish(&text);
}
