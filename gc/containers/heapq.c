/*
 * heapq.c - lists as heaps.  Items move as in Python's heapq, so the order in which equals come is the same.
 */
#include "list.h"
#include "order.h"
#include "../core/missing.h"

#include <errno.h>

static struct ordered begin(rgc_list *heap, rgc_compare_function compare, void *data)
{
	rgc_incref(heap);
	return (struct ordered){heap, rgc_list_length(heap), compare, data};
}

/* Returns the result, with its errno. */
static int end(const struct ordered *heap, int result)
{
	int error = errno;
	rgc_decref(heap->list);
	errno = error;
	return result;
}

static int is_less_at(const struct ordered *heap, size_t a, size_t b)
{
	rgc_object **items = rgc__list_array(heap->list);
	return rgc__ordered_less(heap, items[a], items[b]);
}

static void exchange(const struct ordered *heap, size_t a, size_t b)
{
	rgc_object **items = rgc__list_array(heap->list), *item = items[a];
	items[a] = items[b];
	items[b] = item;
}

/* An item changes places with those above it that are greater, up to `top`. */
static int rise(const struct ordered *heap, size_t top, size_t place)
{
	while (place > top) {
		size_t above = (place - 1) / 2;
		int less = is_less_at(heap, place, above);
		if (less <= 0)
			return less;
		exchange(heap, place, above);
		place = above;
	}
	return 0;
}

/* An item goes down to the end, always in place of the lesser one below, and rises from there: it most often
 * belongs there, and this takes one comparison a step. */
static int sink(const struct ordered *heap, size_t top)
{
	size_t place = top;
	while (place < heap->length / 2) {
		size_t below = 2 * place + 1;
		int less = below + 1 < heap->length ? is_less_at(heap, below, below + 1) : 1;
		if (less < 0)
			return -1;
		below += !less;
		exchange(heap, place, below);
		place = below;
	}
	return rise(heap, top, place);
}

int rgc_heapq_heapify(rgc_list *heap, rgc_compare_function compare, void *data)
{
	if (missing(heap))
		return -1;
	struct ordered ordered = begin(heap, compare, data);
	int result = 0;
	for (size_t i = ordered.length / 2; i > 0 && !result; i--)
		result = sink(&ordered, i - 1);
	return end(&ordered, result);
}

int rgc_heapq_push(rgc_list *heap, void *item, rgc_compare_function compare, void *data)
{
	if (missing(heap) || missing(item) || rgc_list_append(heap, item))
		return -1;
	struct ordered ordered = begin(heap, compare, data);
	return end(&ordered, rise(&ordered, 0, ordered.length - 1));
}

/* Puts an item in place of the first, which is returned, owned; NULL with an error. */
static void *replace_first(rgc_list *heap, void *item, rgc_compare_function compare, void *data)
{
	rgc_object *first = rgc_list_ref(heap, 0);
	if (!first)
		return NULL;
	rgc_list_set(heap, 0, item);
	struct ordered ordered = begin(heap, compare, data);
	if (!end(&ordered, sink(&ordered, 0)))
		return first;
	int error = errno;
	rgc_decref(first);
	errno = error;
	return NULL;
}

void *rgc_heapq_pop(rgc_list *heap, rgc_compare_function compare, void *data)
{
	rgc_object *last = missing(heap) ? NULL : rgc_list_pop(heap, -1);
	if (!last || !rgc_list_length(heap))
		return last;
	void *first = replace_first(heap, last, compare, data);
	int error = errno;
	rgc_decref(last);
	errno = error;
	return first;
}

void *rgc_heapq_replace(rgc_list *heap, void *item, rgc_compare_function compare, void *data)
{
	return missing(heap) || missing(item) ? NULL : replace_first(heap, item, compare, data);
}

static void *push_and_pop(rgc_list *heap, void *item, rgc_compare_function compare, void *data)
{
	struct ordered ordered = begin(heap, compare, data);
	int less = end(&ordered, rgc__ordered_less(&ordered, rgc_list_get(heap, 0), item));
	if (less < 0)
		return NULL;
	return less ? replace_first(heap, item, compare, data) : rgc_ref((rgc_object *)item);
}

void *rgc_heapq_pushpop(rgc_list *heap, void *item, rgc_compare_function compare, void *data)
{
	if (missing(heap) || missing(item))
		return NULL;
	if (!rgc_list_length(heap))
		return rgc_ref((rgc_object *)item);
	/* Held: compare may drop what only lent them. */
	rgc_incref(heap);
	rgc_incref(item);
	void *result = push_and_pop(heap, item, compare, data);
	int error = errno;
	rgc_decref(item);
	rgc_decref(heap);
	errno = error;
	return result;
}

/* ---- the least and the greatest ---- */

struct selection {
	rgc_list *list; /* of up to twice `count`; the first of them are the best so far */
	size_t count;
	rgc_compare_function compare;
	void *data;
	bool greatest;
};

/* Leaves the best ones, sorted.  A sort that is stable keeps the order of equals, downwards if the list is
 * turned round before and after. */
static int keep_best(const struct selection *selection)
{
	rgc_list *list = selection->list;
	if (selection->greatest)
		rgc_list_reverse(list);
	if (rgc_list_sort(list, selection->compare, selection->data))
		return -1;
	if (selection->greatest)
		rgc_list_reverse(list);
	while (rgc_list_length(list) > selection->count)
		rgc_list_delete(list, -1);
	return 0;
}

static int select_from(const struct selection *selection, rgc_iterator *iterator)
{
	void *item;
	int found = 0;
	while (selection->count && (found = rgc_iter_next(iterator, &item)) == 1) {
		if (rgc_list_append_steal(selection->list, item))
			return -1;
		if (rgc_list_length(selection->list) / 2 >= selection->count && keep_best(selection))
			return -1;
	}
	return found ? -1 : keep_best(selection);
}

static rgc_list *best_of(struct selection selection, void *iterable)
{
	rgc_iterator *iterator = missing(iterable) ? NULL : rgc_iter(iterable);
	selection.list = iterator ? rgc_list_new() : NULL;
	int result = selection.list ? select_from(&selection, iterator) : 0, error = errno;
	if (result)
		rgc_clear(&selection.list);
	rgc_decref(iterator);
	if (!selection.list)
		errno = error;
	return selection.list;
}

rgc_list *rgc_heapq_nsmallest(size_t count, void *iterable, rgc_compare_function compare, void *data)
{
	return best_of((struct selection){.count = count, .compare = compare, .data = data}, iterable);
}

rgc_list *rgc_heapq_nlargest(size_t count, void *iterable, rgc_compare_function compare, void *data)
{
	return best_of((struct selection){.count = count, .compare = compare, .data = data, .greatest = true},
		       iterable);
}
