/*
 * test_rgc_failure.c - memory runs out at every nth allocation: callers are told, the heap stays whole, and
 * collecting works.
 */
#include "failing.h"
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>

static void ignore(enum rgc_phase phase, const struct rgc_info *info, void *data)
{
	(void)phase, (void)info, (void)data;
}

static void expect_enomem(const void *made)
{
	if (!made)
		cr_assert_eq(errno, ENOMEM);
}

/* Both nodes in weak containers, which the one to be returned owns; whatever fails is left out. */
static rgc_weak_key_dict *enter(node *a, node *b)
{
	rgc_weak_key_dict *dict = rgc_weak_key_dict_new();
	rgc_weak_value_dict *values = rgc_weak_value_dict_new();
	rgc_weak_set *set = rgc_weak_set_new();
	if (dict && values && set) {
		cr_assert(!rgc_weak_key_dict_set(dict, a, values) || errno == ENOMEM);
		cr_assert(!rgc_weak_key_dict_set(dict, b, set) || errno == ENOMEM);
		cr_assert(!rgc_weak_value_dict_set(values, rgc_int_new(1), b) || errno == ENOMEM);
		cr_assert(rgc_weak_set_add(set, a) >= 0 || errno == ENOMEM);
	}
	rgc_decref(values);
	rgc_decref(set);
	return dict;
}

static void *make_list(void *data)
{
	(void)data;
	return rgc_list_new();
}

/* One of each, with something in it; whatever fails is left out. */
static void fill_containers(void)
{
	rgc_auto rgc_bytes *bytes = rgc_bytes_new("bytes", 5);
	rgc_auto rgc_frozenset *frozenset = rgc_frozenset_of(2, rgc_none_new(), rgc_bool_new(true));
	rgc_auto rgc_deque *deque = rgc_deque_new(2);
	rgc_auto rgc_defaultdict *defaultdict = rgc_defaultdict_new(make_list, NULL);
	rgc_auto rgc_counter *counter = rgc_counter_new();
	rgc_auto rgc_array *array = rgc_array_new('i');
	void *const made[] = {bytes, frozenset, deque, defaultdict, counter, array};
	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
		expect_enomem(made[i]);
	if (deque && counter && array && defaultdict) {
		cr_assert(!rgc_deque_append(deque, deque) || errno == ENOMEM);
		cr_assert(!rgc_counter_add(counter, rgc_none_new(), 1) || errno == ENOMEM);
		cr_assert(!rgc_array_append_int(array, 1) || errno == ENOMEM);
		expect_enomem(rgc_defaultdict_get(defaultdict, rgc_none_new()));
		cr_assert_eq(rgc_verify(), 0);
		rgc_deque_clear(deque);
	}
}

/* Numbers in pairs, half of them taken: from iterators, each of which may not be there. */
static void iterate(void)
{
	rgc_auto rgc_iterator *numbers = rgc_range(0, 1000, 300);
	rgc_auto rgc_iterator *pairs = rgc_enumerate(numbers, 1000);
	rgc_auto rgc_iterator *both = rgc_chain(2, pairs, numbers);
	expect_enomem(both);
	errno = ENOMEM; /* which stays that if there is no chain */
	rgc_auto rgc_list *first = rgc_list_from(both);
	expect_enomem(first);
}

static void share_values(void)
{
	rgc_auto rgc_str *text = rgc_str_new("a text");
	rgc_auto rgc_float *number = rgc_float_new(0.5);
	rgc_auto rgc_tuple *inner = rgc_tuple_of(2, text, number), *outer = rgc_tuple_of(2, inner, text);
	rgc_auto rgc_tuple *shared = rgc_share(outer);
	expect_enomem(shared);
	cr_assert(!shared || rgc_equal(shared, outer) == 1);
}

/* A little of everything; whatever fails is left out. */
static void work(void)
{
	node *a = rgc_new(node), *b = rgc_new(node);
	expect_enomem(a);
	expect_enomem(b);
	rgc_weak *weak = a ? rgc_weak_new(a, NULL, NULL) : NULL;
	leaf *shared = rgc_new_shared(leaf);
	expect_enomem(shared);
	share_values();
	if (a && b) {
		rgc_set(&a->next, b);
		rgc_set(&b->prev, a);
	}
	cr_assert(rgc_callback_add(ignore, NULL) == 0 || errno == ENOMEM);
	rgc_weak_key_dict *dict = a && b ? enter(a, b) : NULL;
	rgc_heap *heap = rgc_heap_new();
	expect_enomem(heap);
	fill_containers();
	iterate();
	rgc_decref(a);
	rgc_decref(b);
	/* Nothing below needs memory. */
	allocations_left = allocations_left < 0 ? -1 : 0;
	long before = allocations_failed;
	ssize_t found = rgc_collect(2);
	cr_assert_eq(allocations_failed, before);
	cr_assert_eq(found, a && b ? 2 : 0);
	cr_assert_eq(rgc_verify(), 0);
	cr_assert(!dict || rgc_weak_key_dict_length(dict) == 0);
	rgc_decref(dict);
	rgc_decref(weak);
	rgc_decref(shared);
	rgc_callback_remove(ignore, NULL);
	cr_assert_eq(rgc_heap_delete(heap), 0);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

static void fail_at_every(bool pool)
{
	rgc_set_pool(pool);
	long limit = 0;
	do {
		allocations_failed = 0;
		allocations_left = limit++;
		rgc_heap *present = rgc_heap_current();
		if (present)
			work();
		allocations_left = -1;
	} while (allocations_failed);
	cr_assert_gt(limit, 3);
}

Test(rgc_failure, of_single_blocks)
{
	fail_at_every(false);
}

Test(rgc_failure, of_arenas)
{
	fail_at_every(true);
}
