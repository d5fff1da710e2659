/*
 * sort.c - merge sort from the bottom up, over runs made by binary insertion.
 */
#include "sort.h"

#include <stdlib.h>
#include <string.h>

#define RUN 16

struct order {
	sort_compare compare;
	void *data;
};

static inline bool is_less(const struct order *order, const rgc_object *a, const rgc_object *b)
{
	return order->compare(a, b, order->data) < 0;
}

/* The place for `item` in a sorted array, after its equals. */
static size_t place_of(const struct order *order, rgc_object *const *items, size_t count,
		       const rgc_object *item)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (is_less(order, item, items[middle]))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void sort_run(const struct order *order, rgc_object **items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		rgc_object *item = items[i];
		if (!is_less(order, item, items[i - 1]))
			continue;
		size_t place = place_of(order, items, i - 1, item);
		memmove(items + place + 1, items + place, (i - place) * sizeof(*items));
		items[place] = item;
	}
}

/* Merges two neighbours; `room` has space for the left one. */
static void merge(const struct order *order, rgc_object **items, size_t left, size_t count, rgc_object **room)
{
	if (!is_less(order, items[left], items[left - 1]))
		return;
	memcpy(room, items, left * sizeof(*items));
	size_t from_left = 0, from_right = left, to = 0;
	while (from_left < left && from_right < count) {
		if (is_less(order, items[from_right], room[from_left]))
			items[to++] = items[from_right++];
		else
			items[to++] = room[from_left++];
	}
	memcpy(items + to, room + from_left, (left - from_left) * sizeof(*items));
}

int rgc__sort_items(rgc_object **items, size_t count, sort_compare compare, void *data)
{
	if (count < 2)
		return 0;
	rgc_object **room = malloc(count * sizeof(*items));
	if (!room)
		return -1;
	struct order order = {compare, data};
	for (size_t at = 0; at < count; at += RUN)
		sort_run(&order, items + at, count - at < RUN ? count - at : RUN);
	for (size_t width = RUN; width < count; width *= 2)
		for (size_t at = 0; count - at > width; at += 2 * width) {
			size_t both = count - at < 2 * width ? count - at : 2 * width;
			merge(&order, items + at, width, both, room);
			if (both < 2 * width)
				break;
		}
	free(room);
	return 0;
}
