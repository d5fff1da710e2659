/* Tests of iterators: what they give, what they own, what they bear; test_rgc_semantics.py has them beside
 * Python's. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

/* Takes the iterator. */
static void expect(rgc_iterator *iterator, const char *expected)
{
	errno = 0;
	rgc_auto rgc_list *list = rgc_list_from(iterator);
	rgc_auto rgc_str *form = rgc_repr(list);
	cr_assert_str_eq(rgc_str_get(form), expected);
	cr_assert_eq(errno, 0);
	cr_assert_null(rgc_next(iterator));
	cr_assert_eq(errno, 0);
	rgc_decref(iterator);
}

static rgc_iterator *numbers(int64_t stop)
{
	return rgc_range(0, stop, 1);
}

static rgc_list *list_of(int64_t count)
{
	rgc_auto rgc_iterator *all = numbers(count);
	return rgc_list_from(all);
}

static rgc_dict *dict_of(int64_t count)
{
	rgc_dict *dict = rgc_dict_new();
	for (int64_t i = 0; i < count; i++) {
		rgc_auto rgc_int *key = rgc_int_new(i), *value = rgc_int_new(10 * i);
		cr_assert_eq(rgc_dict_set(dict, key, value), 0);
	}
	return dict;
}

/* As a map function: consumes what is borrowed, for short nests of calls. */
static rgc_iterator *of(rgc_iterator *(*make)(void *), void *iterable)
{
	rgc_iterator *iterator = make(iterable);
	rgc_decref(iterable);
	return iterator;
}

Test(iter, gives_what_other_containers_hold)
{
	rgc_auto rgc_int *one = rgc_int_new(1);
	rgc_auto rgc_str *two = rgc_str_new("two");
	expect(of(rgc_iter, rgc_frozenset_of(2, two, one)), "['two', 1]");
	expect(of(rgc_iter, rgc_bytes_new("a\xff", 2)), "[97, 255]");
	rgc_array *array = rgc_array_new('d');
	cr_assert_eq(rgc_array_append_float(array, 0.5), 0);
	expect(of(rgc_iter, array), "[0.5]");
	rgc_auto rgc_deque *deque = rgc_deque_new(2);
	rgc_auto rgc_counter *counter = rgc_counter_new();
	cr_assert_eq(rgc_deque_append(deque, one) | rgc_deque_append(deque, two), 0);
	cr_assert_eq(rgc_counter_add(counter, two, 5) | rgc_counter_add(counter, one, 1), 0);
	expect(rgc_iter(deque), "[1, 'two']");
	expect(rgc_iter(counter), "['two', 1]");
	rgc_auto rgc_iterator *over_deque = rgc_iter(deque), *over_counter = rgc_iter(counter);
	rgc_auto rgc_object *first = rgc_next(over_deque), *key = rgc_next(over_counter);
	cr_assert_eq(rgc_deque_append(deque, one) | rgc_counter_add(counter, deque, 1), -1, "unhashable");
	cr_assert_eq(rgc_counter_add(counter, rgc_none_new(), 1), 0);
	cr_assert(!rgc_next(over_deque) && errno == EBUSY);
	cr_assert(!rgc_next(over_counter) && errno == EBUSY);
}

static void *list_for(void *data)
{
	(void)data;
	return rgc_list_new();
}

Test(iter, gives_the_keys_of_a_default_dictionary)
{
	rgc_auto rgc_defaultdict *dict = rgc_defaultdict_new(list_for, NULL);
	rgc_auto rgc_str *key = rgc_str_new("key");
	cr_assert_not_null(rgc_defaultdict_get(dict, key));
	expect(rgc_iter(dict), "['key']");
}

Test(iter, gives_what_containers_hold)
{
	rgc_auto rgc_int *one = rgc_int_new(1);
	rgc_auto rgc_str *two = rgc_str_new("two");
	expect(of(rgc_iter, rgc_list_new()), "[]");
	expect(of(rgc_iter, list_of(4)), "[0, 1, 2, 3]");
	expect(of(rgc_iter, rgc_tuple_of(2, one, two)), "[1, 'two']");
	expect(of(rgc_iter, dict_of(3)), "[0, 1, 2]");
	rgc_auto rgc_dict *dict = dict_of(3);
	expect(rgc_dict_keys(dict), "[0, 1, 2]");
	expect(rgc_dict_values(dict), "[0, 10, 20]");
	expect(rgc_dict_items(dict), "[(0, 0), (1, 10), (2, 20)]");
	rgc_set *set = rgc_set_new();
	cr_assert_eq(rgc_set_add(set, two), 1);
	expect(of(rgc_iter, set), "['two']");
	rgc_auto rgc_iterator *iterator = numbers(3);
	rgc_iterator *same = rgc_iter(iterator);
	cr_assert_eq(same, iterator);
	expect(same, "[0, 1, 2]");
}

Test(iter, gives_the_characters_of_a_string)
{
	expect(of(rgc_iter, rgc_str_new("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d\xc2\x80.")),
	       "['a', '\xc3\xa4', '\xe2\x82\xac', '\xf0\x9f\x90\x8d', '\\xc2\\x80', '.']");
	expect(of(rgc_iter, rgc_str_new_bytes("\0\xff\xc3", 3)), "['\\x00', '\\xff', '\\xc3']");
	expect(of(rgc_iter, rgc_str_new("")), "[]");
}

Test(iter, counts)
{
	expect(rgc_range(0, 0, 1), "[]");
	expect(rgc_range(3, 0, 1), "[]");
	expect(rgc_range(1, 8, 3), "[1, 4, 7]");
	expect(rgc_range(1, 7, 3), "[1, 4]");
	expect(rgc_range(3, 0, -1), "[3, 2, 1]");
	expect(rgc_range(INT64_MAX - 1, INT64_MAX, 5), "[9223372036854775806]");
	expect(rgc_range(INT64_MIN, INT64_MAX, INT64_MAX), "[-9223372036854775808, -1, 9223372036854775806]");
	expect(rgc_range(INT64_MAX, INT64_MIN, INT64_MIN), "[9223372036854775807, -1]");
	errno = 0;
	cr_assert(!rgc_range(0, 1, 0) && errno == EINVAL);
}

Test(iter, refuses_what_cannot_be_iterated)
{
	rgc_auto rgc_int *one = rgc_int_new(1);
	cr_assert(!rgc_iter(one) && errno == ENOTSUP);
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert(!rgc_list_from(one) && errno == ENOTSUP);
	cr_assert(rgc_list_extend_from(list, one) == -1 && errno == ENOTSUP);
	cr_assert(!rgc_enumerate(one, 0) && errno == ENOTSUP);
	cr_assert(!rgc_zip(2, list, one) && errno == ENOTSUP);
	rgc_auto rgc_iterator *chain = rgc_chain(3, list, one, list);
	cr_assert(!rgc_next(chain) && errno == ENOTSUP);
	errno = 0;
	cr_assert(!rgc_next(chain) && errno == 0);
	rgc_auto rgc_tuple *unfilled = rgc_tuple_new(1);
	rgc_auto rgc_iterator *none = rgc_iter(unfilled);
	cr_assert(!rgc_next(none) && errno == EINVAL);
}

/* ---- containers that change ---- */

Test(iter, follows_a_list_that_changes)
{
	rgc_auto rgc_list *list = list_of(3);
	rgc_auto rgc_iterator *iterator = rgc_iter(list);
	for (int64_t i = 0; i < 6; i++) {
		rgc_auto rgc_int *item = rgc_next(iterator);
		cr_assert_eq(rgc_int_get(item), i);
		if (i < 3)
			cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(i + 3)), 0);
	}
	cr_assert_null(rgc_next(iterator));
	/* Which was the end. */
	cr_assert_eq(rgc_refcount(list), 1);
	cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(6)), 0);
	cr_assert_null(rgc_next(iterator));
}

static void expect_busy(rgc_iterator *iterator)
{
	for (int i = 0; i < 2; i++) {
		errno = 0;
		cr_assert(!rgc_next(iterator) && errno == EBUSY);
	}
	rgc_decref(iterator);
}

Test(iter, notices_keys_that_come_or_go)
{
	rgc_auto rgc_dict *dict = dict_of(5);
	rgc_auto rgc_int *first = rgc_int_new(0), *new = rgc_int_new(100);
	rgc_iterator *early = rgc_dict_items(dict), *begun = rgc_iter(dict),
		     *replaced = rgc_dict_values(dict);
	rgc_decref(rgc_next(begun));
	cr_assert_eq(rgc_dict_set(dict, first, new), 0);
	expect(replaced, "[100, 10, 20, 30, 40]");
	cr_assert_eq(rgc_dict_set(dict, new, first), 0);
	expect_busy(early);
	expect_busy(begun);
	rgc_auto rgc_set *set = rgc_set_new();
	cr_assert_eq(rgc_set_add(set, first), 1);
	rgc_iterator *items = rgc_iter(set), *later = rgc_iter(set);
	rgc_decref(rgc_next(items));
	cr_assert_eq(rgc_set_add(set, new), 1);
	expect_busy(items);
	expect_busy(later);
}

/* ---- functions of the program ---- */

/* Counts in its data, a list, down to its last item. */
static int next_of(void *data, void **item)
{
	errno = ERANGE; /* no error if it does not say so */
	if (!rgc_list_length(data))
		return 0;
	*item = rgc_list_pop(data, 0);
	return 1;
}

Test(iter, asks_a_function_for_items)
{
	rgc_auto rgc_list *list = list_of(3);
	rgc_auto rgc_iterator *iterator = rgc_iterator_new(next_of, list);
	cr_assert_eq(rgc_refcount(list), 2);
	expect(rgc_ref(iterator), "[0, 1, 2]");
	cr_assert_eq(rgc_refcount(list), 1);
	cr_assert_eq(rgc_list_append(list, list), 0);
	cr_assert_null(rgc_next(iterator));
	rgc_list_clear(list);
}

static int calls;

static int fail_at_third(void *data, void **item)
{
	cr_assert_null(data);
	errno = EDOM;
	*item = ++calls == 3 ? NULL : (void *)rgc_int_new(calls);
	return *item ? 1 : -1;
}

static int give_null(void *data, void **item)
{
	(void)data;
	*item = NULL;
	return 1;
}

Test(iter, a_next_function_that_fails_is_at_its_end)
{
	rgc_auto rgc_iterator *failing = rgc_iterator_new(fail_at_third, NULL);
	errno = 0;
	cr_assert(!rgc_list_from(failing) && errno == EDOM);
	errno = 0;
	cr_assert(!rgc_next(failing) && errno == 0);
	cr_assert_eq(calls, 3);
	rgc_auto rgc_iterator *nothing = rgc_iterator_new(give_null, NULL);
	cr_assert(!rgc_next(nothing) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_iterator_new(NULL, NULL) && errno == EINVAL);
}

static rgc_iterator *outer;

static int ask_oneself(void *data, void **item)
{
	(void)data, (void)item;
	void *other;
	cr_assert(rgc_iter_next(outer, &other) == -1 && errno == EBUSY);
	rgc_clear(&outer);
	return 0;
}

Test(iter, a_next_function_cannot_ask_its_own_iterator)
{
	outer = rgc_iterator_new(ask_oneself, NULL);
	cr_assert_null(rgc_next(outer));
	cr_assert_null(outer);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

static void *times(void *item, void *data)
{
	return rgc_int_new(rgc_int_get(item) * rgc_int_get(data));
}

static void *invert(void *item, void *data)
{
	(void)data;
	if (rgc_int_get(item))
		return rgc_int_new(100 / rgc_int_get(item));
	errno = EDOM;
	return NULL;
}

static int is_odd(void *item, void *data)
{
	(void)data;
	return rgc_int_get(item) % 2 != 0;
}

static int is_small(void *item, void *data)
{
	errno = EDOM;
	return rgc_int_get(item) == 2 ? -1 : rgc_int_get(item) < rgc_int_get(data);
}

Test(iter, maps_and_filters)
{
	rgc_auto rgc_int *ten = rgc_int_new(10);
	rgc_auto rgc_list *list = list_of(5);
	expect(rgc_map(list, times, ten), "[0, 10, 20, 30, 40]");
	expect(rgc_filter(list, is_odd, NULL), "[1, 3]");
	rgc_auto rgc_iterator *odd = rgc_filter(list, is_odd, NULL);
	expect(rgc_map(odd, times, ten), "[10, 30]");
	/* The next one may be asked for after an error. */
	rgc_iterator *quotients = rgc_map(list, invert, NULL);
	cr_assert(!rgc_next(quotients) && errno == EDOM);
	expect(quotients, "[100, 50, 33, 25]");
	rgc_iterator *small = rgc_filter(list, is_small, ten);
	cr_assert(!rgc_list_from(small) && errno == EDOM);
	expect(small, "[3, 4]");
	errno = 0;
	cr_assert(!rgc_map(list, NULL, NULL) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_filter(list, NULL, NULL) && errno == EINVAL);
	cr_assert_eq(rgc_refcount(list), 1);
}

Test(iter, chains_slices_and_pairs)
{
	rgc_auto rgc_list *two = list_of(2), *three = list_of(3), *none = rgc_list_new();
	expect(rgc_chain(0), "[]");
	expect(rgc_chain(4, none, three, none, two), "[0, 1, 2, 0, 1]");
	rgc_auto rgc_list *both = rgc_list_new();
	cr_assert_eq(rgc_list_append(both, two) | rgc_list_append(both, three), 0);
	expect(rgc_chain_from(both), "[0, 1, 0, 1, 2]");
	expect(rgc_enumerate(two, -1), "[(-1, 0), (0, 1)]");
	expect(rgc_zip(0), "[]");
	expect(rgc_zip(2, three, two), "[(0, 0), (1, 1)]");
	expect(rgc_zip(3, three, two, none), "[]");
	expect(rgc_islice(three, 0, 2, 1), "[0, 1]");
	expect(rgc_islice(three, 1, SSIZE_MAX, SSIZE_MAX), "[1]");
	expect(of(rgc_iter, rgc_islice(three, 5, 2, 1)), "[]");
	for (int bad = 0; bad < 3; bad++) {
		errno = 0;
		cr_assert(!rgc_islice(three, bad == 0 ? -1 : 0, bad == 1 ? -1 : 1, bad == 2 ? 0 : 1) &&
			  errno == EINVAL);
	}
}

static void expect_slice(ssize_t start, ssize_t stop, ssize_t step, const char *slice, const char *rest)
{
	rgc_iterator *all = numbers(10);
	expect(rgc_islice(all, start, stop, step), slice);
	expect(all, rest);
}

Test(iter, a_slice_takes_no_more_than_it_needs)
{
	expect_slice(0, 3, 1, "[0, 1, 2]", "[3, 4, 5, 6, 7, 8, 9]");
	expect_slice(1, 8, 3, "[1, 4, 7]", "[8, 9]");
	expect_slice(0, 6, 4, "[0, 4]", "[6, 7, 8, 9]");
	expect_slice(4, 2, 1, "[]", "[4, 5, 6, 7, 8, 9]");
	expect_slice(0, 0, 1, "[]", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]");
}

/* ---- what is iterable ---- */

typedef struct countdown {
	RGC_HEAD;
	long from;
} countdown;

static rgc_iterator *countdown_iter(void *self)
{
	errno = EDOM;
	long from = ((countdown *)self)->from;
	return from ? rgc_range(from, 0, -1) : NULL;
}

RGC_DEFINE_TYPE_WITH((NULL, NULL, NULL, NULL, NULL, countdown_iter), countdown);

Test(iter, takes_types_that_say_how)
{
	rgc_auto countdown *three = rgc_new(countdown);
	cr_assert(!rgc_iter(three) && errno == EDOM);
	three->from = 3;
	expect(rgc_enumerate(three, 0), "[(0, 3), (1, 2), (2, 1)]");
	rgc_auto rgc_list *list = list_of(2);
	cr_assert_eq(rgc_list_extend_from(list, three), 0);
	cr_assert_eq(rgc_list_extend_from(list, list), 0);
	expect(rgc_iter(list), "[0, 1, 3, 2, 1, 0, 1, 3, 2, 1]");
}

Test(iter, fills_tuples_and_sets)
{
	rgc_auto rgc_iterator *all = rgc_range(0, 6, 1);
	rgc_auto rgc_iterator *halves = rgc_islice(all, 0, 3, 1);
	rgc_auto rgc_tuple *tuple = rgc_tuple_from(halves);
	expect(rgc_iter(tuple), "[0, 1, 2]");
	rgc_auto rgc_set *set = rgc_set_from(all);
	expect(rgc_iter(set), "[3, 4, 5]");
	cr_assert_eq(rgc_set_update_from(set, tuple), 0);
	cr_assert_eq(rgc_set_update_from(set, set), 0);
	cr_assert_eq(rgc_set_length(set), 6);
	rgc_auto rgc_list *lists = rgc_list_new();
	cr_assert_eq(rgc_list_append_steal(lists, rgc_list_new()), 0);
	cr_assert(!rgc_set_from(lists) && errno == ENOTSUP);
	cr_assert(rgc_set_update_from(set, lists) == -1 && errno == ENOTSUP);
}

/* ---- memory ---- */

/* A bit of everything, half used. */
static int use_half(void)
{
	rgc_auto rgc_list *list = list_of(40);
	rgc_auto rgc_int *ten = rgc_int_new(1000);
	rgc_auto rgc_str *text = rgc_str_new("characters");
	rgc_auto rgc_dict *dict = list && text ? rgc_dict_new() : NULL;
	if (!ten || !dict || rgc_dict_set(dict, text, list))
		return -1;
	rgc_auto rgc_iterator *all = rgc_chain(3, text, list, dict);
	rgc_auto rgc_iterator *some = rgc_islice(all, 10, SSIZE_MAX, 3);
	rgc_auto rgc_iterator *mapped = rgc_map(some, times, ten);
	rgc_auto rgc_iterator *odd = rgc_filter(mapped, is_odd, ten);
	rgc_auto rgc_iterator *items = rgc_dict_items(dict);
	rgc_auto rgc_iterator *zipped = rgc_zip(3, mapped, items, text);
	rgc_auto rgc_iterator *end = rgc_enumerate(zipped, 1000);
	rgc_auto rgc_list *made = rgc_list_new();
	if (!odd || !end || !made || rgc_list_extend_from(made, end))
		return -1;
	rgc_auto rgc_object *next = rgc_next(mapped);
	rgc_auto rgc_tuple *tuple = rgc_tuple_from(text);
	rgc_auto rgc_set *set = rgc_set_from(tuple);
	return next && set ? 0 : -1;
}

Test(iter, leaves_nothing_behind_when_half_used)
{
	cr_assert_eq(use_half(), 0);
	cr_assert_eq(rgc_heap_bytes(), 0);
	cr_assert_eq(rgc_collect(2), 0);
}

Test(iter, says_where_memory_ended)
{
	rgc_set_pool(false);
	int result = -1;
	for (long left = 0; result; left++) {
		errno = 0;
		allocations_left = left;
		result = use_half();
		int error = errno;
		allocations_left = -1;
		cr_assert(result == 0 || error == ENOMEM, "%s", strerror(error));
		cr_assert_eq(rgc_heap_bytes(), 0);
		cr_assert_lt(left, 1000);
	}
}

Test(iter, needs_memory_for_one_item_at_a_time)
{
	rgc_auto rgc_int *ten = rgc_int_new(10);
	rgc_auto rgc_iterator *all = numbers(100000);
	rgc_auto rgc_iterator *mapped = rgc_map(all, times, ten);
	rgc_auto rgc_iterator *odd = rgc_filter(mapped, is_odd, NULL);
	rgc_auto rgc_iterator *both = rgc_chain(2, mapped, odd);
	size_t bytes = rgc_heap_bytes(), count = 0, most = 0;
	for (rgc_int *item; (item = rgc_next(both)); rgc_decref(item)) {
		count++;
		most = rgc_heap_bytes() > most ? rgc_heap_bytes() : most;
	}
	cr_assert_eq(count, 100000);
	cr_assert_lt(most - bytes, 1000);
}

Test(iter, is_found_in_a_cycle)
{
	rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append_steal(list, rgc_iter(list)), 0);
	cr_assert_eq(rgc_list_append_steal(list, rgc_enumerate(rgc_list_get(list, 0), 0)), 0);
	cr_assert_eq(rgc_list_append_steal(list, rgc_iterator_new(next_of, list)), 0);
	rgc_decref(list);
	cr_assert_eq(rgc_collect(2), 4);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

static rgc_iterator *nest(int depth)
{
	rgc_iterator *deep = numbers(10);
	for (int i = 0; i < depth; i++) {
		rgc_iterator *deeper = i % 2 ? rgc_enumerate(deep, 0) : rgc_chain(1, deep);
		rgc_decref(deep);
		deep = deeper;
	}
	return deep;
}

Test(iter, steps_go_no_deeper_than_they_may)
{
	rgc_auto rgc_iterator *some = nest(50), *many = nest(1000);
	rgc_auto rgc_object *item = rgc_next(some);
	cr_assert(item);
	cr_assert(!rgc_next(many) && errno == ELOOP);
}

static void *go_deep(void *fault)
{
	rgc_decref(nest(100000));
	if (rgc_heap_bytes())
		*(const char **)fault = "memory";
	return NULL;
}

Test(iter, drops_deep_nests_on_a_small_stack)
{
	const char *fault = NULL;
	on_small_stack(go_deep, &fault);
	cr_assert_null(fault, "%s", fault);
}

static void drain(rgc_iterator *iterator)
{
	void *item;
	while (rgc_iter_next(iterator, &item) == 1)
		rgc_decref(item);
}

/* A function that takes all that is left itself, and then looks at its data. */
static rgc_iterator *drained;

static void *drain_and_look(void *item, void *data)
{
	static bool within;
	if (!within) {
		within = true;
		drain(drained);
		within = false;
	}
	cr_expect_eq(rgc_list_length(data), 1);
	return rgc_ref((rgc_object *)item);
}

static int drain_and_pass(void *item, void *data)
{
	rgc_decref(drain_and_look(item, data));
	return 1;
}

Test(iter, is_brought_to_its_end_by_its_own_function)
{
	for (int kind = 0; kind < 2; kind++) {
		rgc_list *data = list_of(1);
		rgc_iterator *source = numbers(5);
		drained = kind == 0 ? rgc_map(source, drain_and_look, data)
				    : rgc_filter(source, drain_and_pass, data);
		rgc_decref(source);
		rgc_decref(data);
		void *item;
		cr_assert_eq(rgc_iter_next(drained, &item), 1);
		cr_expect_eq(rgc_int_get(item), 0);
		rgc_decref(item);
		cr_expect_eq(rgc_iter_next(drained, &item), 0);
		rgc_decref(drained);
	}
}
