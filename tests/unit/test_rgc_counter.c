/* Tests of rgc_counter: against an array of numbers, with hostile keys, without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#define IDS 40

/* A count for each id, and when it came; 0 if it is no key. */
struct model {
	int64_t counts[IDS];
	unsigned came[IDS], moments;
};

static int64_t model_count(const struct model *model, long id)
{
	return model->came[id] ? model->counts[id] : 0;
}

static void model_set(struct model *model, long id, int64_t count)
{
	if (!model->came[id])
		model->came[id] = ++model->moments;
	model->counts[id] = count;
}

static const struct model *sorted;

static int compare_ids(const void *a, const void *b)
{
	long left = *(const long *)a, right = *(const long *)b;
	int64_t left_count = sorted->counts[left], right_count = sorted->counts[right];
	if (left_count != right_count)
		return left_count > right_count ? -1 : 1;
	return sorted->came[left] < sorted->came[right] ? -1 : 1;
}

/* The ids in the order of rgc_counter_most_common; returns their number. */
static size_t model_order(const struct model *model, long order[IDS])
{
	size_t length = 0;
	for (long id = 0; id < IDS; id++)
		if (model->came[id])
			order[length++] = id;
	sorted = model;
	qsort(order, length, sizeof(*order), compare_ids);
	return length;
}

static bool is_id(const void *item, long id)
{
	rgc_auto rgc_object *key = key_of(id);
	return rgc_equal(item, key) == 1;
}

static void check_most_common(const rgc_counter *counter, const struct model *model)
{
	long order[IDS];
	size_t length = model_order(model, order);
	for (size_t capacity = 0; capacity < IDS + 2; capacity += 1 + capacity / 3) {
		struct rgc_count counts[IDS + 2];
		size_t stored = rgc_counter_most_common(counter, counts, capacity);
		cr_assert_eq(stored, capacity < length ? capacity : length);
		for (size_t i = 0; i < stored; i++) {
			cr_assert(is_id(counts[i].key, order[i]), "%zu of %zu", i, stored);
			cr_assert_eq(counts[i].count, model->counts[order[i]]);
		}
	}
}

static void check_same(const rgc_counter *counter, const struct model *model)
{
	int64_t sum = 0, total, count;
	size_t length = 0;
	for (long id = 0; id < IDS; id++) {
		rgc_auto rgc_object *key = key_of(id);
		cr_assert_eq(rgc_counter_get(counter, key, &count), model->came[id] > 0);
		cr_assert_eq(count, model_count(model, id), "%ld", id);
		sum += count;
		length += model->came[id] > 0;
	}
	cr_assert_eq(rgc_counter_length(counter), length);
	cr_assert(!rgc_counter_total(counter, &total) && total == sum);
	rgc_cursor at = {0, 0};
	void *key;
	for (; rgc_counter_next(counter, &at, &key, &count) == 1; length--) {
		int64_t again;
		cr_assert(rgc_counter_get(counter, key, &again) == 1 && again == count);
	}
	cr_assert_eq(length, 0);
	check_most_common(counter, model);
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Consumes the reference. */
static void check_combined(rgc_counter *counter, const int64_t expected[IDS])
{
	size_t positive = 0;
	for (long id = 0; id < IDS; id++) {
		int64_t count;
		rgc_auto rgc_object *key = key_of(id);
		cr_assert_eq(rgc_counter_get(counter, key, &count), expected[id] > 0);
		cr_assert_eq(count, greater(expected[id], 0));
		positive += expected[id] > 0;
	}
	cr_assert_eq(rgc_counter_length(counter), positive);
	rgc_decref(counter);
}

static void check_arithmetic(const rgc_counter *a, const struct model *in_a, const rgc_counter *b,
			     const struct model *in_b)
{
	int64_t sums[IDS], differences[IDS], most[IDS], least[IDS];
	bool equal = true;
	for (long id = 0; id < IDS; id++) {
		int64_t left = model_count(in_a, id), right = model_count(in_b, id);
		sums[id] = left + right;
		differences[id] = left - right;
		most[id] = greater(left, right);
		least[id] = -greater(-left, -right);
		equal &= left == right;
	}
	check_combined(rgc_counter_plus(a, b), sums);
	check_combined(rgc_counter_minus(a, b), differences);
	check_combined(rgc_counter_union(a, b), most);
	check_combined(rgc_counter_intersection(a, b), least);
	cr_assert_eq(rgc_equal(a, b), equal);
}

static void change_all(rgc_counter *counter, struct model *model, const rgc_counter *other,
		       const struct model *others, int sign)
{
	cr_assert_eq(sign > 0 ? rgc_counter_update(counter, other) : rgc_counter_subtract(counter, other), 0);
	/* In the order in which the keys came. */
	for (unsigned moment = 1; moment <= others->moments; moment++)
		for (long id = 0; id < IDS; id++)
			if (others->came[id] == moment)
				model_set(model, id, model_count(model, id) + sign * others->counts[id]);
}

static void step(rgc_counter *counter, struct model *model, unsigned what, long id, int64_t number)
{
	rgc_auto rgc_object *key = key_of(id);
	if (what < 50) {
		cr_assert_eq(rgc_counter_add(counter, key, number), 0);
		model_set(model, id, model_count(model, id) + number);
	} else if (what < 70) {
		cr_assert_eq(rgc_counter_set(counter, key, number), 0);
		model_set(model, id, number);
	} else if (what < 99) {
		cr_assert_eq(rgc_counter_discard(counter, key), model->came[id] > 0);
		model->came[id] = 0;
	} else {
		rgc_counter_clear(counter);
		*model = (struct model){.moments = 0};
	}
}

Test(counter, does_what_an_array_of_numbers_does)
{
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (unsigned long seed = 1; seed <= 5; seed++) {
		static struct model models[2];
		rgc_counter *counters[] = {rgc_counter_new(), rgc_counter_new()};
		models[0] = models[1] = (struct model){.moments = 0};
		unsigned long state = seed;
		for (int round = 0; round < 1000; round++) {
			unsigned which = random_next(&state) % 2, what = random_next(&state) % 100;
			step(counters[which], &models[which], what,
			     random_next(&state) % (seed % 2 ? IDS : 6),
			     (int64_t)(random_next(&state) % 7) - 3);
			if (round % 50)
				continue;
			check_same(counters[which], &models[which]);
			check_arithmetic(counters[0], &models[0], counters[1], &models[1]);
			rgc_auto rgc_counter *copy = rgc_counter_copy(counters[which]);
			struct model copied = models[which];
			check_same(copy, &copied);
			change_all(copy, &copied, counters[!which], &models[!which], round % 100 ? 1 : -1);
			check_same(copy, &copied);
		}
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(counters[0]);
		rgc_decref(counters[1]);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(counter, is_added_to_itself)
{
	rgc_auto rgc_counter *counter = rgc_counter_new();
	int64_t count;
	cr_assert_eq(rgc_counter_set(counter, rgc_none_new(), 3), 0);
	cr_assert_eq(rgc_counter_update(counter, counter), 0);
	cr_assert(rgc_counter_get(counter, rgc_none_new(), &count) == 1 && count == 6);
	cr_assert_eq(rgc_counter_subtract(counter, counter), 0);
	cr_assert(rgc_counter_get(counter, rgc_none_new(), &count) == 1 && count == 0);
	cr_assert_eq(rgc_equal(counter, counter), 1);
}

Test(counter, keeps_its_range)
{
	rgc_auto rgc_counter *counter = rgc_counter_new(), *other = rgc_counter_new();
	int64_t count;
	cr_assert_eq(rgc_counter_set(counter, rgc_int_new(1), INT64_MAX), 0);
	cr_assert_eq(rgc_counter_set(other, rgc_int_new(1), INT64_MIN), 0);
	errno = 0;
	cr_assert(rgc_counter_add(counter, rgc_int_new(1), 1) == -1 && errno == ERANGE);
	errno = 0;
	cr_assert(rgc_counter_subtract(counter, other) == -1 && errno == ERANGE);
	errno = 0;
	cr_assert(!rgc_counter_minus(counter, other) && errno == ERANGE);
	cr_assert(rgc_counter_get(counter, rgc_int_new(1), &count) == 1 && count == INT64_MAX);
	rgc_auto rgc_counter *empty = rgc_counter_new();
	cr_assert(rgc_counter_subtract(empty, other) == -1 && errno == ERANGE &&
		  rgc_counter_length(empty) == 0);
	cr_assert_eq(rgc_counter_set(counter, rgc_int_new(2), 1), 0);
	errno = 0;
	cr_assert(rgc_counter_total(counter, &count) == -1 && errno == ERANGE);
}

static int fill(rgc_counter *counter, long from, long to)
{
	for (long id = from; id < to; id++) {
		rgc_auto evil *key = evil_new(id);
		if (!key || rgc_counter_add(counter, key, id % 3 - 1))
			return -1;
	}
	return 0;
}

static int act_refill(void *counter)
{
	rgc_counter_clear(counter);
	return fill(counter, 0, 40);
}

static int act_clear(void *counter)
{
	rgc_counter_clear(counter);
	return 0;
}

static int act_fail(void *counter)
{
	(void)counter;
	errno = EIO;
	return -1;
}

Test(counter, survives_keys_that_change_it)
{
	int (*const acts[])(void *) = {act_refill, act_clear, act_fail};
	for (size_t i = 0; i < 3; i++) {
		for (long id = 0; id < 30; id++) {
			rgc_auto rgc_counter *counter = rgc_counter_new(), *other = rgc_counter_new();
			rgc_auto evil *key = evil_new(id);
			cr_assert_eq(fill(counter, 0, 20) | fill(other, 10, 30), 0);
			evil_act = acts[i];
			evil_data = id % 2 ? counter : other;
			(void)rgc_counter_get(counter, key, NULL);
			(void)rgc_counter_add(counter, key, 1);
			(void)rgc_counter_discard(other, key);
			(void)rgc_counter_update(counter, other);
			(void)rgc_equal(counter, other);
			rgc_decref(rgc_counter_plus(counter, other));
			rgc_decref(rgc_counter_intersection(other, counter));
			evil_act = NULL;
			cr_assert_eq(rgc_verify(), 0);
		}
	}
}

Test(counter, notices_changes_and_failures_meanwhile)
{
	rgc_auto rgc_counter *counter = rgc_counter_new(), *other = rgc_counter_new();
	cr_assert_eq(fill(counter, 0, 10) | fill(other, 0, 10), 0);
	evil_act = act_fail;
	cr_assert(!rgc_counter_plus(counter, other) && errno == EIO);
	cr_assert(rgc_equal(counter, other) == -1 && errno == EIO);
	evil_act = act_clear;
	evil_data = other;
	cr_assert(rgc_counter_update(counter, other) == -1 && errno == EBUSY);
	evil_act = NULL;
}

Test(counter, is_unchanged_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (long left = 0;; left++) {
		rgc_counter *counter = rgc_counter_new(), *copy = NULL, *sum = NULL;
		rgc_str *form = NULL;
		allocations_left = left;
		bool done = !fill(counter, 0, 50) && (copy = rgc_counter_copy(counter)) &&
			    (sum = rgc_counter_plus(counter, copy)) && (form = rgc_repr(sum));
		allocations_left = -1;
		cr_assert(done || errno == ENOMEM);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(counter);
		rgc_decref(copy);
		rgc_decref(sum);
		rgc_decref(form);
		cr_assert_eq(rgc_heap_bytes(), before);
		if (done)
			break;
	}
}

Test(counter, is_collected_in_a_cycle)
{
	rgc_counter *counter = rgc_counter_new();
	cr_assert_eq(rgc_counter_add(counter, rgc_none_new(), 1), 0);
	cr_assert_not(rgc_is_tracked(counter));
	size_t bytes = rgc_sizeof(counter);
	cr_assert_gt(bytes, 200);
	rgc_auto rgc_str *name = rgc_str_new("name");
	rgc_weak *weak = rgc_weak_new(name, NULL, counter);
	cr_assert_eq(rgc_counter_add(counter, weak, INT64_MAX), 0);
	cr_assert(rgc_is_tracked(counter));
	rgc_decref(weak);
	rgc_decref(counter);
	cr_assert_eq(rgc_collect(2), 2);
}

static void check_form(const rgc_counter *counter, const char *expected)
{
	rgc_auto rgc_str *form = rgc_repr(counter);
	cr_assert_str_eq(rgc_str_get(form), expected);
}

Test(counter, prints_and_compares_as_python_does)
{
	rgc_auto rgc_counter *counter = rgc_counter_new(), *other = rgc_counter_new();
	rgc_auto rgc_str *a = rgc_str_new("a");
	check_form(counter, "Counter()");
	cr_assert_eq(rgc_counter_set(counter, rgc_int_new(1), 0), 0);
	cr_assert_eq(rgc_equal(counter, other), 1, "what is missing counts as 0");
	cr_assert_eq(rgc_counter_add(counter, a, 5), 0);
	cr_assert_eq(rgc_counter_add(counter, rgc_none_new(), -2), 0);
	check_form(counter, "Counter({'a': 5, 1: 0, None: -2})");
	cr_assert_eq(rgc_equal(counter, other), 0);
	cr_assert_eq(rgc_equal(other, counter), 0);
	rgc_auto rgc_dict *dict = rgc_dict_new();
	cr_assert_eq(rgc_equal(other, dict), 0);
	size_t hash;
	cr_assert(rgc_hash(counter, &hash) == -1 && errno == ENOTSUP);
}
