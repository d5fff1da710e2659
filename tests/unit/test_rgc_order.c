/* Tests of order: which of two objects is less, lists as heaps, sorted lists. */
#include "rgc_keys.h"
#include "rgc_model.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Takes both. */
static void expect_order(void *a, void *b, int expected)
{
	int order = 7, turned = 7;
	errno = 0;
	cr_assert_eq(rgc_compare(a, b, &order) | rgc_compare(b, a, &turned), 0);
	rgc_auto rgc_str *left = rgc_repr(a), *right = rgc_repr(b);
	cr_assert(order == expected && turned == -expected && !errno, "%s, %s: %d, %d", rgc_str_get(left),
		  rgc_str_get(right), order, turned);
	rgc_decref(a);
	rgc_decref(b);
}

static void expect_error(void *a, void *b, int error)
{
	int order;
	cr_assert(rgc_compare(a, b, &order) == -1 && errno == error);
	cr_assert(rgc_compare(b, a, &order) == -1 && errno == error);
	rgc_decref(a);
	rgc_decref(b);
}

Test(order, of_numbers)
{
	expect_order(rgc_int_new(1), rgc_int_new(2), -1);
	expect_order(rgc_int_new(INT64_MIN), rgc_int_new(INT64_MAX), -1);
	expect_order(rgc_float_new(2.5), rgc_int_new(2), 1);
	expect_order(rgc_float_new(-2.5), rgc_int_new(-2), -1);
	expect_order(rgc_float_new(-0.5), rgc_int_new(0), -1);
	expect_order(rgc_float_new(2), rgc_int_new(2), 0);
	expect_order(rgc_float_new(0x1p63), rgc_int_new(INT64_MAX), 1);
	expect_order(rgc_float_new(-0x1p63), rgc_int_new(INT64_MIN), 0);
	expect_order(rgc_float_new(0x1p53), rgc_int_new(((int64_t)1 << 53) + 1), -1);
	expect_order(rgc_float_new(-INFINITY), rgc_int_new(INT64_MIN), -1);
	expect_order(rgc_float_new(INFINITY), rgc_float_new(1), 1);
	expect_order(rgc_float_new(NAN), rgc_float_new(1), 0);
	expect_order(rgc_float_new(NAN), rgc_int_new(1), 0);
}

static rgc_tuple *pair(void *a, void *b)
{
	rgc_tuple *tuple = rgc_tuple_of(2, a, b);
	rgc_decref(a);
	rgc_decref(b);
	return tuple;
}

Test(order, of_truths_and_bytes)
{
	expect_order(rgc_bool_new(false), rgc_bool_new(true), -1);
	expect_order(rgc_bool_new(true), rgc_int_new(1), 0);
	expect_order(rgc_int_new(2), rgc_bool_new(true), 1);
	expect_order(rgc_bool_new(true), rgc_float_new(0.5), 1);
	expect_order(rgc_bytes_new("a\0b", 3), rgc_bytes_new("a\0c", 3), -1);
	expect_order(rgc_bytes_new("ab", 2), rgc_bytes_new("a", 1), 1);
	expect_error(rgc_bytes_new("a", 1), rgc_str_new("a"), ENOTSUP);
	expect_error(rgc_none_new(), rgc_bool_new(true), ENOTSUP);
}

static rgc_deque *deque_of(size_t count, ...)
{
	rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED);
	va_list numbers;
	va_start(numbers, count);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(rgc_deque_append_steal(deque, rgc_int_new(va_arg(numbers, int))), 0);
	va_end(numbers);
	return deque;
}

Test(order, of_deques)
{
	expect_order(deque_of(3, 1, 2, 3), deque_of(3, 1, 3, 2), -1);
	expect_order(deque_of(3, 1, 2, 3), deque_of(2, 1, 2), 1);
	expect_order(deque_of(0), deque_of(0), 0);
	expect_error(deque_of(1, 1), rgc_list_new(), ENOTSUP);
	rgc_deque *deep = deque_of(0), *other = deque_of(1, 1);
	cr_assert_eq(rgc_deque_append(deep, deep), 0);
	cr_assert_eq(rgc_deque_append_left(other, other), 0);
	expect_error(rgc_ref(deep), rgc_ref(other), ELOOP);
	rgc_deque_clear(deep);
	rgc_deque_clear(other);
	rgc_decref(deep);
	rgc_decref(other);
}

Test(order, sorts_numbers_of_all_kinds)
{
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append_steal(list, rgc_float_new(2.5)), 0);
	cr_assert_eq(rgc_list_append(list, rgc_bool_new(true)), 0);
	cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(-1)), 0);
	cr_assert_eq(rgc_list_append(list, rgc_bool_new(false)), 0);
	cr_assert_eq(rgc_list_sort(list, NULL, NULL), 0);
	rgc_auto rgc_str *form = rgc_repr(list);
	cr_assert_str_eq(rgc_str_get(form), "[-1, False, True, 2.5]");
}

Test(order, of_strings_and_sequences)
{
	expect_order(rgc_str_new("a"), rgc_str_new("ab"), -1);
	expect_order(rgc_str_new("\xc3\xa4"), rgc_str_new("z"), 1);
	expect_order(pair(rgc_int_new(1), rgc_int_new(3)), pair(rgc_float_new(1), rgc_int_new(2)), 1);
	expect_order(pair(rgc_int_new(1), rgc_str_new("x")), pair(rgc_int_new(2), rgc_int_new(2)), -1);
	expect_order(rgc_tuple_new(0), pair(rgc_int_new(1), rgc_int_new(2)), -1);
	/* What is equal need have no order. */
	expect_order(pair(rgc_dict_new(), rgc_int_new(1)), pair(rgc_dict_new(), rgc_int_new(2)), -1);
	rgc_float *none = rgc_float_new(NAN);
	expect_order(pair(rgc_ref(none), rgc_int_new(1)), pair(none, rgc_int_new(2)), -1);
	expect_order(pair(rgc_float_new(NAN), rgc_int_new(1)), pair(rgc_float_new(NAN), rgc_int_new(2)), 0);
	rgc_list *one = rgc_list_new(), *two = rgc_list_new();
	cr_assert_eq(rgc_list_append_steal(one, pair(rgc_int_new(1), rgc_int_new(2))), 0);
	cr_assert_eq(rgc_list_extend(two, one) | rgc_list_extend(two, one), 0);
	expect_order(one, two, -1);
}

Test(order, there_is_none)
{
	expect_error(rgc_int_new(1), rgc_str_new("1"), ENOTSUP);
	expect_error(rgc_float_new(1), rgc_list_new(), ENOTSUP);
	expect_error(rgc_tuple_new(0), rgc_list_new(), ENOTSUP);
	expect_error(rgc_dict_new(), rgc_dict_new(), ENOTSUP);
	expect_error(rgc_set_new(), rgc_set_new(), ENOTSUP);
	expect_error(pair(rgc_int_new(1), rgc_int_new(2)), pair(rgc_int_new(1), rgc_str_new("x")), ENOTSUP);
	rgc_auto rgc_list *a = rgc_list_new(), *b = rgc_list_new();
	cr_assert_eq(rgc_list_append(a, a) | rgc_list_append(b, b), 0);
	expect_error(rgc_ref(a), rgc_ref(b), ELOOP);
	rgc_list_clear(a);
	rgc_list_clear(b);
}

/* ---- types that have one ---- */

/* Is in order with others like it, and with integers; fails for 13. */
typedef struct money {
	RGC_HEAD;
	int64_t cents;
} money;
RGC_DECLARE_TYPE(money);

static int money_compare(const void *self, const void *other, int *order)
{
	int64_t cents = ((const money *)self)->cents, others;
	errno = cents == 13 ? EDOM : ENOTSUP;
	if (cents == 13 || (!RGC_IS(other, rgc_int) && !RGC_IS(other, money)))
		return -1;
	others = RGC_IS(other, money) ? ((const money *)other)->cents : rgc_int_get(other) * 100;
	*order = cents > others ? 1000 : cents < others ? -1000 : 0;
	return 0;
}

RGC_DEFINE_PUBLIC_TYPE((NULL, NULL, NULL, NULL, money_compare), money);

static money *money_new(int64_t cents)
{
	money *sum = rgc_new(money);
	sum->cents = cents;
	return sum;
}

Test(order, of_types_that_have_one)
{
	expect_order(money_new(1), money_new(2), -1);
	expect_order(money_new(150), rgc_int_new(1), 1);
	expect_order(money_new(50), rgc_int_new(1), -1);
	expect_order(money_new(100), rgc_int_new(1), 0);
	expect_error(money_new(1), rgc_float_new(1), ENOTSUP);
	expect_error(money_new(13), rgc_int_new(1), EDOM);
	rgc_auto money *bad = money_new(13);
	int order;
	cr_assert(rgc_compare(bad, bad, &order) == -1 && errno == EDOM);
}

/* ---- heaps ---- */

static void check_heap(const rgc_list *heap)
{
	for (ssize_t i = 1; i < (ssize_t)rgc_list_length(heap); i++)
		cr_assert_leq(id_of(rgc_list_get(heap, (i - 1) / 2)), id_of(rgc_list_get(heap, i)));
}

static int downwards(const void *a, const void *b, void *calls)
{
	++*(size_t *)calls;
	return (id_of(a) < id_of(b)) - (id_of(a) > id_of(b));
}

static rgc_list *random_list(size_t count, unsigned range)
{
	static unsigned long state = 3;
	rgc_list *list = rgc_list_new();
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(random_next(&state) % range)), 0);
	return list;
}

Test(order, of_what_comes_out_of_a_heap)
{
	for (size_t count = 0; count < 200; count += 7) {
		rgc_auto rgc_list *heap = random_list(count, 50), *sorted = rgc_list_from(heap);
		cr_assert_eq(rgc_list_sort(sorted, NULL, NULL), 0);
		cr_assert_eq(rgc_heapq_heapify(heap, NULL, NULL), 0);
		check_heap(heap);
		for (size_t i = 0; i < count; i++) {
			rgc_auto rgc_int *least = rgc_heapq_pop(heap, NULL, NULL);
			cr_assert_eq(id_of(least), id_of(rgc_list_get(sorted, (ssize_t)i)));
			check_heap(heap);
		}
		cr_assert(!rgc_heapq_pop(heap, NULL, NULL) && errno == ERANGE);
	}
}

Test(order, a_heap_takes_and_gives)
{
	rgc_auto rgc_list *heap = rgc_list_new();
	size_t calls = 0;
	for (int64_t i = 0; i < 100; i++) {
		rgc_auto rgc_int *item = rgc_int_new(i * 37 % 100 + 1000);
		cr_assert_eq(rgc_heapq_push(heap, item, downwards, &calls), 0);
	}
	rgc_auto rgc_int *small = rgc_int_new(500), *great = rgc_int_new(5000);
	rgc_auto rgc_int *same = rgc_heapq_pushpop(heap, great, downwards, &calls);
	cr_assert_eq(same, great);
	rgc_auto rgc_int *first = rgc_heapq_pushpop(heap, small, downwards, &calls);
	cr_assert_eq(id_of(first), 1099);
	rgc_auto rgc_int *second = rgc_heapq_replace(heap, great, downwards, &calls);
	cr_assert_eq(id_of(second), 1098);
	cr_assert_lt(calls, 900);
	rgc_list_clear(heap);
	cr_assert(!rgc_heapq_replace(heap, great, NULL, NULL) && errno == ERANGE);
	rgc_auto rgc_int *only = rgc_heapq_pushpop(heap, great, NULL, NULL);
	cr_assert_eq(only, great);
	cr_assert_eq(rgc_list_length(heap), 0);
}

static void expect_best(rgc_list *got, const char *expected)
{
	rgc_auto rgc_str *form = rgc_repr(got);
	cr_assert_str_eq(rgc_str_get(form), expected);
	rgc_decref(got);
}

Test(order, the_least_and_the_greatest)
{
	size_t calls = 0;
	rgc_auto rgc_list *list = rgc_list_new();
	for (int64_t i = 0; i < 40; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(i * 7 % 40)), 0);
	expect_best(rgc_heapq_nsmallest(0, list, NULL, NULL), "[]");
	expect_best(rgc_heapq_nlargest(3, list, NULL, NULL), "[39, 38, 37]");
	/* Those of a ten are equal, and come as they were. */
	expect_best(rgc_heapq_nsmallest(4, list, by_tens, &calls), "[0, 7, 2, 9]");
	expect_best(rgc_heapq_nlargest(4, list, by_tens, &calls), "[35, 30, 37, 32]");
	rgc_auto rgc_list *all = rgc_heapq_nsmallest(SIZE_MAX, list, NULL, NULL);
	cr_assert_eq(rgc_list_length(all), 40);
}

Test(order, the_least_of_a_stream_takes_little_memory)
{
	rgc_auto rgc_iterator *numbers = rgc_range(100000, 0, -1);
	size_t bytes = rgc_heap_bytes();
	rgc_auto rgc_list *least = rgc_heapq_nsmallest(3, numbers, NULL, NULL);
	cr_assert_lt(rgc_heap_bytes() - bytes, 500);
	cr_assert_eq(id_of(rgc_list_get(least, 2)), 3);
}

/* ---- sorted lists ---- */

Test(order, places_in_a_sorted_list)
{
	rgc_auto rgc_list *list = rgc_list_new(), *sorted = random_list(300, 40);
	for (ssize_t i = 0; i < 300; i++) {
		void *item = rgc_list_get(sorted, i);
		cr_assert_eq(i % 2 ? rgc_insort_left(list, item, NULL, NULL)
				   : rgc_insort_right(list, item, NULL, NULL),
			     0);
	}
	cr_assert_eq(rgc_list_sort(sorted, NULL, NULL), 0);
	cr_assert_eq(rgc_equal(list, sorted), 1);
	for (int64_t i = -1; i < 41; i++) {
		rgc_auto rgc_int *wanted = rgc_int_new(i);
		ssize_t left = rgc_bisect_left(list, wanted, NULL, NULL);
		ssize_t right = rgc_bisect_right(list, wanted, NULL, NULL);
		cr_assert(left == 0 || id_of(rgc_list_get(list, left - 1)) < i);
		cr_assert(right == 300 || id_of(rgc_list_get(list, right)) > i);
		for (ssize_t at = left; at < right; at++)
			cr_assert_eq(id_of(rgc_list_get(list, at)), i);
	}
	size_t calls = 0;
	rgc_auto rgc_int *zero = rgc_int_new(0);
	rgc_list_reverse(list);
	cr_assert_eq(rgc_bisect_right(list, zero, downwards, &calls), 300);
	cr_assert_leq(calls, 9);
}

/* ---- what may go wrong ---- */

static rgc_list *victim;

static int change_victim(const void *a, const void *b, void *clears)
{
	(void)a, (void)b;
	if (clears)
		rgc_list_clear(victim);
	else if (rgc_list_length(victim) < 1000)
		cr_assert_eq(rgc_list_append_steal(victim, rgc_int_new(1)), 0);
	return -1;
}

Test(order, bears_changes_while_it_compares)
{
	rgc_auto rgc_int *item = rgc_int_new(5000);
	for (int clears = 0; clears < 2; clears++) {
		void *data = clears ? item : NULL;
		for (int what = 0; what < 6; what++) {
			rgc_decref(victim);
			victim = random_list(9, 100);
			errno = 0;
			cr_assert(what == 0   ? rgc_heapq_heapify(victim, change_victim, data) == -1
				  : what == 1 ? rgc_heapq_push(victim, item, change_victim, data) == -1
				  : what == 2 ? rgc_heapq_pop(victim, change_victim, data) == NULL
				  : what == 3 ? rgc_heapq_replace(victim, item, change_victim, data) == NULL
				  : what == 4 ? rgc_heapq_pushpop(victim, item, change_victim, data) == NULL
					      : rgc_insort_left(victim, item, change_victim, data) == -1);
			cr_assert_eq(errno, EBUSY);
		}
	}
	rgc_clear(&victim);
	cr_assert_eq(rgc_refcount(item), 1);
}

Test(order, heaps_keep_their_items_when_there_is_no_order)
{
	for (int what = 0; what < 5; what++) {
		rgc_auto rgc_list *heap = random_list(9, 100);
		cr_assert_eq(rgc_heapq_heapify(heap, NULL, NULL), 0);
		rgc_auto rgc_str *text = rgc_str_new("text");
		rgc_auto rgc_int *zero = rgc_int_new(0);
		rgc_list_set(heap, 4, text);
		errno = 0;
		cr_assert(what == 0   ? rgc_heapq_heapify(heap, NULL, NULL) == -1
			  : what == 1 ? rgc_heapq_push(heap, zero, NULL, NULL) == -1
			  : what == 2 ? rgc_heapq_pushpop(heap, text, NULL, NULL) == NULL
			  : what == 3 ? rgc_heapq_replace(heap, text, NULL, NULL) == NULL
				      : rgc_heapq_nsmallest(2, heap, NULL, NULL) == NULL);
		cr_assert_eq(errno, ENOTSUP);
		cr_assert_eq(rgc_list_length(heap), what == 1 ? 10 : 9);
	}
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(order, says_where_memory_ended)
{
	rgc_set_pool(false);
	rgc_auto rgc_list *list = random_list(40, 1000);
	rgc_auto rgc_int *item = rgc_int_new(5000);
	for (int what = 0; what < 4; what++) {
		int result = -1;
		for (long left = 0; result; left++) {
			rgc_auto rgc_list *copy = rgc_list_slice(list, 0, SSIZE_MAX);
			errno = 0;
			allocations_left = left;
			rgc_auto rgc_list *made = what == 2   ? rgc_heapq_nsmallest(3, list, NULL, NULL)
						  : what == 3 ? rgc_heapq_nlargest(9, list, NULL, NULL)
							      : NULL;
			result = what == 0   ? rgc_heapq_push(copy, item, NULL, NULL)
				 : what == 1 ? rgc_insort_left(copy, item, NULL, NULL)
				 : made      ? 0
					     : -1;
			int error = errno;
			allocations_left = -1;
			cr_assert(result == 0 || error == ENOMEM);
			cr_assert(left > 0 || result, "operation %d allocates nothing", what);
		}
	}
	cr_assert_eq(rgc_verify(), 0);
}

/* Drops the list, whose only reference it has; the item is in it. */
static rgc_list *dropped;

static int compare_and_drop(const void *a, const void *b, void *data)
{
	(void)data;
	rgc_clear(&dropped);
	return (rgc_int_get(a) > rgc_int_get(b)) - (rgc_int_get(a) < rgc_int_get(b));
}

static rgc_list *list_of_large(int64_t first)
{
	dropped = rgc_list_new();
	for (int64_t i = 0; i < 3; i++)
		cr_assert_eq(rgc_list_append_steal(dropped, rgc_int_new(1000 * (first + i))), 0);
	return dropped;
}

Test(order, lists_that_only_compare_had_let_go_of)
{
	rgc_auto rgc_int *item = rgc_int_new(1500);
	cr_assert_eq(rgc_insort_left(list_of_large(1), item, compare_and_drop, NULL), 0);
	cr_assert_eq(rgc_insort_right(list_of_large(1), item, compare_and_drop, NULL), 0);
	rgc_auto rgc_int *first = rgc_heapq_pushpop(list_of_large(1), item, compare_and_drop, NULL);
	cr_assert_eq(rgc_int_get(first), 1000);
	rgc_list *list = list_of_large(1);
	rgc_auto rgc_int *other = rgc_heapq_pushpop(list, rgc_list_get(list, 2), compare_and_drop, NULL);
	cr_assert_eq(rgc_int_get(other), 1000);
	cr_assert_null(dropped);
}
