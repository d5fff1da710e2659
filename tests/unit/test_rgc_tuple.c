/* Tests of rgc_tuple: against a plain array, in cycles, with hostile items, without memory, in deep
 * structures. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 40

static rgc_tuple *tuple_from(const long *ids, size_t count)
{
	rgc_tuple *tuple = rgc_tuple_new(count);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(rgc_tuple_init_steal(tuple, i, key_of(ids[i])), 0);
	return tuple;
}

static void check_items(const rgc_tuple *tuple, const long *ids, size_t count)
{
	cr_assert_eq(rgc_tuple_length(tuple), count);
	for (size_t i = 0; i < count; i++) {
		rgc_auto rgc_object *expected = key_of(ids[i]), *item = rgc_tuple_ref(tuple, (ssize_t)i);
		cr_assert_eq(rgc_equal(item, expected), 1);
		cr_assert_eq(rgc_tuple_get(tuple, (ssize_t)i - (ssize_t)count), item);
	}
	errno = 0;
	cr_assert(!rgc_tuple_get(tuple, (ssize_t)count) && errno == ERANGE);
	errno = 0;
	cr_assert(!rgc_tuple_ref(tuple, -(ssize_t)count - 1) && errno == ERANGE);
}

Test(tuple, is_equal_and_hashed_by_its_items)
{
	unsigned long state = 3;
	for (int round = 0; round < 2000; round++) {
		long ids[COUNT_MAX], others[COUNT_MAX];
		size_t count = random_next(&state) % COUNT_MAX;
		for (size_t i = 0; i < count; i++)
			ids[i] = others[i] = random_next(&state) % 100;
		bool differs = count && random_next(&state) % 2;
		if (differs)
			others[random_next(&state) % count] += 100;
		rgc_auto rgc_tuple *a = tuple_from(ids, count), *b = tuple_from(others, count);
		check_items(a, ids, count);
		check_items(b, others, count);
		size_t a_hash, b_hash;
		cr_assert_eq(rgc_hash(a, &a_hash), 0);
		cr_assert_eq(rgc_hash(b, &b_hash), 0);
		cr_assert_eq(rgc_equal(a, b), !differs);
		cr_assert(differs || a_hash == b_hash);
	}
}

static int by_value(const void *a, const void *b)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	return (left > right) - (left < right);
}

Test(tuple, of_small_numbers_hash_apart)
{
	static size_t hashes[256 * 256];
	size_t count = 0, distinct_low = 0;
	static bool low[1 << 16];
	for (long i = 0; i < 256; i++)
		for (long j = 0; j < 256; j++) {
			rgc_auto rgc_tuple *pair = rgc_tuple_of(2, rgc_int_new(i), rgc_int_new(j));
			cr_assert_eq(rgc_hash(pair, &hashes[count]), 0);
			distinct_low += !low[hashes[count] & 0xffff];
			low[hashes[count++] & 0xffff] = true;
		}
	qsort(hashes, count, sizeof(hashes[0]), by_value);
	for (size_t i = 1; i < count; i++)
		cr_assert_neq(hashes[i - 1], hashes[i]);
	/* Chance would give 63 %. */
	cr_assert_gt(distinct_low, 65536 * 55 / 100);
}

Test(tuple, is_hashable_if_its_items_are)
{
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto rgc_tuple *inner = rgc_tuple_of(1, list), *outer = rgc_tuple_of(2, inner, inner);
	size_t hash;
	cr_assert(rgc_hash(outer, &hash) == -1 && errno == ENOTSUP);
	rgc_auto rgc_tuple *empty = rgc_tuple_new(0), *also_empty = rgc_tuple_of(0);
	cr_assert_eq(rgc_hash(empty, &hash), 0);
	cr_assert_eq(rgc_equal(empty, also_empty), 1);
	cr_assert_eq(rgc_equal(outer, list), 0);
}

Test(tuple, consumes_what_it_is_given)
{
	rgc_auto rgc_float *item = rgc_float_new(0.5);
	rgc_tuple *tuple = rgc_tuple_new(2);
	errno = 0;
	cr_assert(rgc_tuple_init_steal(tuple, 2, rgc_ref(item)) == -1 && errno == ERANGE);
	cr_assert_eq(rgc_refcount(item), 1);
	errno = ENOMEM;
	cr_assert(rgc_tuple_init_steal(tuple, 0, NULL) == -1 && errno == ENOMEM);
	cr_assert_eq(rgc_tuple_init_steal(tuple, 1, rgc_ref(item)), 0);
	cr_assert_eq(rgc_refcount(item), 2);
	rgc_auto rgc_str *form = rgc_repr(tuple);
	cr_assert_str_eq(rgc_str_get(form), "(NULL, 0.5)");
	rgc_decref(tuple);
	cr_assert_eq(rgc_refcount(item), 1);
}

Test(tuple, prints_as_python_does)
{
	rgc_auto rgc_str *word = rgc_str_new("it");
	rgc_auto rgc_tuple *empty = rgc_tuple_new(0), *one = rgc_tuple_of(1, word),
			   *two = rgc_tuple_of(2, one, empty);
	rgc_auto rgc_str *empty_form = rgc_repr(empty), *one_form = rgc_repr(one), *two_form = rgc_repr(two);
	cr_assert_str_eq(rgc_str_get(empty_form), "()");
	cr_assert_str_eq(rgc_str_get(one_form), "('it',)");
	cr_assert_str_eq(rgc_str_get(two_form), "(('it',), ())");
}

/* ---- tracking, cycles ---- */

Test(tuple, of_values_is_never_tracked)
{
	rgc_auto rgc_int *number = rgc_int_new(1000);
	rgc_auto rgc_tuple *values = rgc_tuple_of(2, number, number), *nested = rgc_tuple_of(1, values);
	cr_assert(!rgc_is_tracked(values));
	cr_assert(!rgc_is_tracked(nested));
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto rgc_tuple *holder = rgc_tuple_of(2, number, list), *outer = rgc_tuple_of(1, holder);
	cr_assert(rgc_is_tracked(holder));
	cr_assert(rgc_is_tracked(outer));
}

Test(tuple, in_cycles_is_collected)
{
	rgc_auto rgc_int *number = rgc_int_new(1000);
	rgc_list *list = rgc_list_new();
	rgc_tuple *through = rgc_tuple_of(2, list, number);
	cr_assert_eq(rgc_list_append_steal(list, through), 0);
	rgc_decref(list);
	cr_assert_eq(rgc_refcount(number), 2);
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(rgc_refcount(number), 1);
	cr_assert_eq(rgc_verify(), 0);
}

/* ---- user code, memory, depth ---- */

static int clear_and_collect(void *list)
{
	rgc_list_clear(list);
	rgc_collect(2);
	return 0;
}

Test(tuple, stays_alive_while_it_is_compared)
{
	rgc_auto evil *left = evil_new(1), *right = evil_new(1);
	rgc_auto rgc_list *list = rgc_list_new(), *other = rgc_list_new();
	cr_assert_eq(rgc_list_append_steal(list, rgc_tuple_of(2, left, left)), 0);
	cr_assert_eq(rgc_list_append_steal(other, rgc_tuple_of(2, right, right)), 0);
	rgc_auto rgc_tuple *a = rgc_tuple_of(1, list), *b = rgc_tuple_of(1, other);
	cr_assert_eq(rgc_equal(a, b), 1);
	/* The first comparison empties the list, which owns the tuple that is being compared. */
	evil_act = clear_and_collect;
	evil_data = list;
	cr_assert_eq(rgc_equal(a, b), 0);
	cr_assert_eq(rgc_list_length(list), 0);
	evil_act = NULL;
}

Test(tuple, is_not_made_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_auto rgc_float *a = rgc_float_new(1), *b = rgc_float_new(2);
	size_t bytes = rgc_heap_bytes();
	long left = 0;
	for (rgc_tuple *tuple = NULL; !tuple; left++) {
		allocations_left = left;
		tuple = rgc_tuple_of(3, a, b, a);
		rgc_str *form = tuple ? rgc_repr(tuple) : NULL;
		int error = errno;
		allocations_left = -1;
		cr_assert(form || error == ENOMEM);
		if (!form)
			rgc_clear(&tuple);
		cr_assert_eq(rgc_refcount(a), tuple ? 3 : 1);
		rgc_decref(form);
		rgc_decref(tuple);
		cr_assert_eq(rgc_heap_bytes(), bytes);
		cr_assert_lt(left, 100);
	}
	cr_assert_gt(left, 3);
	errno = 0;
	cr_assert(!rgc_tuple_new(SIZE_MAX / 4) && errno == EINVAL);
}

struct deep {
	long depth;
	const char *fault;
};

static void *make_deep_and_drop(void *data)
{
	struct deep *deep = data;
	rgc_tuple *top = rgc_tuple_new(0);
	for (long i = 0; i < deep->depth; i++) {
		rgc_tuple *outer = rgc_tuple_new(2);
		if (rgc_tuple_init_steal(outer, 0, top) || rgc_tuple_init_steal(outer, 1, rgc_float_new(2)))
			deep->fault = "init";
		top = outer;
	}
	size_t hash;
	if (rgc_hash(top, &hash) != -1 || errno != ELOOP)
		deep->fault = "hash";
	rgc_auto rgc_str *form = rgc_repr(top);
	if (!form || !strstr(rgc_str_get(form), "(..., 2.0)"))
		deep->fault = "repr";
	rgc_decref(top);
	if (rgc_heap_bytes() > 4096)
		deep->fault = "memory";
	return NULL;
}

Test(tuple, drops_deep_structures_on_a_small_stack)
{
	struct deep deep = {100000, NULL};
	on_small_stack(make_deep_and_drop, &deep);
	cr_assert_null(deep.fault, "%s", deep.fault);
}
