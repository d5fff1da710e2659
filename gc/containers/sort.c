/*
 * sort.c - a stable sort by merging, which makes use of what is in order already: the runs of Tim Peters'
 * timsort, merged in the order of powersort (Munro and Wild, Nearly-Optimal Mergesorts, ESA 2018).
 *
 * All is inlined into one function for each way to compare: a call for each of n * log2(n) comparisons would
 * be most of the time.
 */
#include "sort.h"
#include "values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* Shorter runs are made this long by insertion. */
#define RUN 32

enum way { BY_CALL, BY_NUMBER, BY_TEXT, BY_TYPE };

struct order {
	enum way way; /* a constant wherever it is asked for, after inlining */
	sort_compare compare;
	void *data;
	int *error; /* the first of rgc_compare's, after which all count as equal */
};

/* `power` says how deep in a tree of nearly balanced merges it meets the next one: those below merge first.
 */
struct run {
	size_t begin, count;
	unsigned power;
};

/* The powers of waiting runs ascend, and none is above the bits of a count and one. */
#define RUNS_MAX 66

struct sort {
	rgc_object **items, **room; /* as many */
	size_t count, runs;
	struct run waiting[RUNS_MAX];
};

static bool is_less_by_type(const rgc_object *a, const rgc_object *b, int *error)
{
	int order = 0;
	if (!*error && rgc_compare(a, b, &order))
		*error = errno;
	return order < 0 && !*error;
}

INLINE bool is_less(const struct order *order, const rgc_object *a, const rgc_object *b)
{
	switch (order->way) {
	case BY_NUMBER:
		return int_value_inline(a) < int_value_inline(b);
	case BY_TEXT:
		return str_compare_inline(a, b) < 0;
	case BY_TYPE:
		return is_less_by_type(a, b, order->error);
	case BY_CALL:
	default:
		return order->compare(a, b, order->data) < 0;
	}
}

/* The sort is to end, with the items as they are. */
INLINE bool has_failed(const struct order *order)
{
	return order->way == BY_TYPE && *order->error;
}

/* ---- runs ---- */

/* How many items at the beginning ascend, or descend strictly. */
INLINE size_t run_length(const struct order *order, rgc_object *const *items, size_t count, bool *descends)
{
	size_t length = count < 2 ? count : 2;
	*descends = count > 1 && is_less(order, items[1], items[0]);
	while (length < count && is_less(order, items[length], items[length - 1]) == *descends)
		length++;
	return length;
}

static void reverse(rgc_object **items, size_t count)
{
	for (rgc_object **low = items, **high = items + count - 1; low < high; low++, high--) {
		rgc_object *item = *low;
		*low = *high;
		*high = item;
	}
}

/* The place for `item` among sorted ones: before or after its equals. */
INLINE size_t place_of(const struct order *order, rgc_object *const *items, size_t count,
		       const rgc_object *item, bool after)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (after ? !is_less(order, item, items[middle]) : is_less(order, items[middle], item))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of `count` items the first are sorted already. */
INLINE void insert_rest(const struct order *order, rgc_object **items, size_t sorted, size_t count)
{
	for (; sorted < count; sorted++) {
		rgc_object *item = items[sorted];
		size_t place = place_of(order, items, sorted, item, true);
		if (has_failed(order))
			return;
		memmove(items + place + 1, items + place, (sorted - place) * sizeof(*items));
		items[place] = item;
	}
}

/* The length of the run that is at the beginning then. */
INLINE size_t make_run(const struct order *order, rgc_object **items, size_t count)
{
	bool descends;
	size_t length = run_length(order, items, count, &descends), wanted = count < RUN ? count : RUN;
	if (descends && !has_failed(order))
		reverse(items, length);
	if (length >= wanted)
		return length;
	insert_rest(order, items, length, wanted);
	return wanted;
}

/* ---- merges ---- */

/* Merges two neighbours, whichever is larger. */
INLINE void merge(const struct order *order, rgc_object **items, size_t left, size_t count, rgc_object **room)
{
	if (!is_less(order, items[left], items[left - 1]))
		return;
	/* What is in its place at both ends stays there. */
	size_t first = place_of(order, items, left, items[left], true);
	rgc_object **right = items + left,
		   **right_end = right + place_of(order, right, count - left, items[left - 1], false);
	rgc_object **to = items + first, **from = room, **end = room + (left - first);
	memcpy(room, to, (left - first) * sizeof(*room));
	while (from < end && right < right_end) {
		/* Without branches, as they could not be foretold. */
		bool is_right = is_less(order, *right, *from);
		*to++ = is_right ? *right : *from;
		right += is_right;
		from += !is_right;
	}
	memcpy(to, from, (size_t)(end - from) * sizeof(*to));
}

/* The last two that wait become one. */
INLINE void merge_last(const struct order *order, struct sort *sort)
{
	struct run *left = &sort->waiting[sort->runs - 2], *right = left + 1;
	merge(order, sort->items + left->begin, left->count, left->count + right->count, sort->room);
	left->count += right->count;
	sort->runs--;
}

/* The first bit in which the middles of two neighbours differ, as fractions of the whole. */
static unsigned power_between(const struct run *left, const struct run *right, size_t whole)
{
	size_t a = 2 * left->begin + left->count, b = 2 * right->begin + right->count;
	unsigned power = 0;
	for (;; a *= 2, b *= 2) {
		power++;
		if (a >= whole) {
			a -= whole;
			b -= whole;
		} else if (b >= whole) {
			return power;
		}
	}
}

INLINE void add_run(const struct order *order, struct sort *sort, struct run run)
{
	if (sort->runs) {
		unsigned power = power_between(&sort->waiting[sort->runs - 1], &run, sort->count);
		while (sort->runs > 1 && sort->waiting[sort->runs - 2].power > power)
			merge_last(order, sort);
		sort->waiting[sort->runs - 1].power = power;
	}
	sort->waiting[sort->runs++] = run;
}

INLINE void sort_by(const struct order *order, struct sort *sort)
{
	for (size_t at = 0, length; at < sort->count; at += length) {
		length = make_run(order, sort->items + at, sort->count - at);
		add_run(order, sort, (struct run){at, length, 0});
	}
	while (sort->runs > 1)
		merge_last(order, sort);
}

/* ---- ways to compare ---- */

static int sort_by_call(struct sort *sort, sort_compare compare, void *data)
{
	sort_by(&(const struct order){BY_CALL, compare, data, NULL}, sort);
	return 0;
}

static int sort_by_number(struct sort *sort, sort_compare compare, void *data)
{
	(void)compare, (void)data;
	sort_by(&(const struct order){.way = BY_NUMBER}, sort);
	return 0;
}

static int sort_by_text(struct sort *sort, sort_compare compare, void *data)
{
	(void)compare, (void)data;
	sort_by(&(const struct order){.way = BY_TEXT}, sort);
	return 0;
}

static int sort_by_type(struct sort *sort, sort_compare compare, void *data)
{
	(void)compare, (void)data;
	int error = 0;
	sort_by(&(const struct order){.way = BY_TYPE, .error = &error}, sort);
	return error;
}

static bool all_are(rgc_object *const *items, size_t count, const struct rgc_type *type)
{
	for (size_t i = 0; i < count; i++)
		if (items[i]->type != type)
			return false;
	return true;
}

typedef int (*way_to_sort)(struct sort *, sort_compare, void *);

static way_to_sort way_without_compare(rgc_object *const *items, size_t count)
{
	if (all_are(items, count, &RGC_TYPE(rgc_int)))
		return sort_by_number;
	return all_are(items, count, &RGC_TYPE(rgc_str)) ? sort_by_text : sort_by_type;
}

bool rgc__sort_is_by_value(rgc_object *const *items, size_t count)
{
	return way_without_compare(items, count) != sort_by_type;
}

int rgc__sort_items(rgc_object **items, size_t count, sort_compare compare, void *data)
{
	if (count < 2)
		return 0;
	way_to_sort way = compare ? sort_by_call : way_without_compare(items, count);
	struct sort sort;
	sort.room = malloc(count * sizeof(*items));
	if (!sort.room)
		return -1;
	sort.items = items;
	sort.count = count;
	sort.runs = 0;
	int error = way(&sort, compare, data);
	free(sort.room);
	if (!error)
		return 0;
	errno = error;
	return -1;
}
