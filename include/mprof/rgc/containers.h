/*
 * containers.h - lists, tuples, dictionaries and sets of objects.  Part of mprof/rgc.h.
 *
 * Items are objects of any type of the same heap (or shared, or immortal), never NULL unless said so.  A
 * container increfs what it takes in; it stores first and drops last, so that user code that runs meanwhile
 * finds it whole. A container is tracked from the moment it first holds a tracked object.
 *
 * Indexes count from 0; negative ones from the end.  A bad one is ERANGE.
 *
 * Dictionaries and sets call hash and equal, and report their errors; if these change the container
 * meanwhile, the operation starts again or fails with EBUSY.
 *
 * Costs are those of the container's own work, n its length: what hash, equal, and the ends of objects that
 * are dropped cost comes on top.  "O(1) on average" is over many operations, where arrays and tables grow by
 * parts of their size, and over hashes, which are as good as the types' hash functions.  Arrays give memory
 * back when they are less than half full; tables when they are next made anew.  All belong to one heap, and
 * so to one thread at a time.
 */
#ifndef MPROF_RGC_CONTAINERS_H
#define MPROF_RGC_CONTAINERS_H

#include <mprof/rgc/type.h>

#include <stdbool.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_list rgc_list;
typedef struct rgc_tuple rgc_tuple;
typedef struct rgc_dict rgc_dict;
typedef struct rgc_set rgc_set; /* the macro rgc_set(slot, value) only takes effect before a parenthesis */
typedef struct rgc_frozenset rgc_frozenset;
RGC_DECLARE_TYPE(rgc_list) RGC_API;
RGC_DECLARE_TYPE(rgc_tuple) RGC_API;
RGC_DECLARE_TYPE(rgc_dict) RGC_API;
RGC_DECLARE_TYPE(rgc_set) RGC_API;
RGC_DECLARE_TYPE(rgc_frozenset) RGC_API;

/* ---- rgc_list: a growing array ---- */

/* An empty list, owned; NULL with ENOMEM.  O(1). */
RGC_API rgc_list *rgc_list_new(void) RGC_WARN_UNUSED;
/* O(1). */
RGC_API size_t rgc_list_length(const rgc_list *list);
/* The item, borrowed, or a new reference; NULL with ERANGE.  O(1). */
RGC_API void *rgc_list_get(const rgc_list *list, ssize_t index);
RGC_API void *rgc_list_ref(const rgc_list *list, ssize_t index) RGC_WARN_UNUSED;
/* The item as one of the type `name`, borrowed; NULL with ERANGE, or EINVAL if it is of another (RGC_AS). */
#define rgc_list_get_as(list, index, name) RGC_AS(rgc_list_get((list), (index)), name)
/* Replaces an item, and drops the old one: 0, or -1 with ERANGE.  O(1). */
RGC_API int rgc_list_set(rgc_list *list, ssize_t index, void *item);
/* Adds an item at the end: 0, or -1 with ENOMEM.  O(1) on average. */
RGC_API int rgc_list_append(rgc_list *list, void *item);
/* The same, consuming the caller's reference, on failure too: rgc_list_append_steal(list, rgc_int_new(7)). */
RGC_API int rgc_list_append_steal(rgc_list *list, void *item);
/* Adds an item before that of the index, which is clamped as Python's is: 0, or -1 with ENOMEM.  O(n). */
RGC_API int rgc_list_insert(rgc_list *list, ssize_t index, void *item);
/* Adds all items of another list, or of itself: 0, or -1 with ENOMEM.  O(length of the other). */
RGC_API int rgc_list_extend(rgc_list *list, const rgc_list *other);
/* Removes an item and returns it, owned; NULL with ERANGE.  Index -1 is the last.  O(items behind it). */
RGC_API void *rgc_list_pop(rgc_list *list, ssize_t index) RGC_WARN_UNUSED;
/* Removes an item and drops it: 0, or -1 with ERANGE.  O(items behind it). */
RGC_API int rgc_list_delete(rgc_list *list, ssize_t index);
/* The first item that is equal: its index; -1 with ENOENT or the error of equal.  O(n). */
RGC_API ssize_t rgc_list_find(const rgc_list *list, const void *item);
/* How many are equal; -1 with the error of equal.  O(n). */
RGC_API ssize_t rgc_list_count(const rgc_list *list, const void *item);
/* Removes the first item that is equal, and drops it: 0, or -1 as rgc_list_find.  O(n). */
RGC_API int rgc_list_remove(rgc_list *list, const void *item);
/* A new list of items [from, to), bounds as Python's; owned; NULL with ENOMEM.  O(to - from). */
RGC_API rgc_list *rgc_list_slice(const rgc_list *list, ssize_t from, ssize_t to) RGC_WARN_UNUSED;
/* In place; cannot fail.  O(n). */
RGC_API void rgc_list_reverse(rgc_list *list);
/* In place, and stable.  The list is empty for others while `compare` runs, which must return: 0, or -1 with
 * EBUSY if they fill it, or ENOMEM.  O(n log n) calls of compare; O(n) if the items are in a few sequences
 * that ascend, or descend strictly.  `compare` may be NULL for rgc_compare, whose first error is that of the
 * sort, with the items in some order; several times as fast if all are rgc_int, or all are rgc_str. */
RGC_API int rgc_list_sort(rgc_list *list, int (*compare)(const void *a, const void *b, void *data),
			  void *data);
/* Drops all items, the last first, once the list is empty.  O(n). */
RGC_API void rgc_list_clear(rgc_list *list);

/* ---- rgc_tuple: a fixed array ---- */

/* Of `count` items, NULL at first, to be filled with rgc_tuple_init_steal before others see it; owned; NULL
 * with ENOMEM.  O(count). */
RGC_API rgc_tuple *rgc_tuple_new(size_t count) RGC_WARN_UNUSED;
/* Of `count` arguments, all objects, borrowed; owned; NULL with ENOMEM, or EINVAL if one is NULL.  O(count).
 */
RGC_API rgc_tuple *rgc_tuple_of(size_t count, ...) RGC_WARN_UNUSED;
/* The same, consuming the arguments' references, on failure too:
 *
 *     rgc_tuple *point = rgc_tuple_of_steal(2, rgc_int_new(x), rgc_int_new(y));
 */
RGC_API rgc_tuple *rgc_tuple_of_steal(size_t count, ...) RGC_WARN_UNUSED;
/* Fills a place, consuming the reference, on failure too: 0, or -1 with ERANGE.  O(1). */
RGC_API int rgc_tuple_init_steal(rgc_tuple *tuple, size_t index, void *item);
/* O(1). */
RGC_API size_t rgc_tuple_length(const rgc_tuple *tuple);
/* The item, borrowed, or a new reference; NULL with ERANGE, or where the place was never filled.  O(1). */
RGC_API void *rgc_tuple_get(const rgc_tuple *tuple, ssize_t index);
RGC_API void *rgc_tuple_ref(const rgc_tuple *tuple, ssize_t index) RGC_WARN_UNUSED;
/* The item as one of the type `name`, as rgc_list_get_as. */
#define rgc_tuple_get_as(tuple, index, name) RGC_AS(rgc_tuple_get((tuple), (index)), name)

/* ---- rgc_dict: key to value, in order of insertion ---- */

/* An empty dictionary, owned; NULL with ENOMEM.  O(1). */
RGC_API rgc_dict *rgc_dict_new(void) RGC_WARN_UNUSED;
/* O(1). */
RGC_API size_t rgc_dict_length(const rgc_dict *dict);
/* The value of a key: borrowed, or a new reference; NULL with ENOENT or the error of hash or equal.  O(1) on
 * average. */
RGC_API void *rgc_dict_get(const rgc_dict *dict, const void *key);
RGC_API void *rgc_dict_ref(const rgc_dict *dict, const void *key) RGC_WARN_UNUSED;
/* The value as one of the type `name`, borrowed; NULL as above, or with EINVAL if it is of another (RGC_AS).
 *
 *     rgc_list *list = rgc_dict_get_as(dict, key, rgc_list);
 */
#define rgc_dict_get_as(dict, key, name) RGC_AS(rgc_dict_get((dict), (key)), name)
/* The value whose key is the string of that text, which ends at its first 0: borrowed; NULL with ENOENT.  No
 * object is made for it, no other type's key is compared, and no user code runs.  O(length of the text) on
 * average. */
RGC_API void *rgc_dict_get_text(const rgc_dict *dict, const char *text);
/* The same as one of the type `name`, borrowed; NULL as above, or with EINVAL if it is of another (RGC_AS).
 */
#define rgc_dict_get_text_as(dict, text, name) RGC_AS(rgc_dict_get_text((dict), (text)), name)
/* Whether there is the key: 1, 0, or -1 with the error of hash or equal.  O(1) on average. */
RGC_API int rgc_dict_contains(const rgc_dict *dict, const void *key);
/* Adds or replaces (an equal key stays, in its place): 0, or -1 with ENOMEM or the error of hash or equal.
 * O(1) on average. */
RGC_API int rgc_dict_set(rgc_dict *dict, void *key, void *value);
/* The same, consuming the references to both, on failure too. */
RGC_API int rgc_dict_set_steal(rgc_dict *dict, void *key, void *value);
/* The value of the key, borrowed, after adding `value` if there was none; NULL with ENOMEM or the error of
 * hash or equal.  O(1) on average. */
RGC_API void *rgc_dict_set_default(rgc_dict *dict, void *key, void *value);
/* Removes a key, and drops it and its value: 0, or -1 with ENOENT or the error of hash or equal.  O(1) on
 * average. */
RGC_API int rgc_dict_delete(rgc_dict *dict, const void *key);
/* Removes a key and returns its value, owned; NULL with ENOENT or the error of hash or equal.  O(1) on
 * average. */
RGC_API void *rgc_dict_pop(rgc_dict *dict, const void *key) RGC_WARN_UNUSED;
/* Removes the newest (last) or oldest pair; both owned by the caller: 0, or -1 with ENOENT.  O(1) on average.
 */
RGC_API int rgc_dict_pop_item(rgc_dict *dict, bool last, void **key, void **value) RGC_WARN_UNUSED;
/* Makes a key the newest (last) or oldest, as if it had come after or before all others: 0, or -1 with
 * ENOENT, ENOMEM and nothing done, or the error of hash or equal.  O(1) on average. */
RGC_API int rgc_dict_move_to_end(rgc_dict *dict, const void *key, bool last);
/* Adds all pairs of another, or nothing of itself: 0, or -1 with ENOMEM, EBUSY if equal changes the other, or
 * the error of equal; what was added by then stays.  O(length of the other) on average. */
RGC_API int rgc_dict_update(rgc_dict *dict, const rgc_dict *other);
/* A new dictionary of the same pairs, owned; NULL with ENOMEM.  O(n); calls neither hash nor equal. */
RGC_API rgc_dict *rgc_dict_copy(const rgc_dict *dict) RGC_WARN_UNUSED;
/* Drops all pairs, once the dictionary is empty.  O(n). */
RGC_API void rgc_dict_clear(rgc_dict *dict);

/* A place in a dictionary or set; all zero is the beginning. */
typedef struct rgc_cursor {
	size_t position, version;
} rgc_cursor;

/* The next pair, borrowed (key or value may be NULL): 1, 0 at the end, -1 with EBUSY if keys came or went.
 * O(1) on average over a whole walk. rgc_cursor at = {0, 0}; while (rgc_dict_next(dict, &at, &key, &value) ==
 * 1) ... */
RGC_API int rgc_dict_next(const rgc_dict *dict, rgc_cursor *cursor, void **key, void **value);

/* ---- rgc_set: a hash set ---- */

/* An empty set, owned; NULL with ENOMEM.  O(1). */
RGC_API rgc_set *rgc_set_new(void) RGC_WARN_UNUSED;
/* O(1). */
RGC_API size_t rgc_set_length(const rgc_set *set);
/* Whether there is an equal item: 1, 0, or -1 with the error of hash or equal.  O(1) on average. */
RGC_API int rgc_set_contains(const rgc_set *set, const void *item);
/* 1 if added, 0 if there was an equal one, or -1 with ENOMEM or the error of hash or equal.  O(1) on average.
 */
RGC_API int rgc_set_add(rgc_set *set, void *item);
/* The same, consuming the caller's reference, whatever the result. */
RGC_API int rgc_set_add_steal(rgc_set *set, void *item);
/* 1 if removed, 0 if there was none, or -1 with the error of hash or equal.  O(1) on average. */
RGC_API int rgc_set_discard(rgc_set *set, const void *item);
/* The newest item, removed, owned; NULL with ENOENT.  O(1) on average. */
RGC_API void *rgc_set_pop(rgc_set *set) RGC_WARN_UNUSED;
/* Adds all items of another: 0, or -1 as rgc_dict_update.  O(length of the other) on average. */
RGC_API int rgc_set_update(rgc_set *set, const rgc_set *other);
/* A new set of the same items, owned; NULL with ENOMEM.  O(n); calls neither hash nor equal. */
RGC_API rgc_set *rgc_set_copy(const rgc_set *set) RGC_WARN_UNUSED;
/* A new set of the items that both have, those of the smaller one, of `b` if they are of one length; owned;
 * NULL with ENOMEM, EBUSY if equal changes one, or the error of equal.  O(length of the smaller) on average.
 */
RGC_API rgc_set *rgc_set_intersection(const rgc_set *a, const rgc_set *b) RGC_WARN_UNUSED;
/* A new set of the items of `a` that are not in `b`; owned; NULL as above.  O(length of a) on average. */
RGC_API rgc_set *rgc_set_difference(const rgc_set *a, const rgc_set *b) RGC_WARN_UNUSED;
/* A new set of the items of both; or of those that only one of them has; owned; NULL as above.  O(length of
 * both) on average. */
RGC_API rgc_set *rgc_set_union(const rgc_set *a, const rgc_set *b) RGC_WARN_UNUSED;
RGC_API rgc_set *rgc_set_symmetric_difference(const rgc_set *a, const rgc_set *b) RGC_WARN_UNUSED;
/* 1 if every item of `a` is in `b`, 0, or -1 with EBUSY or the error of equal.  O(length of a) on average. */
RGC_API int rgc_set_is_subset(const rgc_set *a, const rgc_set *b);
/* The same of every item of `b` in `a`. */
RGC_API int rgc_set_is_superset(const rgc_set *a, const rgc_set *b);
/* 1 if no item of one is in the other, 0, or -1 as above.  O(length of the smaller) on average. */
RGC_API int rgc_set_is_disjoint(const rgc_set *a, const rgc_set *b);
/* Drops all items, once the set is empty.  O(n). */
RGC_API void rgc_set_clear(rgc_set *set);
/* The next item, borrowed, as rgc_dict_next. */
RGC_API int rgc_set_next(const rgc_set *set, rgc_cursor *cursor, void **item);

/* ---- rgc_frozenset: a set that never changes ---- */

/* Of the items of a set, frozen or not; owned; NULL with ENOMEM, or EINVAL if it is neither.  O(n); calls
 * neither hash nor equal.  It is hashable, so it can be a key and an item, and equal to every set of the same
 * items, frozen or not. */
RGC_API rgc_frozenset *rgc_frozenset_new(const void *items) RGC_WARN_UNUSED;
/* Of `count` arguments, all objects, borrowed; owned; NULL with ENOMEM, the error of hash or equal, or EINVAL
 * if one is NULL.  O(count) on average. */
RGC_API rgc_frozenset *rgc_frozenset_of(size_t count, ...) RGC_WARN_UNUSED;
/* A set of the same items that can be changed, owned; NULL with ENOMEM.  O(n). */
RGC_API rgc_set *rgc_frozenset_thaw(const rgc_frozenset *set) RGC_WARN_UNUSED;
/* O(1). */
RGC_API size_t rgc_frozenset_length(const rgc_frozenset *set);
/* As rgc_set_contains. */
RGC_API int rgc_frozenset_contains(const rgc_frozenset *set, const void *item);
/* New ones of the items that either has, that both have, that only `a` has, and that one of them has but not
 * the other; owned; NULL with ENOMEM, EBUSY if `b` changes, EINVAL if it is no set, frozen or not, or the
 * error of equal.  O(length of both) on average. */
RGC_API rgc_frozenset *rgc_frozenset_union(const rgc_frozenset *a, const void *b) RGC_WARN_UNUSED;
RGC_API rgc_frozenset *rgc_frozenset_intersection(const rgc_frozenset *a, const void *b) RGC_WARN_UNUSED;
RGC_API rgc_frozenset *rgc_frozenset_difference(const rgc_frozenset *a, const void *b) RGC_WARN_UNUSED;
RGC_API rgc_frozenset *rgc_frozenset_symmetric_difference(const rgc_frozenset *a,
							  const void *b) RGC_WARN_UNUSED;
/* As rgc_set_is_subset. */
RGC_API int rgc_frozenset_is_subset(const rgc_frozenset *a, const void *b);
/* The next item, borrowed, in the order in which they came: 1, or 0 at the end. */
RGC_API int rgc_frozenset_next(const rgc_frozenset *set, rgc_cursor *cursor, void **item);

#ifdef __cplusplus
}
#endif

#endif
