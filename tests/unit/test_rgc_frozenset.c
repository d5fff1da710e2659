/* Tests of rgc_frozenset: against an array of flags, as a key, with hostile items, without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>

#define IDS 20

static size_t hash_of(const void *object)
{
	size_t hash;
	cr_assert_eq(rgc_hash(object, &hash), 0);
	return hash;
}

static rgc_set *random_set(unsigned long *state, bool has[IDS])
{
	rgc_set *set = rgc_set_new();
	for (long i = 0; i < IDS; i++)
		has[i] = false;
	for (unsigned i = random_next(state) % IDS; i > 0; i--) {
		long id = random_next(state) % IDS;
		rgc_auto rgc_object *item = key_of(id);
		cr_assert_geq(rgc_set_add(set, item), 0);
		has[id] = true;
	}
	return set;
}

/* Consumes the reference. */
static void check_same(rgc_frozenset *set, const bool has[IDS])
{
	rgc_auto rgc_set *model = rgc_set_new();
	size_t count = 0;
	for (long id = IDS; id-- > 0; count += has[id]) {
		rgc_auto rgc_object *item = key_of(id);
		cr_assert_eq(rgc_frozenset_contains(set, item), has[id], "%ld", id);
		if (has[id])
			cr_assert_eq(rgc_set_add(model, item), 1);
	}
	rgc_auto rgc_frozenset *other = rgc_frozenset_new(model);
	cr_assert_eq(rgc_frozenset_length(set), count);
	cr_assert_eq(rgc_equal(set, other), 1);
	cr_assert_eq(rgc_equal(set, model), 1);
	cr_assert_eq(rgc_equal(model, set), 1);
	cr_assert_eq(hash_of(set), hash_of(other), "of another order");
	rgc_decref(set);
}

static void check_operations(const rgc_frozenset *a, const bool in_a[IDS], const void *b,
			     const bool in_b[IDS])
{
	bool either[IDS], both[IDS], only_a[IDS], one[IDS], is_subset = true;
	for (long id = 0; id < IDS; id++) {
		either[id] = in_a[id] || in_b[id];
		both[id] = in_a[id] && in_b[id];
		only_a[id] = in_a[id] && !in_b[id];
		one[id] = in_a[id] != in_b[id];
		is_subset &= !only_a[id];
	}
	check_same(rgc_frozenset_union(a, b), either);
	check_same(rgc_frozenset_intersection(a, b), both);
	check_same(rgc_frozenset_difference(a, b), only_a);
	check_same(rgc_frozenset_symmetric_difference(a, b), one);
	cr_assert_eq(rgc_frozenset_is_subset(a, b), is_subset);
}

Test(frozenset, does_what_an_array_of_flags_does)
{
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	unsigned long state = 3;
	for (int round = 0; round < 300; round++) {
		bool in_a[IDS], in_b[IDS];
		rgc_auto rgc_set *set_a = random_set(&state, in_a), *set_b = random_set(&state, in_b);
		rgc_auto rgc_frozenset *a = rgc_frozenset_new(set_a), *b = rgc_frozenset_new(set_b);
		check_operations(a, in_a, b, in_b);
		check_operations(a, in_a, set_b, in_b);
		cr_assert(rgc_equal(a, b) != 1 || hash_of(a) == hash_of(b));
		cr_assert_eq(rgc_verify(), 0);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(frozenset, is_a_copy)
{
	rgc_auto rgc_set *set = rgc_set_new();
	cr_assert_eq(rgc_set_add(set, rgc_int_new(1)), 1);
	rgc_auto rgc_frozenset *frozen = rgc_frozenset_new(set), *again = rgc_frozenset_new(frozen);
	cr_assert_eq(rgc_set_add(set, rgc_int_new(2)), 1);
	rgc_auto rgc_set *thawed = rgc_frozenset_thaw(frozen);
	cr_assert_eq(rgc_set_add(thawed, rgc_int_new(3)), 1);
	cr_assert_eq(rgc_frozenset_length(frozen), 1);
	cr_assert_eq(rgc_frozenset_length(again), 1);
	cr_assert_eq(rgc_set_length(thawed), 2);
	void *item;
	rgc_cursor at = {0, 0};
	cr_assert(rgc_frozenset_next(again, &at, &item) == 1 && item == rgc_int_new(1));
	cr_assert_eq(rgc_frozenset_next(again, &at, &item), 0);
}

Test(frozenset, is_a_key)
{
	rgc_auto rgc_frozenset *one_two = rgc_frozenset_of(2, rgc_int_new(1), rgc_int_new(2)),
			       *two_one = rgc_frozenset_of(3, rgc_int_new(2), rgc_bool_new(true),
							   rgc_int_new(1)),
			       *empty = rgc_frozenset_of(0);
	rgc_auto rgc_dict *dict = rgc_dict_new();
	cr_assert_eq(rgc_dict_set(dict, one_two, rgc_int_new(3)), 0);
	cr_assert_eq(rgc_dict_get(dict, two_one), rgc_int_new(3));
	cr_assert_eq(rgc_dict_contains(dict, empty), 0);
	rgc_auto rgc_frozenset *nested = rgc_frozenset_of(2, one_two, empty);
	cr_assert_eq(rgc_frozenset_contains(nested, two_one), 1);
	cr_assert_neq(hash_of(empty), hash_of(nested));
	rgc_auto rgc_tuple *tuple = rgc_tuple_of(2, rgc_int_new(1), rgc_int_new(2));
	cr_assert_eq(rgc_equal(one_two, tuple), 0);
	cr_assert_eq(rgc_equal(tuple, one_two), 0);
	cr_assert_not(rgc_is_tracked(nested), "it holds values alone");
	rgc_auto rgc_list *list = rgc_list_new();
	errno = 0;
	cr_assert(!rgc_frozenset_of(2, rgc_int_new(1), list) && errno == ENOTSUP);
	cr_assert(!rgc_frozenset_new(list) && errno == EINVAL);
	cr_assert(!rgc_frozenset_union(empty, tuple) && errno == EINVAL);
}

Test(frozenset, of_numbers_in_a_row_hash_apart)
{
	enum { SETS = 4096 };
	rgc_auto rgc_set *low_bits = rgc_set_new();
	for (int mask = 0; mask < SETS; mask++) {
		rgc_auto rgc_set *set = rgc_set_new();
		for (int bit = 0; bit < 12; bit++)
			if (mask >> bit & 1)
				cr_assert_eq(rgc_set_add(set, rgc_int_new(bit)), 1);
		rgc_auto rgc_frozenset *frozen = rgc_frozenset_new(set);
		rgc_auto rgc_int *bits = rgc_int_new((int64_t)(hash_of(frozen) % (16 * SETS)));
		cr_assert_geq(rgc_set_add(low_bits, bits), 0);
	}
	/* Of so many, 3% would fall together by chance. */
	cr_assert_gt(rgc_set_length(low_bits), SETS * 95 / 100);
}

static void *nested(void *inner)
{
	rgc_frozenset *outer = rgc_frozenset_of(1, inner);
	cr_assert(outer);
	rgc_decref(inner);
	return outer;
}

Test(frozenset, may_be_nested_too_deep_to_be_compared)
{
	void *a = rgc_frozenset_of(0), *b = rgc_frozenset_of(0);
	for (int i = 0; i < 10000; i++) {
		a = nested(a);
		b = nested(b);
	}
	errno = 0;
	cr_assert(rgc_equal(a, b) == -1 && errno == ELOOP);
	cr_assert_eq(hash_of(a), hash_of(b));
	rgc_decref(a);
	rgc_decref(b);
}

static int act_clear(void *set)
{
	rgc_set_clear(set);
	return 0;
}

static int act_fail(void *set)
{
	(void)set;
	errno = EIO;
	return -1;
}

Test(frozenset, notices_changes_and_failures_meanwhile)
{
	rgc_auto rgc_set *set = rgc_set_new(), *other = rgc_set_new();
	for (long id = 0; id < 10; id++) {
		rgc_auto evil *item = evil_new(id), *equal_one = evil_new(id);
		cr_assert(rgc_set_add(set, item) == 1 && rgc_set_add(other, equal_one) == 1);
	}
	rgc_auto rgc_frozenset *frozen = rgc_frozenset_new(set);
	rgc_auto evil *item = evil_new(0);
	evil_act = act_fail;
	cr_assert(!rgc_frozenset_union(frozen, other) && errno == EIO);
	cr_assert(!rgc_frozenset_of(1, item) && errno == EIO);
	cr_assert(rgc_frozenset_contains(frozen, item) == -1 && errno == EIO);
	evil_act = act_clear;
	evil_data = other;
	cr_assert(!rgc_frozenset_union(frozen, other) && errno == EBUSY);
	evil_act = NULL;
	cr_assert_eq(rgc_verify(), 0);
}

Test(frozenset, is_not_made_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_auto rgc_set *set = rgc_set_new();
	for (long id = 0; id < 20; id++) {
		rgc_auto rgc_object *item = key_of(id);
		cr_assert_eq(rgc_set_add(set, item), 1);
	}
	size_t before = rgc_heap_bytes();
	for (long left = 0;; left++) {
		rgc_frozenset *made[4] = {NULL};
		rgc_set *thawed = NULL;
		allocations_left = left;
		bool done = (made[0] = rgc_frozenset_new(set)) &&
			    (made[1] = rgc_frozenset_of(1, set)) == NULL &&
			    (made[1] = rgc_frozenset_of(1, made[0])) &&
			    (made[2] = rgc_frozenset_union(made[1], set)) &&
			    (made[3] = rgc_frozenset_symmetric_difference(made[2], made[1])) &&
			    (thawed = rgc_frozenset_thaw(made[3]));
		allocations_left = -1;
		cr_assert(done || errno == ENOMEM);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(thawed);
		for (int i = 0; i < 4; i++)
			rgc_decref(made[i]);
		cr_assert_eq(rgc_heap_bytes(), before);
		if (done)
			break;
	}
}

Test(frozenset, is_collected_in_a_cycle)
{
	rgc_list *list = rgc_list_new();
	rgc_auto rgc_str *name = rgc_str_new("name");
	rgc_weak *weak = rgc_weak_new(name, NULL, list); /* hashable, and refers to the list */
	rgc_frozenset *frozen = rgc_frozenset_of(1, weak);
	cr_assert(rgc_is_tracked(frozen));
	cr_assert_eq(rgc_list_append_steal(list, frozen), 0);
	rgc_decref(weak);
	rgc_decref(list);
	cr_assert_eq(rgc_collect(2), 3);
}

Test(frozenset, counts_its_table)
{
	rgc_auto rgc_frozenset *empty = rgc_frozenset_of(0), *one = rgc_frozenset_of(1, rgc_int_new(1));
	cr_assert_gt(rgc_sizeof(one), rgc_sizeof(empty));
}

Test(frozenset, prints_as_python_does)
{
	rgc_auto rgc_frozenset *empty = rgc_frozenset_of(0),
			       *items = rgc_frozenset_of(2, empty, rgc_none_new());
	rgc_auto rgc_str *empty_form = rgc_repr(empty), *form = rgc_repr(items);
	cr_assert_str_eq(rgc_str_get(empty_form), "frozenset()");
	cr_assert_str_eq(rgc_str_get(form), "frozenset({frozenset(), None})");
}
