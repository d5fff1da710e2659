/*
 * no_text.h - a C string in place of an object does not compile: rgc_dict_get(dict, "key").  Where it gets
 * through, as in rgc_tuple_of, librgc-debug says so.  Part of mprof/rgc.h.
 *
 * For each function that takes any object, the same again, for calls alone: in C a macro of its name that
 * looks at the argument's type, in C++ an overload that is not there to be called.
 */
#ifndef MPROF_RGC_NO_TEXT_H
#define MPROF_RGC_NO_TEXT_H

#include <mprof/rgc/at_end.h>
#include <mprof/rgc/counter.h>
#include <mprof/rgc/defaultdict.h>
#include <mprof/rgc/deque.h>
#include <mprof/rgc/iter.h>
#include <mprof/rgc/lru_cache.h>
#include <mprof/rgc/weak_containers.h>
#include <mprof/rgc/order.h>
#include <mprof/rgc/text.h>

#ifndef __cplusplus

#define RGC_OBJECT_(pointer)                                                                                 \
	((void)sizeof(struct {                                                                               \
		 _Static_assert(_Generic((pointer), char * : 0, const char * : 0, default : 1),              \
				"a C string is no object: rgc_str_new makes one of it");                     \
		 char rgc_unused_;                                                                           \
	 }),                                                                                                 \
	 (pointer))

#define rgc_list_set(list, index, item) rgc_list_set((list), (index), RGC_OBJECT_(item))
#define rgc_list_append(list, item) rgc_list_append((list), RGC_OBJECT_(item))
#define rgc_list_append_steal(list, item) rgc_list_append_steal((list), RGC_OBJECT_(item))
#define rgc_list_insert(list, index, item) rgc_list_insert((list), (index), RGC_OBJECT_(item))
#define rgc_list_find(list, item) rgc_list_find((list), RGC_OBJECT_(item))
#define rgc_tuple_init_steal(tuple, index, item) rgc_tuple_init_steal((tuple), (index), RGC_OBJECT_(item))
#define rgc_dict_get(dict, key) rgc_dict_get((dict), RGC_OBJECT_(key))
#define rgc_dict_ref(dict, key) rgc_dict_ref((dict), RGC_OBJECT_(key))
#define rgc_dict_contains(dict, key) rgc_dict_contains((dict), RGC_OBJECT_(key))
#define rgc_dict_set(dict, key, value) rgc_dict_set((dict), RGC_OBJECT_(key), RGC_OBJECT_(value))
#define rgc_dict_set_default(dict, key, value)                                                               \
	rgc_dict_set_default((dict), RGC_OBJECT_(key), RGC_OBJECT_(value))
#define rgc_dict_delete(dict, key) rgc_dict_delete((dict), RGC_OBJECT_(key))
#define rgc_dict_pop(dict, key) rgc_dict_pop((dict), RGC_OBJECT_(key))
#define rgc_set_contains(set, item) rgc_set_contains((set), RGC_OBJECT_(item))
#define rgc_set_add(set, item) rgc_set_add((set), RGC_OBJECT_(item))
#define rgc_set_discard(set, item) rgc_set_discard((set), RGC_OBJECT_(item))
#define rgc_lru_cache_call1(cache, argument) rgc_lru_cache_call1((cache), RGC_OBJECT_(argument))
#define rgc_at_end_new(object, function, argument)                                                           \
	rgc_at_end_new(RGC_OBJECT_(object), (function), RGC_OBJECT_(argument))
#define rgc_weak_value_dict_get(dict, key) rgc_weak_value_dict_get((dict), RGC_OBJECT_(key))
#define rgc_weak_value_dict_ref(dict, key) rgc_weak_value_dict_ref((dict), RGC_OBJECT_(key))
#define rgc_weak_value_dict_contains(dict, key) rgc_weak_value_dict_contains((dict), RGC_OBJECT_(key))
#define rgc_weak_value_dict_set(dict, key, value)                                                            \
	rgc_weak_value_dict_set((dict), RGC_OBJECT_(key), RGC_OBJECT_(value))
#define rgc_weak_value_dict_set_default(dict, key, value)                                                    \
	rgc_weak_value_dict_set_default((dict), RGC_OBJECT_(key), RGC_OBJECT_(value))
#define rgc_weak_value_dict_delete(dict, key) rgc_weak_value_dict_delete((dict), RGC_OBJECT_(key))
#define rgc_weak_value_dict_pop(dict, key) rgc_weak_value_dict_pop((dict), RGC_OBJECT_(key))
#define rgc_weak_key_dict_get(dict, key) rgc_weak_key_dict_get((dict), RGC_OBJECT_(key))
#define rgc_weak_key_dict_ref(dict, key) rgc_weak_key_dict_ref((dict), RGC_OBJECT_(key))
#define rgc_weak_key_dict_contains(dict, key) rgc_weak_key_dict_contains((dict), RGC_OBJECT_(key))
#define rgc_weak_key_dict_set(dict, key, value)                                                              \
	rgc_weak_key_dict_set((dict), RGC_OBJECT_(key), RGC_OBJECT_(value))
#define rgc_weak_key_dict_set_default(dict, key, value)                                                      \
	rgc_weak_key_dict_set_default((dict), RGC_OBJECT_(key), RGC_OBJECT_(value))
#define rgc_weak_key_dict_delete(dict, key) rgc_weak_key_dict_delete((dict), RGC_OBJECT_(key))
#define rgc_weak_key_dict_pop(dict, key) rgc_weak_key_dict_pop((dict), RGC_OBJECT_(key))
#define rgc_weak_set_contains(set, item) rgc_weak_set_contains((set), RGC_OBJECT_(item))
#define rgc_weak_set_add(set, item) rgc_weak_set_add((set), RGC_OBJECT_(item))
#define rgc_weak_set_discard(set, item) rgc_weak_set_discard((set), RGC_OBJECT_(item))

#define rgc_deque_set(deque, index, item) rgc_deque_set((deque), (index), RGC_OBJECT_(item))
#define rgc_deque_append(deque, item) rgc_deque_append((deque), RGC_OBJECT_(item))
#define rgc_deque_append_left(deque, item) rgc_deque_append_left((deque), RGC_OBJECT_(item))
#define rgc_deque_append_steal(deque, item) rgc_deque_append_steal((deque), RGC_OBJECT_(item))
#define rgc_deque_append_left_steal(deque, item) rgc_deque_append_left_steal((deque), RGC_OBJECT_(item))
#define rgc_deque_find(deque, item) rgc_deque_find((deque), RGC_OBJECT_(item))
#define rgc_deque_remove(deque, item) rgc_deque_remove((deque), RGC_OBJECT_(item))
#define rgc_frozenset_contains(set, item) rgc_frozenset_contains((set), RGC_OBJECT_(item))
#define rgc_set_add_steal(set, item) rgc_set_add_steal((set), RGC_OBJECT_(item))
#define rgc_dict_move_to_end(dict, key, last) rgc_dict_move_to_end((dict), RGC_OBJECT_(key), (last))
#define rgc_defaultdict_get(defaultdict, key) rgc_defaultdict_get((defaultdict), RGC_OBJECT_(key))
#define rgc_counter_get(counter, key, count) rgc_counter_get((counter), RGC_OBJECT_(key), (count))
#define rgc_counter_set(counter, key, count) rgc_counter_set((counter), RGC_OBJECT_(key), (count))
#define rgc_counter_add(counter, key, count) rgc_counter_add((counter), RGC_OBJECT_(key), (count))
#define rgc_counter_discard(counter, key) rgc_counter_discard((counter), RGC_OBJECT_(key))
#define rgc_dict_set_steal(dict, key, value) rgc_dict_set_steal((dict), RGC_OBJECT_(key), RGC_OBJECT_(value))
#define rgc_list_count(list, item) rgc_list_count((list), RGC_OBJECT_(item))
#define rgc_list_remove(list, item) rgc_list_remove((list), RGC_OBJECT_(item))
#define rgc_iter(iterable) rgc_iter(RGC_OBJECT_(iterable))
#define rgc_list_from(iterable) rgc_list_from(RGC_OBJECT_(iterable))
#define rgc_list_extend_from(list, iterable) rgc_list_extend_from((list), RGC_OBJECT_(iterable))
#define rgc_tuple_from(iterable) rgc_tuple_from(RGC_OBJECT_(iterable))
#define rgc_set_from(iterable) rgc_set_from(RGC_OBJECT_(iterable))
#define rgc_set_update_from(set, iterable) rgc_set_update_from((set), RGC_OBJECT_(iterable))
#define rgc_map(iterable, function, data) rgc_map(RGC_OBJECT_(iterable), (function), (data))
#define rgc_filter(iterable, function, data) rgc_filter(RGC_OBJECT_(iterable), (function), (data))
#define rgc_chain_from(iterables) rgc_chain_from(RGC_OBJECT_(iterables))
#define rgc_islice(iterable, start, stop, step) rgc_islice(RGC_OBJECT_(iterable), (start), (stop), (step))
#define rgc_enumerate(iterable, start) rgc_enumerate(RGC_OBJECT_(iterable), (start))
#define rgc_compare(a, b, order) rgc_compare(RGC_OBJECT_(a), RGC_OBJECT_(b), (order))
#define rgc_heapq_push(list, item, compare, data) rgc_heapq_push((list), RGC_OBJECT_(item), (compare), (data))
#define rgc_heapq_replace(list, item, compare, data)                                                         \
	rgc_heapq_replace((list), RGC_OBJECT_(item), (compare), (data))
#define rgc_heapq_pushpop(list, item, compare, data)                                                         \
	rgc_heapq_pushpop((list), RGC_OBJECT_(item), (compare), (data))
#define rgc_bisect_left(list, item, compare, data)                                                           \
	rgc_bisect_left((list), RGC_OBJECT_(item), (compare), (data))
#define rgc_bisect_right(list, item, compare, data)                                                          \
	rgc_bisect_right((list), RGC_OBJECT_(item), (compare), (data))
#define rgc_insort_left(list, item, compare, data)                                                           \
	rgc_insort_left((list), RGC_OBJECT_(item), (compare), (data))
#define rgc_insort_right(list, item, compare, data)                                                          \
	rgc_insort_right((list), RGC_OBJECT_(item), (compare), (data))
#define rgc_heapq_nsmallest(count, iterable, compare, data)                                                  \
	rgc_heapq_nsmallest((count), RGC_OBJECT_(iterable), (compare), (data))
#define rgc_heapq_nlargest(count, iterable, compare, data)                                                   \
	rgc_heapq_nlargest((count), RGC_OBJECT_(iterable), (compare), (data))
#define rgc_builder_add_repr(builder, object) rgc_builder_add_repr((builder), RGC_OBJECT_(object))
#define rgc_str_join(separator, iterable) rgc_str_join((separator), RGC_OBJECT_(iterable))

#else

/* Templates, so that NULL goes where it went. */
template <int = 0> void rgc_list_set(rgc_list *, ssize_t, const char *) = delete;
template <int = 0> void rgc_list_append(rgc_list *, const char *) = delete;
template <int = 0> void rgc_list_append_steal(rgc_list *, const char *) = delete;
template <int = 0> void rgc_list_insert(rgc_list *, ssize_t, const char *) = delete;
template <int = 0> void rgc_list_find(const rgc_list *, const char *) = delete;
template <int = 0> void rgc_tuple_init_steal(rgc_tuple *, size_t, const char *) = delete;
template <int = 0> void rgc_dict_get(const rgc_dict *, const char *) = delete;
template <int = 0> void rgc_dict_ref(const rgc_dict *, const char *) = delete;
template <int = 0> void rgc_dict_contains(const rgc_dict *, const char *) = delete;
template <int = 0> void rgc_dict_set(rgc_dict *, const char *, const void *) = delete;
template <int = 0> void rgc_dict_set(rgc_dict *, const void *, const char *) = delete;
template <int = 0> void rgc_dict_set_default(rgc_dict *, const char *, const void *) = delete;
template <int = 0> void rgc_dict_set_default(rgc_dict *, const void *, const char *) = delete;
template <int = 0> void rgc_dict_delete(rgc_dict *, const char *) = delete;
template <int = 0> void rgc_dict_pop(rgc_dict *, const char *) = delete;
template <int = 0> void rgc_set_contains(const rgc_set *, const char *) = delete;
template <int = 0> void rgc_set_add(rgc_set *, const char *) = delete;
template <int = 0> void rgc_set_discard(rgc_set *, const char *) = delete;
template <int = 0> void rgc_lru_cache_call1(rgc_lru_cache *, const char *) = delete;
template <int = 0> void rgc_at_end_new(const char *, rgc_at_end_function, const void *) = delete;
template <int = 0> void rgc_at_end_new(const void *, rgc_at_end_function, const char *) = delete;
template <int = 0> void rgc_weak_value_dict_get(const rgc_weak_value_dict *, const char *) = delete;
template <int = 0> void rgc_weak_value_dict_ref(const rgc_weak_value_dict *, const char *) = delete;
template <int = 0> void rgc_weak_value_dict_contains(const rgc_weak_value_dict *, const char *) = delete;
template <int = 0> void rgc_weak_value_dict_set(rgc_weak_value_dict *, const char *, const void *) = delete;
template <int = 0> void rgc_weak_value_dict_set(rgc_weak_value_dict *, const void *, const char *) = delete;
template <int = 0>
void rgc_weak_value_dict_set_default(rgc_weak_value_dict *, const char *, const void *) = delete;
template <int = 0>
void rgc_weak_value_dict_set_default(rgc_weak_value_dict *, const void *, const char *) = delete;
template <int = 0> void rgc_weak_value_dict_delete(rgc_weak_value_dict *, const char *) = delete;
template <int = 0> void rgc_weak_value_dict_pop(rgc_weak_value_dict *, const char *) = delete;
template <int = 0> void rgc_weak_key_dict_get(const rgc_weak_key_dict *, const char *) = delete;
template <int = 0> void rgc_weak_key_dict_ref(const rgc_weak_key_dict *, const char *) = delete;
template <int = 0> void rgc_weak_key_dict_contains(const rgc_weak_key_dict *, const char *) = delete;
template <int = 0> void rgc_weak_key_dict_set(rgc_weak_key_dict *, const char *, const void *) = delete;
template <int = 0> void rgc_weak_key_dict_set(rgc_weak_key_dict *, const void *, const char *) = delete;
template <int = 0>
void rgc_weak_key_dict_set_default(rgc_weak_key_dict *, const char *, const void *) = delete;
template <int = 0>
void rgc_weak_key_dict_set_default(rgc_weak_key_dict *, const void *, const char *) = delete;
template <int = 0> void rgc_weak_key_dict_delete(rgc_weak_key_dict *, const char *) = delete;
template <int = 0> void rgc_weak_key_dict_pop(rgc_weak_key_dict *, const char *) = delete;
template <int = 0> void rgc_weak_set_contains(const rgc_weak_set *, const char *) = delete;
template <int = 0> void rgc_weak_set_add(rgc_weak_set *, const char *) = delete;
template <int = 0> void rgc_weak_set_discard(rgc_weak_set *, const char *) = delete;

template <int = 0> void rgc_deque_set(rgc_deque *, ssize_t, const char *) = delete;
template <int = 0> void rgc_deque_append(rgc_deque *, const char *) = delete;
template <int = 0> void rgc_deque_append_left(rgc_deque *, const char *) = delete;
template <int = 0> void rgc_deque_append_steal(rgc_deque *, const char *) = delete;
template <int = 0> void rgc_deque_append_left_steal(rgc_deque *, const char *) = delete;
template <int = 0> void rgc_deque_find(const rgc_deque *, const char *) = delete;
template <int = 0> void rgc_deque_remove(rgc_deque *, const char *) = delete;
template <int = 0> void rgc_frozenset_contains(const rgc_frozenset *, const char *) = delete;
template <int = 0> void rgc_set_add_steal(rgc_set *, const char *) = delete;
template <int = 0> void rgc_dict_move_to_end(rgc_dict *, const char *, bool) = delete;
template <int = 0> void rgc_defaultdict_get(rgc_defaultdict *, const char *) = delete;
template <int = 0> void rgc_counter_get(const rgc_counter *, const char *, int64_t *) = delete;
template <int = 0> void rgc_counter_set(rgc_counter *, const char *, int64_t) = delete;
template <int = 0> void rgc_counter_add(rgc_counter *, const char *, int64_t) = delete;
template <int = 0> void rgc_counter_discard(rgc_counter *, const char *) = delete;
template <int = 0> void rgc_dict_set_steal(rgc_dict *, const char *, const void *) = delete;
template <int = 0> void rgc_dict_set_steal(rgc_dict *, const void *, const char *) = delete;
template <int = 0> void rgc_list_count(const rgc_list *, const char *) = delete;
template <int = 0> void rgc_list_remove(rgc_list *, const char *) = delete;
template <int = 0> void rgc_iter(const char *) = delete;
template <int = 0> void rgc_list_from(const char *) = delete;
template <int = 0> void rgc_list_extend_from(rgc_list *, const char *) = delete;
template <int = 0> void rgc_tuple_from(const char *) = delete;
template <int = 0> void rgc_set_from(const char *) = delete;
template <int = 0> void rgc_set_update_from(rgc_set *, const char *) = delete;
template <int = 0> void rgc_map(const char *, rgc_map_function, void *) = delete;
template <int = 0> void rgc_filter(const char *, rgc_filter_function, void *) = delete;
template <int = 0> void rgc_chain_from(const char *) = delete;
template <int = 0> void rgc_islice(const char *, ssize_t, ssize_t, ssize_t) = delete;
template <int = 0> void rgc_enumerate(const char *, int64_t) = delete;
template <int = 0> void rgc_compare(const char *, const void *, int *) = delete;
template <int = 0> void rgc_compare(const void *, const char *, int *) = delete;
template <int = 0> void rgc_heapq_push(rgc_list *, const char *, rgc_compare_function, void *) = delete;
template <int = 0> void rgc_heapq_replace(rgc_list *, const char *, rgc_compare_function, void *) = delete;
template <int = 0> void rgc_heapq_pushpop(rgc_list *, const char *, rgc_compare_function, void *) = delete;
template <int = 0> void rgc_insort_left(rgc_list *, const char *, rgc_compare_function, void *) = delete;
template <int = 0> void rgc_insort_right(rgc_list *, const char *, rgc_compare_function, void *) = delete;
template <int = 0>
void rgc_bisect_left(const rgc_list *, const char *, rgc_compare_function, void *) = delete;
template <int = 0>
void rgc_bisect_right(const rgc_list *, const char *, rgc_compare_function, void *) = delete;
template <int = 0> void rgc_heapq_nsmallest(size_t, const char *, rgc_compare_function, void *) = delete;
template <int = 0> void rgc_heapq_nlargest(size_t, const char *, rgc_compare_function, void *) = delete;
template <int = 0> void rgc_builder_add_repr(rgc_builder *, const char *) = delete;
template <int = 0> void rgc_str_join(const char *, const char *) = delete;

#endif

#endif
