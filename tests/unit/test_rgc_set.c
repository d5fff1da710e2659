/* Tests of rgc_set: against an array of flags, with hostile items, without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>

#define IDS 100

static size_t count_of(const bool has[IDS])
{
	size_t count = 0;
	for (long id = 0; id < IDS; id++)
		count += has[id];
	return count;
}

static void check_same(const rgc_set *set, const bool has[IDS])
{
	cr_assert_eq(rgc_set_length(set), count_of(has));
	for (long id = 0; id < IDS; id++) {
		rgc_auto rgc_object *item = key_of(id);
		cr_assert_eq(rgc_set_contains(set, item), has[id], "%ld", id);
	}
}

static void check_whole(const rgc_set *set)
{
	rgc_cursor at = {0, 0};
	void *item;
	size_t count = 0;
	for (; rgc_set_next(set, &at, &item) == 1; count++)
		cr_assert_eq(rgc_set_contains(set, item), 1);
	cr_assert_eq(count, rgc_set_length(set));
}

/* Takes out some item and puts it back, which moves it. */
static void pop_and_add(rgc_set *set, const bool has[IDS])
{
	rgc_auto rgc_object *item = rgc_set_pop(set);
	if (!item) {
		cr_assert(errno == ENOENT && !count_of(has));
		return;
	}
	cr_assert_eq(rgc_set_contains(set, item), 0);
	cr_assert_eq(rgc_set_add(set, item), 1);
}

static void check_operations(const rgc_set *a, const bool in_a[IDS], const rgc_set *b, const bool in_b[IDS])
{
	bool both[IDS], only_a[IDS], either[IDS], one[IDS], is_subset = true;
	for (long id = 0; id < IDS; id++) {
		both[id] = in_a[id] && in_b[id];
		only_a[id] = in_a[id] && !in_b[id];
		either[id] = in_a[id] || in_b[id];
		one[id] = in_a[id] != in_b[id];
		is_subset &= !only_a[id];
	}
	rgc_auto rgc_set *intersection = rgc_set_intersection(a, b), *difference = rgc_set_difference(a, b),
			 *all = rgc_set_copy(a);
	cr_assert_eq(rgc_set_update(all, b), 0);
	check_same(intersection, both);
	check_same(difference, only_a);
	check_same(all, either);
	cr_assert_eq(rgc_set_is_subset(a, b), is_subset);
	cr_assert_eq(rgc_set_is_subset(intersection, b), 1);
	rgc_auto rgc_set *unions = rgc_set_union(a, b), *symmetric = rgc_set_symmetric_difference(a, b);
	check_same(unions, either);
	check_same(symmetric, one);
	cr_assert_eq(rgc_set_is_superset(b, a), is_subset);
	cr_assert_eq(rgc_set_is_disjoint(a, b), count_of(both) == 0);
	cr_assert_eq(rgc_set_is_disjoint(difference, b), 1);
	cr_assert_eq(rgc_equal(a, b), is_subset && count_of(in_a) == count_of(in_b));
}

static void step(rgc_set *set, bool has[IDS], unsigned what, long id)
{
	rgc_auto rgc_object *item = key_of(id);
	if (what < 50) {
		cr_assert_eq(rgc_set_add(set, item), !has[id]);
		has[id] = true;
	} else if (what < 90) {
		cr_assert_eq(rgc_set_discard(set, item), has[id]);
		has[id] = false;
	} else if (what < 99) {
		pop_and_add(set, has);
	} else {
		rgc_set_clear(set);
		for (long i = 0; i < IDS; i++)
			has[i] = false;
	}
}

Test(rgc_set, does_what_an_array_of_flags_does)
{
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (unsigned long seed = 1; seed <= 20; seed++) {
		rgc_set *sets[] = {rgc_set_new(), rgc_set_new()};
		bool has[2][IDS] = {{false}};
		unsigned long state = seed;
		for (long i = 0; i < 1000; i++) {
			unsigned which = random_next(&state) % 2, what = random_next(&state) % 100;
			step(sets[which], has[which], what, random_next(&state) % (seed % 2 ? IDS : 10));
			if (i % 50 == 0)
				check_operations(sets[0], has[0], sets[1], has[1]);
		}
		check_same(sets[0], has[0]);
		check_whole(sets[1]);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(sets[0]);
		rgc_decref(sets[1]);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

static int fill(rgc_set *set, long from, long to)
{
	for (long id = from; id < to; id++) {
		rgc_auto evil *item = evil_new(id);
		if (!item || rgc_set_add(set, item) < 0)
			return -1;
	}
	return 0;
}

static int act_refill(void *set)
{
	rgc_set_clear(set);
	return fill(set, 0, 40);
}

static int act_pop(void *set)
{
	rgc_decref(rgc_set_pop(set));
	return 0;
}

static int act_clear(void *set)
{
	rgc_set_clear(set);
	return rgc_collect(2) < 0 ? -1 : 0;
}

static int act_fail(void *set)
{
	(void)set;
	errno = EIO;
	return -1;
}

Test(rgc_set, survives_items_that_change_it_while_it_searches)
{
	int (*const acts[])(void *) = {act_refill, act_pop, act_clear, act_fail};
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (size_t i = 0; i < 4; i++) {
		for (long id = 0; id < 50; id++) {
			rgc_auto rgc_set *set = rgc_set_new(), *other = rgc_set_new();
			rgc_auto evil *item = evil_new(id);
			cr_assert_eq(fill(set, 0, 30) | fill(other, 20, 50), 0);
			evil_act = acts[i];
			evil_data = id % 2 ? set : other;
			(void)rgc_set_contains(set, item);
			(void)rgc_set_add(set, item);
			(void)rgc_set_discard(other, item);
			(void)rgc_set_update(set, other);
			(void)rgc_set_is_subset(set, other);
			(void)rgc_set_is_disjoint(set, other);
			rgc_decref(rgc_set_union(set, other));
			rgc_decref(rgc_set_symmetric_difference(set, other));
			rgc_decref(rgc_set_intersection(set, other));
			rgc_decref(rgc_set_difference(other, set));
			evil_act = NULL;
			check_whole(set);
			check_whole(other);
			cr_assert_eq(rgc_verify(), 0);
		}
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(rgc_set, notices_changes_during_operations)
{
	rgc_auto rgc_set *set = rgc_set_new(), *other = rgc_set_new();
	cr_assert_eq(fill(set, 0, 10) | fill(other, 0, 10), 0);
	evil_act = act_pop;
	evil_data = set;
	/* Of two that are equally long the second is walked. */
	cr_assert(!rgc_set_intersection(other, set) && errno == EBUSY);
	evil_act = act_fail;
	cr_assert(!rgc_set_difference(set, other) && errno == EIO);
	cr_assert(!rgc_set_union(set, other) && errno == EIO);
	cr_assert(!rgc_set_symmetric_difference(set, other) && errno == EIO);
	cr_assert(rgc_set_is_disjoint(set, other) == -1 && errno == EIO);
	cr_assert(rgc_set_is_subset(set, other) == -1 && errno == EIO);
	evil_act = NULL;
}

Test(rgc_set, is_unchanged_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (long left = 0;; left++) {
		rgc_set *set = rgc_set_new(), *copy = NULL, *common = NULL, *all = NULL, *rest = NULL;
		allocations_left = left;
		int failed = fill(set, 0, 50) || !(copy = rgc_set_copy(set)) || fill(copy, 40, 60) ||
			     rgc_set_update(set, copy) || !(common = rgc_set_intersection(set, copy)) ||
			     !(all = rgc_set_union(set, copy)) ||
			     !(rest = rgc_set_symmetric_difference(all, common));
		allocations_left = -1;
		cr_assert(!failed || errno == ENOMEM);
		check_whole(set);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(set);
		rgc_decref(copy);
		rgc_decref(common);
		rgc_decref(all);
		rgc_decref(rest);
		cr_assert_eq(rgc_heap_bytes(), before);
		if (!failed)
			break;
	}
}

Test(rgc_set, is_collected_in_a_cycle)
{
	rgc_set *set = rgc_set_new();
	rgc_auto rgc_int *one = rgc_int_new(1);
	cr_assert_eq(rgc_set_add(set, one), 1);
	cr_assert_not(rgc_is_tracked(set));
	/* Sets are unhashable, but weak references with an argument are not. */
	rgc_weak *weak = rgc_weak_new(one, NULL, set);
	cr_assert_null(weak, "immortal objects cannot be targets");
	rgc_auto rgc_str *name = rgc_str_new("name");
	weak = rgc_weak_new(name, NULL, set);
	cr_assert_eq(rgc_set_add(set, weak), 1);
	cr_assert(rgc_is_tracked(set));
	rgc_decref(weak);
	rgc_decref(set);
	cr_assert_eq(rgc_collect(2), 2);
}

Test(rgc_set, prints_as_python_does)
{
	rgc_auto rgc_set *set = rgc_set_new();
	rgc_auto rgc_str *empty = rgc_repr(set), *name = rgc_str_new("a");
	cr_assert_str_eq(rgc_str_get(empty), "set()");
	rgc_auto rgc_int *one = rgc_int_new(1);
	cr_assert_eq(rgc_set_add(set, one), 1);
	cr_assert_eq(rgc_set_add(set, name), 1);
	rgc_auto rgc_str *form = rgc_repr(set);
	cr_assert_str_eq(rgc_str_get(form), "{1, 'a'}");
}

static int clear_and_say(void *set)
{
	rgc_set_clear(set);
	errno = 123;
	return -1;
}

Test(rgc_set, says_why_it_cannot_tell_whether_sets_are_disjoint)
{
	rgc_auto rgc_set *small = rgc_set_new(), *large = rgc_set_new();
	for (long i = 0; i < 3; i++) {
		rgc_auto evil *item = evil_new(i), *twin = evil_new(i + 1), *more = evil_new(i + 100);
		cr_assert_geq(rgc_set_add(small, item), 0);
		cr_assert_geq(rgc_set_add(large, twin), 0);
		cr_assert_geq(rgc_set_add(large, more), 0);
	}
	evil_act = clear_and_say;
	evil_data = small;
	cr_expect(rgc_set_is_disjoint(small, large) == -1 && errno == 123, "%d", errno);
	evil_act = NULL;
}
