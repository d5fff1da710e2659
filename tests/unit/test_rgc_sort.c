/* Tests of rgc_list_sort: its order, its number of comparisons, and what it bears. */
#include "rgc_keys.h"
#include "rgc_model.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

Test(sort, sorts_with_few_comparisons)
{
	static const size_t counts[] = {0, 1, 2, 15, 16, 17, 33, 1000, 4096};
	unsigned long state = 7;
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		static struct model model;
		rgc_auto rgc_list *list = rgc_list_new();
		model.count = 0;
		for (size_t i = 0; i < counts[c] && i < MODEL_MAX; i++) {
			model.ids[model.count++] = random_next(&state) % 1000;
			cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(model.ids[i])), 0);
		}
		size_t calls = 0;
		cr_assert_eq(rgc_list_sort(list, by_tens, &calls), 0);
		cr_assert_leq(calls, model.count * 14);
		model_sort(&model);
		check_same(list, &model);
		calls = 0;
		cr_assert_eq(rgc_list_sort(list, by_tens, &calls), 0);
		cr_assert_eq(calls, model.count ? model.count - 1 : 0);
		check_same(list, &model);
	}
}

/* What lies in a list before it is sorted: item `i` of `count`. */
static long laid_out(int pattern, size_t i, size_t count, unsigned long *state)
{
	long at = (long)i;
	switch (pattern) {
	case 0: /* falling, in which no two are equal */
		return 10 * ((long)count - at);
	case 1: /* falling, with equals */
		return 4 * ((long)count - at);
	case 2: /* saw teeth, both ways */
		return at % 100 < 50 ? at % 100 * 7 : (100 - at % 100) * 9;
	case 3: /* a few at the end that are not in order */
		return i + 5 < count ? 3 * at : random_next(state) % 4000;
	case 4: /* runs of any lengths */
		return random_next(state) % 50 ? 20 * at : random_next(state) % 80000;
	case 5: /* all equal */
		return 7;
	default: /* two runs that are interleaved */
		return i < count / 2 ? 20 * at : 20 * (at - (long)count / 2) + 10;
	}
}
#define PATTERNS 7

static rgc_list *lay_out(int pattern, size_t count, struct model *model)
{
	unsigned long state = 11;
	rgc_list *list = rgc_list_new();
	model->count = count;
	for (size_t i = 0; i < count; i++) {
		model->ids[i] = laid_out(pattern, i, count, &state);
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(model->ids[i])), 0);
	}
	return list;
}

Test(sort, sorts_what_is_partly_in_order)
{
	static const size_t counts[] = {2, 31, 32, 33, 64, 500, 3999};
	static struct model model;
	for (int pattern = 0; pattern < PATTERNS; pattern++)
		for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
			rgc_auto rgc_list *list = lay_out(pattern, counts[c], &model);
			size_t calls = 0;
			cr_assert_eq(rgc_list_sort(list, by_tens, &calls), 0);
			cr_assert_leq(calls, counts[c] * 14);
			cr_assert(pattern != 0 || calls == counts[c] - 1, "%zu calls for %zu", calls,
				  counts[c]);
			model_sort(&model);
			check_same(list, &model);
		}
}

/* Neighbours are in order, and equals in that in which they were made: `before` has them all. */
static void check_by_value(const rgc_list *list, const rgc_list *before)
{
	for (ssize_t i = 1; i < (ssize_t)rgc_list_length(list); i++) {
		const void *left = rgc_list_get(list, i - 1), *right = rgc_list_get(list, i);
		cr_assert_leq(id_of(left), id_of(right));
		if (id_of(left) != id_of(right))
			continue;
		ssize_t at = 0;
		while (rgc_list_get(before, at) != left)
			cr_assert_neq(rgc_list_get(before, at++), right);
	}
}

Test(sort, sorts_numbers_by_value)
{
	static struct model model;
	for (int pattern = 0; pattern < PATTERNS; pattern++) {
		rgc_auto rgc_list *list = lay_out(pattern, 900, &model);
		for (int i = 0; i < 40; i++) /* which are objects of their own, unlike small ones */
			cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(i % 2 ? INT64_MIN : INT64_MAX)),
				     0);
		rgc_auto rgc_list *before = rgc_list_slice(list, 0, SSIZE_MAX);
		cr_assert_eq(rgc_list_sort(list, NULL, NULL), 0);
		check_by_value(list, before);
	}
}

Test(sort, sorts_strings_by_value)
{
	static const char *const texts[] = {"b", "", "ab", "a", "abc", "\xc3\xa4", "B"};
	static const char *const sorted[] = {"", "B", "a", "ab", "abc", "b", "\xc3\xa4"};
	rgc_auto rgc_list *list = rgc_list_new();
	for (size_t i = 0; i < 7; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_str_new(texts[i])), 0);
	cr_assert_eq(rgc_list_sort(list, NULL, NULL), 0);
	for (ssize_t i = 0; i < 7; i++)
		cr_assert_str_eq(rgc_str_get(rgc_list_get_as(list, i, rgc_str)), sorted[i]);
}

/* A tuple that is less the greater its number is, of lists that are equal; or a list, which has no order
 * with tuples. */
static void *tuple_or_list(int64_t number)
{
	rgc_auto rgc_list *list = rgc_list_new();
	if (number < 0)
		return rgc_ref(list);
	rgc_auto rgc_float *second = rgc_float_new((double)-number);
	return rgc_tuple_of(2, list, second);
}

Test(sort, asks_types_for_their_order)
{
	rgc_auto rgc_list *list = rgc_list_new();
	for (int64_t i = 0; i < 100; i++)
		cr_assert_eq(rgc_list_append_steal(list, tuple_or_list(i * 37 % 100)), 0);
	cr_assert_eq(rgc_list_sort(list, NULL, NULL), 0);
	for (ssize_t i = 0; i < 100; i++)
		cr_assert_eq(rgc_float_get(rgc_tuple_get(rgc_list_get(list, i), 1)), (double)(i - 99));
}

Test(sort, fails_where_there_is_no_order)
{
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_sort(list, NULL, NULL), 0);
	cr_assert_eq(rgc_list_append_steal(list, rgc_set_new()), 0);
	cr_assert_eq(rgc_list_sort(list, NULL, NULL), 0); /* nothing is asked */
	rgc_list_clear(list);
	for (int64_t i = 0; i < 100; i++)
		cr_assert_eq(rgc_list_append_steal(list, tuple_or_list(i == 60 ? -1 : i * 37 % 100)), 0);
	cr_assert(rgc_list_sort(list, NULL, NULL) == -1 && errno == ENOTSUP);
	cr_assert_eq(rgc_list_length(list), 100);
	rgc_auto rgc_set *seen = rgc_set_new();
	for (ssize_t i = 0; i < 100; i++)
		if (!RGC_IS(rgc_list_get(list, i), rgc_list))
			cr_assert_eq(rgc_set_add(seen, rgc_tuple_get(rgc_list_get(list, i), 1)), 1);
	cr_assert_eq(rgc_set_length(seen), 99);
	cr_assert_eq(rgc_verify(), 0);
}

static int disturb(const void *a, const void *b, void *data)
{
	(void)a;
	(void)b;
	rgc_list *list = data;
	cr_assert_leq(rgc_list_length(list), 1);
	if (!rgc_list_length(list))
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(1)), 0);
	rgc_collect(2);
	return -1; /* no order at all */
}

static int drop_slot(const void *a, const void *b, void *slot)
{
	(void)a;
	(void)b;
	rgc_clear((rgc_list **)slot);
	return 0;
}

Test(sort, keeps_its_items_when_the_list_is_filled_meanwhile)
{
	rgc_list *list = rgc_list_new();
	for (int i = 0; i < 100; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(1000 + i)), 0);
	cr_assert(rgc_list_sort(list, disturb, list) == -1 && errno == EBUSY);
	cr_assert_eq(rgc_list_length(list), 100);
	bool seen[100] = {false};
	for (int i = 0; i < 100; i++)
		seen[id_of(rgc_list_get(list, i)) - 1000] = true;
	for (int i = 0; i < 100; i++)
		cr_assert(seen[i]);
	cr_assert_eq(rgc_list_sort(list, drop_slot, &list), 0);
	cr_assert_null(list);
	cr_assert_eq(rgc_verify(), 0);
}

Test(sort, does_nothing_without_memory)
{
	rgc_auto rgc_list *list = rgc_list_new();
	for (int i = 0; i < 40; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(1040 - i)), 0);
	for (int by_value = 0; by_value < 2; by_value++) {
		size_t calls = 0;
		allocations_left = 0;
		int result = rgc_list_sort(list, by_value ? NULL : by_tens, &calls);
		allocations_left = -1;
		cr_assert(result == -1 && errno == ENOMEM);
		for (int i = 0; i < 40; i++)
			cr_assert_eq(id_of(rgc_list_get(list, i)), 1040 - i);
	}
}
