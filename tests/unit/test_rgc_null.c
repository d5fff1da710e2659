/*
 * test_rgc_null.c - NULL where the interface needs an object: every function fails, and says ENOMEM on if
 * that was the reason, else EINVAL.
 */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>

/* What became of a call, with errno 0 before it and then ENOMEM. */
static void expect_refused(const char *call, bool failed, int reason, bool failed_again, int reason_again)
{
	cr_expect(failed, "%s", call);
	cr_expect_eq(reason, EINVAL, "%s: %d", call, reason);
	cr_expect(failed_again, "%s, without memory", call);
	cr_expect_eq(reason_again, ENOMEM, "%s: %d", call, reason_again);
}

#define EXPECT(call, failure)                                                                                \
	do {                                                                                                 \
		errno = 0;                                                                                   \
		bool failed = (call) == (failure);                                                           \
		int reason = errno;                                                                          \
		errno = ENOMEM;                                                                              \
		bool failed_again = (call) == (failure);                                                     \
		expect_refused(#call, failed, reason, failed_again, errno);                                  \
	} while (0)
#define EXPECT_NOTHING(call) EXPECT(((call), 0), 0)

static rgc_int *one(void)
{
	return rgc_int_new(1);
}

Test(rgc_null, lists_and_tuples)
{
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto rgc_tuple *tuple = rgc_tuple_new(1);
	cr_assert_eq(rgc_list_append(list, one()), 0);
	EXPECT(rgc_list_length(NULL), 0);
	EXPECT(rgc_list_get(NULL, 0), NULL);
	EXPECT(rgc_list_ref(NULL, 0), NULL);
	EXPECT(rgc_list_set(NULL, 0, one()), -1);
	EXPECT(rgc_list_set(list, 0, NULL), -1);
	EXPECT(rgc_list_append(NULL, one()), -1);
	EXPECT(rgc_list_append(list, NULL), -1);
	EXPECT(rgc_list_append_steal(NULL, rgc_int_new(1000)), -1);
	EXPECT(rgc_list_append_steal(list, NULL), -1);
	EXPECT(rgc_list_insert(NULL, 0, one()), -1);
	EXPECT(rgc_list_insert(list, 0, NULL), -1);
	EXPECT(rgc_list_extend(NULL, list), -1);
	EXPECT(rgc_list_extend(list, NULL), -1);
	EXPECT(rgc_list_pop(NULL, 0), NULL);
	EXPECT(rgc_list_delete(NULL, 0), -1);
	EXPECT(rgc_list_find(NULL, one()), -1);
	EXPECT(rgc_list_find(list, NULL), -1);
	EXPECT(rgc_list_count(NULL, one()), -1);
	EXPECT(rgc_list_count(list, NULL), -1);
	EXPECT(rgc_list_remove(NULL, one()), -1);
	EXPECT(rgc_list_remove(list, NULL), -1);
	EXPECT(rgc_list_slice(NULL, 0, 1), NULL);
	EXPECT_NOTHING(rgc_list_reverse(NULL));
	EXPECT(rgc_list_sort(NULL, NULL, NULL), -1);
	EXPECT_NOTHING(rgc_list_clear(NULL));
	cr_assert_eq(rgc_list_length(list), 1);
	EXPECT(rgc_tuple_of(1, NULL), NULL);
	EXPECT(rgc_tuple_of(2, one(), NULL), NULL);
	EXPECT(rgc_tuple_init_steal(NULL, 0, rgc_int_new(1000)), -1);
	EXPECT(rgc_tuple_init_steal(tuple, 0, NULL), -1);
	EXPECT(rgc_tuple_length(NULL), 0);
	EXPECT(rgc_tuple_get(NULL, 0), NULL);
	EXPECT(rgc_tuple_ref(NULL, 0), NULL);
}

Test(rgc_null, dictionaries_and_sets)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_set *set = rgc_set_new();
	rgc_cursor cursor = {0, 0};
	void *key, *value;
	EXPECT(rgc_dict_length(NULL), 0);
	EXPECT(rgc_dict_get(NULL, one()), NULL);
	EXPECT(rgc_dict_get(dict, NULL), NULL);
	EXPECT(rgc_dict_get_text(NULL, "one"), NULL);
	EXPECT(rgc_dict_get_text(dict, NULL), NULL);
	EXPECT(rgc_dict_ref(NULL, one()), NULL);
	EXPECT(rgc_dict_contains(NULL, one()), -1);
	EXPECT(rgc_dict_contains(dict, NULL), -1);
	EXPECT(rgc_dict_set(NULL, one(), one()), -1);
	EXPECT(rgc_dict_set(dict, NULL, one()), -1);
	EXPECT(rgc_dict_set(dict, one(), NULL), -1);
	EXPECT(rgc_dict_set_default(NULL, one(), one()), NULL);
	EXPECT(rgc_dict_set_default(dict, NULL, one()), NULL);
	EXPECT(rgc_dict_set_default(dict, one(), NULL), NULL);
	EXPECT(rgc_dict_delete(NULL, one()), -1);
	EXPECT(rgc_dict_delete(dict, NULL), -1);
	EXPECT(rgc_dict_pop(NULL, one()), NULL);
	EXPECT(rgc_dict_pop(dict, NULL), NULL);
	EXPECT(rgc_dict_pop_item(NULL, true, &key, &value), -1);
	EXPECT(rgc_dict_update(NULL, dict), -1);
	EXPECT(rgc_dict_update(dict, NULL), -1);
	EXPECT(rgc_dict_copy(NULL), NULL);
	EXPECT_NOTHING(rgc_dict_clear(NULL));
	EXPECT(rgc_dict_next(NULL, &cursor, &key, &value), -1);
	cr_assert_eq(rgc_dict_length(dict), 0);
	EXPECT(rgc_set_length(NULL), 0);
	EXPECT(rgc_set_contains(NULL, one()), -1);
	EXPECT(rgc_set_contains(set, NULL), -1);
	EXPECT(rgc_set_add(NULL, one()), -1);
	EXPECT(rgc_set_add(set, NULL), -1);
	EXPECT(rgc_set_discard(NULL, one()), -1);
	EXPECT(rgc_set_discard(set, NULL), -1);
	EXPECT(rgc_set_pop(NULL), NULL);
	EXPECT(rgc_set_update(NULL, set), -1);
	EXPECT(rgc_set_update(set, NULL), -1);
	EXPECT(rgc_set_copy(NULL), NULL);
	EXPECT(rgc_set_intersection(NULL, set), NULL);
	EXPECT(rgc_set_intersection(set, NULL), NULL);
	EXPECT(rgc_set_difference(NULL, set), NULL);
	EXPECT(rgc_set_difference(set, NULL), NULL);
	EXPECT(rgc_set_union(NULL, set), NULL);
	EXPECT(rgc_set_union(set, NULL), NULL);
	EXPECT(rgc_set_symmetric_difference(NULL, set), NULL);
	EXPECT(rgc_set_symmetric_difference(set, NULL), NULL);
	EXPECT(rgc_set_is_superset(NULL, set), -1);
	EXPECT(rgc_set_is_superset(set, NULL), -1);
	EXPECT(rgc_set_is_disjoint(NULL, set), -1);
	EXPECT(rgc_set_is_disjoint(set, NULL), -1);
	EXPECT(rgc_set_is_subset(NULL, set), -1);
	EXPECT(rgc_set_is_subset(set, NULL), -1);
	EXPECT_NOTHING(rgc_set_clear(NULL));
	EXPECT(rgc_set_next(NULL, &cursor, &key), -1);
	cr_assert_eq(rgc_set_length(set), 0);
}

Test(rgc_null, weak_value_dicts)
{
	rgc_auto rgc_weak_value_dict *dict = rgc_weak_value_dict_new();
	rgc_auto rgc_str *text = rgc_str_new("text");
	rgc_cursor cursor = {0, 0};
	void *key, *value;
	EXPECT(rgc_weak_value_dict_length(NULL), 0);
	EXPECT(rgc_weak_value_dict_get(NULL, text), NULL);
	EXPECT(rgc_weak_value_dict_get(dict, NULL), NULL);
	EXPECT(rgc_weak_value_dict_ref(NULL, text), NULL);
	EXPECT(rgc_weak_value_dict_ref(dict, NULL), NULL);
	EXPECT(rgc_weak_value_dict_contains(NULL, text), -1);
	EXPECT(rgc_weak_value_dict_contains(dict, NULL), -1);
	EXPECT(rgc_weak_value_dict_set(NULL, text, text), -1);
	EXPECT(rgc_weak_value_dict_set(dict, NULL, text), -1);
	EXPECT(rgc_weak_value_dict_set(dict, text, NULL), -1);
	EXPECT(rgc_weak_value_dict_set_default(NULL, text, text), NULL);
	EXPECT(rgc_weak_value_dict_set_default(dict, NULL, text), NULL);
	EXPECT(rgc_weak_value_dict_set_default(dict, text, NULL), NULL);
	EXPECT(rgc_weak_value_dict_delete(NULL, text), -1);
	EXPECT(rgc_weak_value_dict_delete(dict, NULL), -1);
	EXPECT(rgc_weak_value_dict_pop(NULL, text), NULL);
	EXPECT(rgc_weak_value_dict_pop(dict, NULL), NULL);
	EXPECT(rgc_weak_value_dict_copy(NULL), NULL);
	EXPECT_NOTHING(rgc_weak_value_dict_clear(NULL));
	EXPECT(rgc_weak_value_dict_next(NULL, &cursor, &key, &value), -1);
	cr_assert_eq(rgc_weak_value_dict_length(dict), 0);
}

Test(rgc_null, weak_key_dicts)
{
	rgc_auto rgc_weak_key_dict *dict = rgc_weak_key_dict_new();
	rgc_auto rgc_str *text = rgc_str_new("text");
	rgc_cursor cursor = {0, 0};
	void *key, *value;
	EXPECT(rgc_weak_key_dict_length(NULL), 0);
	EXPECT(rgc_weak_key_dict_get(NULL, text), NULL);
	EXPECT(rgc_weak_key_dict_get(dict, NULL), NULL);
	EXPECT(rgc_weak_key_dict_ref(NULL, text), NULL);
	EXPECT(rgc_weak_key_dict_ref(dict, NULL), NULL);
	EXPECT(rgc_weak_key_dict_contains(NULL, text), -1);
	EXPECT(rgc_weak_key_dict_contains(dict, NULL), -1);
	EXPECT(rgc_weak_key_dict_set(NULL, text, text), -1);
	EXPECT(rgc_weak_key_dict_set(dict, NULL, text), -1);
	EXPECT(rgc_weak_key_dict_set(dict, text, NULL), -1);
	EXPECT(rgc_weak_key_dict_set_default(NULL, text, text), NULL);
	EXPECT(rgc_weak_key_dict_set_default(dict, NULL, text), NULL);
	EXPECT(rgc_weak_key_dict_set_default(dict, text, NULL), NULL);
	EXPECT(rgc_weak_key_dict_delete(NULL, text), -1);
	EXPECT(rgc_weak_key_dict_delete(dict, NULL), -1);
	EXPECT(rgc_weak_key_dict_pop(NULL, text), NULL);
	EXPECT(rgc_weak_key_dict_pop(dict, NULL), NULL);
	EXPECT(rgc_weak_key_dict_copy(NULL), NULL);
	EXPECT_NOTHING(rgc_weak_key_dict_clear(NULL));
	EXPECT(rgc_weak_key_dict_next(NULL, &cursor, &key, &value), -1);
	cr_assert_eq(rgc_weak_key_dict_length(dict), 0);
}

Test(rgc_null, weak_sets)
{
	rgc_auto rgc_weak_set *set = rgc_weak_set_new();
	rgc_auto rgc_str *text = rgc_str_new("text");
	rgc_cursor cursor = {0, 0};
	void *item;
	EXPECT(rgc_weak_set_length(NULL), 0);
	EXPECT(rgc_weak_set_contains(NULL, text), -1);
	EXPECT(rgc_weak_set_contains(set, NULL), -1);
	EXPECT(rgc_weak_set_add(NULL, text), -1);
	EXPECT(rgc_weak_set_add(set, NULL), -1);
	EXPECT(rgc_weak_set_discard(NULL, text), -1);
	EXPECT(rgc_weak_set_discard(set, NULL), -1);
	EXPECT(rgc_weak_set_pop(NULL), NULL);
	EXPECT(rgc_weak_set_copy(NULL), NULL);
	EXPECT_NOTHING(rgc_weak_set_clear(NULL));
	EXPECT(rgc_weak_set_next(NULL, &cursor, &item), -1);
	cr_assert_eq(rgc_weak_set_length(set), 0);
}

Test(rgc_null, values)
{
	rgc_auto rgc_str *text = rgc_str_new("text");
	EXPECT(rgc_str_new(NULL), NULL);
	EXPECT(rgc_str_concat(NULL, text), NULL);
	EXPECT(rgc_str_concat(text, NULL), NULL);
	EXPECT(rgc_str_get(NULL), NULL);
	EXPECT(rgc_str_length(NULL), 0);
	EXPECT(rgc_str_compare(NULL, text), 0);
	EXPECT(rgc_str_compare(text, NULL), 0);
	EXPECT(rgc_int_get(NULL), 0);
	EXPECT(rgc_float_get(NULL), 0);
	EXPECT(rgc_bool_get(NULL), false);
	EXPECT(rgc_capsule_get(NULL, "name"), NULL);
}

Test(rgc_null, bytes)
{
	rgc_auto rgc_bytes *bytes = rgc_bytes_new(NULL, 0);
	EXPECT(rgc_bytes_new(NULL, 1), NULL);
	EXPECT(rgc_bytes_get(NULL), NULL);
	EXPECT(rgc_bytes_length(NULL), 0);
	EXPECT(rgc_bytes_compare(NULL, bytes), 0);
	EXPECT(rgc_bytes_compare(bytes, NULL), 0);
	EXPECT(rgc_bytes_concat(NULL, bytes), NULL);
	EXPECT(rgc_bytes_concat(bytes, NULL), NULL);
	EXPECT(rgc_bytes_slice(NULL, 0, 1), NULL);
	EXPECT(rgc_bytes_find(NULL, bytes, 0, 1), -1);
	EXPECT(rgc_bytes_find(bytes, NULL, 0, 1), -1);
}

Test(rgc_null, frozensets)
{
	rgc_auto rgc_frozenset *set = rgc_frozenset_of(0);
	rgc_cursor cursor = {0, 0};
	void *item;
	EXPECT(rgc_frozenset_new(NULL), NULL);
	EXPECT(rgc_frozenset_of(1, NULL), NULL);
	EXPECT(rgc_frozenset_of(2, one(), NULL), NULL);
	EXPECT(rgc_frozenset_thaw(NULL), NULL);
	EXPECT(rgc_frozenset_length(NULL), 0);
	EXPECT(rgc_frozenset_contains(NULL, one()), -1);
	EXPECT(rgc_frozenset_contains(set, NULL), -1);
	EXPECT(rgc_frozenset_union(NULL, set), NULL);
	EXPECT(rgc_frozenset_union(set, NULL), NULL);
	EXPECT(rgc_frozenset_intersection(NULL, set), NULL);
	EXPECT(rgc_frozenset_intersection(set, NULL), NULL);
	EXPECT(rgc_frozenset_difference(NULL, set), NULL);
	EXPECT(rgc_frozenset_difference(set, NULL), NULL);
	EXPECT(rgc_frozenset_symmetric_difference(NULL, set), NULL);
	EXPECT(rgc_frozenset_symmetric_difference(set, NULL), NULL);
	EXPECT(rgc_frozenset_is_subset(NULL, set), -1);
	EXPECT(rgc_frozenset_is_subset(set, NULL), -1);
	EXPECT(rgc_frozenset_next(NULL, &cursor, &item), -1);
}

Test(rgc_null, deques)
{
	rgc_auto rgc_deque *deque = rgc_deque_new(2);
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_cursor cursor = {0, 0};
	void *item;
	cr_assert_eq(rgc_deque_append(deque, one()), 0);
	EXPECT(rgc_deque_copy(NULL), NULL);
	EXPECT(rgc_deque_length(NULL), 0);
	EXPECT(rgc_deque_maxlen(NULL), 0);
	EXPECT(rgc_deque_get(NULL, 0), NULL);
	EXPECT(rgc_deque_ref(NULL, 0), NULL);
	EXPECT(rgc_deque_set(NULL, 0, one()), -1);
	EXPECT(rgc_deque_set(deque, 0, NULL), -1);
	EXPECT(rgc_deque_append(NULL, one()), -1);
	EXPECT(rgc_deque_append(deque, NULL), -1);
	EXPECT(rgc_deque_append_left(NULL, one()), -1);
	EXPECT(rgc_deque_append_left(deque, NULL), -1);
	EXPECT(rgc_deque_append_steal(NULL, rgc_int_new(1000)), -1);
	EXPECT(rgc_deque_append_steal(deque, NULL), -1);
	EXPECT(rgc_deque_append_left_steal(NULL, rgc_int_new(1000)), -1);
	EXPECT(rgc_deque_append_left_steal(deque, NULL), -1);
	EXPECT(rgc_deque_pop(NULL), NULL);
	EXPECT(rgc_deque_pop_left(NULL), NULL);
	EXPECT(rgc_deque_extend(NULL, list), -1);
	EXPECT(rgc_deque_extend(deque, NULL), -1);
	EXPECT(rgc_deque_extend_left(NULL, list), -1);
	EXPECT(rgc_deque_extend_left(deque, NULL), -1);
	EXPECT(rgc_deque_rotate(NULL, 1), -1);
	EXPECT(rgc_deque_find(NULL, one()), -1);
	EXPECT(rgc_deque_find(deque, NULL), -1);
	EXPECT(rgc_deque_remove(NULL, one()), -1);
	EXPECT(rgc_deque_remove(deque, NULL), -1);
	EXPECT(rgc_deque_delete(NULL, 0), -1);
	EXPECT_NOTHING(rgc_deque_clear(NULL));
	EXPECT(rgc_deque_next(NULL, &cursor, &item), -1);
	cr_assert_eq(rgc_deque_length(deque), 1);
}

Test(rgc_null, functions_that_consume_references)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_set *set = rgc_set_new();
	EXPECT(rgc_dict_set_steal(NULL, rgc_int_new(1000), rgc_int_new(1000)), -1);
	EXPECT(rgc_dict_set_steal(dict, NULL, rgc_int_new(1000)), -1);
	EXPECT(rgc_dict_set_steal(dict, rgc_int_new(1000), NULL), -1);
	EXPECT(rgc_dict_move_to_end(NULL, one(), true), -1);
	EXPECT(rgc_dict_move_to_end(dict, NULL, true), -1);
	EXPECT(rgc_set_add_steal(NULL, rgc_int_new(1000)), -1);
	EXPECT(rgc_set_add_steal(set, NULL), -1);
	EXPECT(rgc_tuple_of_steal(1, NULL), NULL);
	EXPECT(rgc_tuple_of_steal(2, rgc_int_new(1000), NULL), NULL);
}

static void *make_one(void *data)
{
	(void)data;
	return one();
}

Test(rgc_null, defaultdicts_and_counters)
{
	rgc_auto rgc_defaultdict *defaultdict = rgc_defaultdict_new(make_one, NULL);
	rgc_auto rgc_counter *counter = rgc_counter_new();
	rgc_cursor cursor = {0, 0};
	void *key;
	int64_t count;
	EXPECT(rgc_defaultdict_copy(NULL), NULL);
	EXPECT(rgc_defaultdict_get(NULL, one()), NULL);
	EXPECT(rgc_defaultdict_get(defaultdict, NULL), NULL);
	EXPECT(rgc_defaultdict_dict(NULL), NULL);
	EXPECT(rgc_counter_copy(NULL), NULL);
	EXPECT(rgc_counter_length(NULL), 0);
	EXPECT(rgc_counter_get(NULL, one(), &count), -1);
	EXPECT(rgc_counter_get(counter, NULL, &count), -1);
	EXPECT(rgc_counter_set(NULL, one(), 1), -1);
	EXPECT(rgc_counter_set(counter, NULL, 1), -1);
	EXPECT(rgc_counter_add(NULL, one(), 1), -1);
	EXPECT(rgc_counter_add(counter, NULL, 1), -1);
	EXPECT(rgc_counter_discard(NULL, one()), -1);
	EXPECT(rgc_counter_discard(counter, NULL), -1);
	EXPECT(rgc_counter_update(NULL, counter), -1);
	EXPECT(rgc_counter_update(counter, NULL), -1);
	EXPECT(rgc_counter_subtract(NULL, counter), -1);
	EXPECT(rgc_counter_subtract(counter, NULL), -1);
	EXPECT(rgc_counter_total(NULL, &count), -1);
	EXPECT(rgc_counter_most_common(NULL, NULL, 0), 0);
	EXPECT(rgc_counter_plus(NULL, counter), NULL);
	EXPECT(rgc_counter_plus(counter, NULL), NULL);
	EXPECT(rgc_counter_minus(NULL, counter), NULL);
	EXPECT(rgc_counter_minus(counter, NULL), NULL);
	EXPECT(rgc_counter_union(NULL, counter), NULL);
	EXPECT(rgc_counter_union(counter, NULL), NULL);
	EXPECT(rgc_counter_intersection(NULL, counter), NULL);
	EXPECT(rgc_counter_intersection(counter, NULL), NULL);
	EXPECT_NOTHING(rgc_counter_clear(NULL));
	EXPECT(rgc_counter_next(NULL, &cursor, &key, &count), -1);
	cr_assert_eq(rgc_counter_length(counter), 0);
}

Test(rgc_null, arrays)
{
	rgc_auto rgc_array *array = rgc_array_new('i');
	int64_t integer;
	double real;
	EXPECT(rgc_array_typecode(NULL), 0);
	EXPECT(rgc_array_item_size(NULL), 0);
	EXPECT(rgc_array_length(NULL), 0);
	EXPECT(rgc_array_data(NULL), NULL);
	EXPECT(rgc_array_get_int(NULL, 0, &integer), -1);
	EXPECT(rgc_array_get_float(NULL, 0, &real), -1);
	EXPECT(rgc_array_ref(NULL, 0), NULL);
	EXPECT(rgc_array_set_int(NULL, 0, 1), -1);
	EXPECT(rgc_array_set_float(NULL, 0, 1), -1);
	EXPECT(rgc_array_append_int(NULL, 1), -1);
	EXPECT(rgc_array_append_float(NULL, 1), -1);
	EXPECT(rgc_array_extend(NULL, array), -1);
	EXPECT(rgc_array_extend(array, NULL), -1);
	EXPECT(rgc_array_extend_data(NULL, "text", 1), -1);
	EXPECT(rgc_array_extend_data(array, NULL, 1), -1);
	EXPECT(rgc_array_delete(NULL, 0), -1);
	EXPECT_NOTHING(rgc_array_clear(NULL));
	cr_assert_eq(rgc_array_length(array), 0);
}

static int give_nothing(void *data, void **item)
{
	(void)data, (void)item;
	return 0;
}

static void *give_item(void *item, void *data)
{
	(void)data;
	return rgc_ref((rgc_object *)item);
}

static int take_item(void *item, void *data)
{
	(void)item, (void)data;
	return 1;
}

Test(rgc_null, iterators)
{
	void *item;
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto rgc_set *set = rgc_set_new();
	rgc_auto rgc_iterator *none = rgc_iterator_new(give_nothing, NULL);
	EXPECT(rgc_iter(NULL), NULL);
	EXPECT(rgc_iter_next(NULL, &item), -1);
	EXPECT(rgc_iter_next(none, NULL), -1);
	EXPECT(rgc_next(NULL), NULL);
	EXPECT(rgc_list_from(NULL), NULL);
	EXPECT(rgc_list_extend_from(NULL, list), -1);
	EXPECT(rgc_list_extend_from(list, NULL), -1);
	EXPECT(rgc_tuple_from(NULL), NULL);
	EXPECT(rgc_set_from(NULL), NULL);
	EXPECT(rgc_set_update_from(NULL, list), -1);
	EXPECT(rgc_set_update_from(set, NULL), -1);
	EXPECT(rgc_dict_keys(NULL), NULL);
	EXPECT(rgc_dict_values(NULL), NULL);
	EXPECT(rgc_dict_items(NULL), NULL);
	EXPECT(rgc_map(NULL, give_item, NULL), NULL);
	EXPECT(rgc_filter(NULL, take_item, NULL), NULL);
	EXPECT(rgc_chain(2, list, NULL), NULL);
	EXPECT(rgc_chain_from(NULL), NULL);
	EXPECT(rgc_islice(NULL, 0, 1, 1), NULL);
	EXPECT(rgc_enumerate(NULL, 0), NULL);
	EXPECT(rgc_zip(2, list, NULL), NULL);
}

Test(rgc_null, order)
{
	int order;
	rgc_auto rgc_list *list = rgc_list_new();
	EXPECT(rgc_compare(NULL, one(), &order), -1);
	EXPECT(rgc_compare(one(), NULL, &order), -1);
	EXPECT(rgc_compare(one(), one(), NULL), -1);
	EXPECT(rgc_heapq_heapify(NULL, NULL, NULL), -1);
	EXPECT(rgc_heapq_push(NULL, one(), NULL, NULL), -1);
	EXPECT(rgc_heapq_push(list, NULL, NULL, NULL), -1);
	EXPECT(rgc_heapq_pop(NULL, NULL, NULL), NULL);
	EXPECT(rgc_heapq_replace(NULL, one(), NULL, NULL), NULL);
	EXPECT(rgc_heapq_replace(list, NULL, NULL, NULL), NULL);
	EXPECT(rgc_heapq_pushpop(NULL, one(), NULL, NULL), NULL);
	EXPECT(rgc_heapq_pushpop(list, NULL, NULL, NULL), NULL);
	EXPECT(rgc_heapq_nsmallest(1, NULL, NULL, NULL), NULL);
	EXPECT(rgc_heapq_nlargest(1, NULL, NULL, NULL), NULL);
	EXPECT(rgc_bisect_left(NULL, one(), NULL, NULL), -1);
	EXPECT(rgc_bisect_left(list, NULL, NULL, NULL), -1);
	EXPECT(rgc_bisect_right(NULL, one(), NULL, NULL), -1);
	EXPECT(rgc_bisect_right(list, NULL, NULL, NULL), -1);
	EXPECT(rgc_insort_left(NULL, one(), NULL, NULL), -1);
	EXPECT(rgc_insort_left(list, NULL, NULL, NULL), -1);
	EXPECT(rgc_insort_right(NULL, one(), NULL, NULL), -1);
	EXPECT(rgc_insort_right(list, NULL, NULL, NULL), -1);
	cr_assert_eq(rgc_list_length(list), 0);
}

__attribute__((format(printf, 2, 3))) static int add_format(rgc_builder *builder, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int result = rgc_builder_add_vformat(builder, format, arguments);
	va_end(arguments);
	return result;
}

Test(rgc_null, text)
{
	rgc_auto rgc_builder *builder = rgc_builder_new();
	rgc_auto rgc_str *text = rgc_str_new("text");
	rgc_auto rgc_list *list = rgc_list_new();
	EXPECT(rgc_builder_add(NULL, text), -1);
	EXPECT(rgc_builder_add(builder, NULL), -1);
	EXPECT(rgc_builder_add_text(NULL, "text"), -1);
	EXPECT(rgc_builder_add_text(builder, NULL), -1);
	EXPECT(rgc_builder_add_bytes(NULL, "text", 4), -1);
	EXPECT(rgc_builder_add_bytes(builder, NULL, 4), -1);
	EXPECT(rgc_builder_add_format(NULL, "%d", 1), -1);
	EXPECT(add_format(NULL, "%d", 1), -1);
	EXPECT(rgc_builder_add_repr(NULL, text), -1);
	EXPECT(rgc_builder_add_repr(builder, NULL), -1);
	EXPECT(rgc_builder_length(NULL), 0);
	EXPECT(rgc_builder_finish(NULL), NULL);
	EXPECT(rgc_str_join(NULL, list), NULL);
	EXPECT(rgc_str_join(" ", NULL), NULL);
	EXPECT(rgc_str_split(NULL, " ", -1), NULL);
	EXPECT(rgc_str_strip(NULL, NULL), NULL);
	EXPECT(rgc_str_lstrip(NULL, NULL), NULL);
	EXPECT(rgc_str_rstrip(NULL, NULL), NULL);
	EXPECT(rgc_str_slice(NULL, 0, 1), NULL);
	EXPECT(rgc_str_starts_with(NULL, ""), false);
	EXPECT(rgc_str_starts_with(text, NULL), false);
	EXPECT(rgc_str_ends_with(NULL, ""), false);
	EXPECT(rgc_str_ends_with(text, NULL), false);
	EXPECT(rgc_str_find(NULL, "", 0), -1);
	EXPECT(rgc_str_find(text, NULL, 0), -1);
	EXPECT(rgc_str_replace(NULL, "a", "b", -1), NULL);
	EXPECT(rgc_str_replace(text, NULL, "b", -1), NULL);
	EXPECT(rgc_str_replace(text, "a", NULL, -1), NULL);
	EXPECT(rgc_str_intern(NULL), NULL);
	EXPECT(rgc_str_new_interned(NULL), NULL);
	cr_assert_eq(rgc_builder_length(builder), 0);
}

static void *give_one(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)arguments, (void)keywords, (void)data;
	return one();
}

Test(rgc_null, caches_and_weak_references)
{
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(give_one, NULL, 10, false);
	rgc_auto rgc_tuple *arguments = rgc_tuple_of(1, one());
	errno = 0;
	cr_assert(!rgc_lru_cache_new(NULL, NULL, 10, false) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_lru_cache_new_shared(NULL, NULL, 10, false) && errno == EINVAL);
	EXPECT(rgc_lru_cache_call(NULL, arguments, NULL), NULL);
	EXPECT(rgc_lru_cache_call(cache, NULL, NULL), NULL);
	EXPECT(rgc_lru_cache_call1(NULL, one()), NULL);
	EXPECT(rgc_lru_cache_call1(cache, NULL), NULL);
	EXPECT(rgc_lru_cache_info(NULL).currsize, 0);
	EXPECT_NOTHING(rgc_lru_cache_clear(NULL));
	EXPECT_NOTHING(rgc_lru_cache_parameters(NULL, NULL, NULL));
	EXPECT(rgc_lru_cache_wrapped(NULL, NULL), NULL);
	EXPECT(rgc_lru_cache_set_name(NULL, "name"), -1);
	EXPECT(rgc_lru_cache_get_name(NULL), NULL);
	EXPECT(rgc_cached((guard *)NULL, next, NULL), NULL);
	EXPECT(rgc_sizeof(NULL), 0);
	EXPECT(rgc_weak_new(NULL, NULL, NULL), NULL);
	EXPECT(rgc_weak_get(NULL), NULL);
	EXPECT(rgc_weak_ref(NULL), NULL);
	EXPECT(rgc_weak_count(NULL), 0);
}

static void ignore(void *argument)
{
	(void)argument;
}

Test(rgc_null, functions_at_the_end)
{
	rgc_auto rgc_str *text = rgc_str_new("text");
	EXPECT(rgc_at_end_new(NULL, ignore, NULL), NULL);
	errno = 0;
	cr_assert(!rgc_at_end_new(text, NULL, NULL) && errno == EINVAL);
	EXPECT(rgc_at_end_call(NULL), -1);
	EXPECT(rgc_at_end_detach(NULL), -1);
	EXPECT(rgc_at_end_is_alive(NULL), false);
	EXPECT(rgc_at_end_peek(NULL, NULL, NULL), NULL);
	EXPECT_NOTHING(rgc_at_end_set_at_exit(NULL, true));
	EXPECT(rgc_at_end_get_at_exit(NULL), false);
}

Test(rgc_null, what_holds_for_all_objects)
{
	size_t hash;
	EXPECT(rgc_hash(NULL, &hash), -1);
	EXPECT(rgc_equal(NULL, one()), -1);
	EXPECT(rgc_equal(one(), NULL), -1);
	EXPECT(rgc_refcount(NULL), 0);
	EXPECT(rgc_share(NULL), NULL);
	EXPECT(rgc_is_shared(NULL), false);
	EXPECT_NOTHING(rgc_make_immortal(NULL));
	EXPECT(rgc_get_referents(NULL, NULL, 0), 0);
	EXPECT(rgc_is_tracked(NULL), false);
	EXPECT(rgc_is_finalized(NULL), false);
	EXPECT_NOTHING(rgc_track(NULL));
	EXPECT_NOTHING(rgc_untrack(NULL));
	EXPECT_NOTHING(rgc_track_child(NULL, one()));
	cr_assert(!RGC_IS(NULL, rgc_list));
	/* What has no object to begin with. */
	errno = 0;
	rgc_incref(NULL);
	rgc_decref(NULL);
	rgc_auto rgc_str *form = rgc_repr(NULL);
	cr_assert_str_eq(rgc_str_get(form), "NULL");
	cr_assert_eq(errno, 0);
}
