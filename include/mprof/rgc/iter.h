/*
 * iter.h - iterators: items one after the other, each made when it is asked for.  Part of mprof/rgc.h.
 *
 * What Python does in a chain of generators takes one object for each step here, however many items go
 * through it:
 *
 *     rgc_auto rgc_iterator *numbers = rgc_range(0, 1000000, 1);
 *     rgc_auto rgc_iterator *squares = rgc_map(numbers, square, NULL);
 *     rgc_auto rgc_iterator *some = rgc_filter(squares, is_odd, NULL);
 *     void *item;
 *     int found;
 *     while ((found = rgc_iter_next(some, &item)) == 1) { ...; rgc_decref(item); }
 *
 * An iterator owns what it takes its items from.  One of a container, rgc_chain's and rgc_islice's let go of
 * it once there are no more; those of rgc_map, rgc_filter, rgc_enumerate and rgc_zip, as in Python, with
 * their own end, since they ask again when they are asked again.  It is in the collector's sight like any
 * object.  Where an iterable is asked for, anything goes that rgc_iter takes, NULL is an error, and nothing
 * is taken from it before the first item is wanted.  Functions of the program are called with one item at a
 * time, must return ("User code" in mprof/rgc.h), and may use the iterator that calls them, but for that of a
 * next function: that is EBUSY.
 *
 * Unless said otherwise a step is O(1) and what the iterators behind it and functions of the program cost.
 * Those that take from each other may be 200 deep: ELOOP.
 */
#ifndef MPROF_RGC_ITER_H
#define MPROF_RGC_ITER_H

#include <mprof/rgc/containers.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_iterator rgc_iterator;
RGC_DECLARE_TYPE(rgc_iterator) RGC_API;

/* ---- items ---- */

/* An iterator over the items of a list, tuple, deque, set or frozenset, the keys of a dictionary, default
 * dictionary or counter, the characters of a string, the numbers of bytes or of an array, or what a type's
 * `iter` gives; of an iterator itself.  Weak containers have cursors only.  Owned; NULL with ENOMEM, ENOTSUP
 * if it is none of these, or the error of `iter`.  O(1). */
RGC_API rgc_iterator *rgc_iter(void *iterable) RGC_WARN_UNUSED;

/* The next item, whose reference is the caller's: 1, 0 at the end, -1 with an error: ENOMEM, that of a
 * function that was called, or EBUSY if a dictionary's or set's keys, or a deque's items, came or went.  A
 * list may change; items come by their places.  After the end more calls give 0. */
RGC_API int rgc_iter_next(rgc_iterator *iterator, void **item) RGC_WARN_UNUSED;

/* The same as a pointer: the item, owned; NULL at the end, with errno unchanged, or with an error. */
RGC_API void *rgc_next(rgc_iterator *iterator) RGC_WARN_UNUSED;

/* A new list of all items that are left, owned; NULL with an error.  O(items) on average. */
RGC_API rgc_list *rgc_list_from(void *iterable) RGC_WARN_UNUSED;
/* Adds all items that are left to a list: 0, or -1 with an error; those added by then stay.  O(items) on
 * average. */
RGC_API int rgc_list_extend_from(rgc_list *list, void *iterable);

/* The same as a tuple, or a set, with the errors of hash and equal. */
RGC_API rgc_tuple *rgc_tuple_from(void *iterable) RGC_WARN_UNUSED;
RGC_API rgc_set *rgc_set_from(void *iterable) RGC_WARN_UNUSED;
RGC_API int rgc_set_update_from(rgc_set *set, void *iterable);

/* ---- where items come from ---- */

/* 1 with *item a reference that becomes the caller's, 0 at the end, -1 with errno.  `data` is what
 * rgc_iterator_new was given. */
typedef int (*rgc_next_function)(void *data, void **item);

/* Items that a function makes, as a generator does: it is called for each, and after its end or an error
 * never again.  `data`, an object or NULL, is owned by the iterator until then.  Owned; NULL with ENOMEM, or
 * EINVAL without a function.  O(1), as all below. */
RGC_API rgc_iterator *rgc_iterator_new(rgc_next_function next, void *data) RGC_WARN_UNUSED;

/* The integers from `start` on, `step` from each to the next, before `stop`.  Owned; NULL with ENOMEM, or
 * EINVAL for a step of 0. */
RGC_API rgc_iterator *rgc_range(int64_t start, int64_t stop, int64_t step) RGC_WARN_UNUSED;

/* The keys or values of a dictionary, or tuples of both.  Owned; NULL with ENOMEM. */
RGC_API rgc_iterator *rgc_dict_keys(rgc_dict *dict) RGC_WARN_UNUSED;
RGC_API rgc_iterator *rgc_dict_values(rgc_dict *dict) RGC_WARN_UNUSED;
RGC_API rgc_iterator *rgc_dict_items(rgc_dict *dict) RGC_WARN_UNUSED;

/* ---- iterators over others, after itertools ---- */

/* Given an item and the data, returns a new reference, or NULL with errno. */
typedef void *(*rgc_map_function)(void *item, void *data);
/* Whether to let the item pass: 1, 0, or -1 with errno. */
typedef int (*rgc_filter_function)(void *item, void *data);

/* What a function makes of each item, or the items that it lets pass.  `data`, an object or NULL, is owned by
 * the iterator.  After an error the next item may be asked for.  Owned; NULL with the error of rgc_iter, or
 * EINVAL without a function. */
RGC_API rgc_iterator *rgc_map(void *iterable, rgc_map_function function, void *data) RGC_WARN_UNUSED;
RGC_API rgc_iterator *rgc_filter(void *iterable, rgc_filter_function function, void *data) RGC_WARN_UNUSED;

/* All items of the first of `count` iterables, then those of the second, and so on; or of the iterables that
 * an iterable gives, each asked for when the one before has ended.  Owned; NULL with ENOMEM, EINVAL, or the
 * error of rgc_iter for the one that gives them.  That one of them is not iterable is found when its turn
 * comes, and is the end. */
RGC_API rgc_iterator *rgc_chain(size_t count, ...) RGC_WARN_UNUSED;
RGC_API rgc_iterator *rgc_chain_from(void *iterables) RGC_WARN_UNUSED;

/* Every `step`th item from the `start`th on, counted from 0, before the `stop`th, SSIZE_MAX for no such.
 * What lies between is taken from the iterable and dropped; an error is the end.  Owned; NULL with the error
 * of rgc_iter, or EINVAL for a negative number or a step of 0. */
RGC_API rgc_iterator *rgc_islice(void *iterable, ssize_t start, ssize_t stop, ssize_t step) RGC_WARN_UNUSED;

/* Tuples of a number, from `start` on, and an item.  Owned; NULL with the error of rgc_iter. */
RGC_API rgc_iterator *rgc_enumerate(void *iterable, int64_t start) RGC_WARN_UNUSED;

/* Tuples of an item of each of `count` iterables, until one has none.  A step is O(count).  Owned; NULL with
 * the error of rgc_iter for one of them.  O(count). */
RGC_API rgc_iterator *rgc_zip(size_t count, ...) RGC_WARN_UNUSED;

#ifdef __cplusplus
}
#endif

#endif
