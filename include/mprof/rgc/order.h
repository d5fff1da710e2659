/*
 * order.h - the order of objects, and lists that are kept in it: after Python's heapq and bisect.  Part of
 * mprof/rgc.h.
 *
 * Where a function is given a `compare` with data, that decides, as in rgc_list_sort; it must return ("User
 * code" in mprof/rgc.h).  If it is NULL, rgc_compare does, whose errors are those of the function.  If either
 * changes the list's length meanwhile, that is EBUSY.
 */
#ifndef MPROF_RGC_ORDER_H
#define MPROF_RGC_ORDER_H

#include <mprof/rgc/containers.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sets *order to -1, 0 or 1, as a is less than b, neither, or greater: 0, or -1 with ENOTSUP if there is no
 * order between them, ELOOP, or the error of compare or equal.  Numbers and truth values are in the order of
 * their values, strings and bytes in that of their bytes, tuples, lists and deques, each among their own
 * kind, in that of the first items that differ (EBUSY if a deque changes), and of others their type's
 * `compare` decides, the first one's or, where that says ENOTSUP, the second one's. */
RGC_API int rgc_compare(const void *a, const void *b, int *order);

/* Below 0, 0 or above, as a is less than b, neither, or greater. */
typedef int (*rgc_compare_function)(const void *a, const void *b, void *data);

/* ---- heaps: lists of which no item is less than that at half its place, so that the first is the least ----
 */

/* Makes a heap of a list: 0, or -1 with the error of compare.  O(n). */
RGC_API int rgc_heapq_heapify(rgc_list *heap, rgc_compare_function compare, void *data);
/* Adds an item: 0, or -1 with ENOMEM, or the error of compare and the item added.  O(log n). */
RGC_API int rgc_heapq_push(rgc_list *heap, void *item, rgc_compare_function compare, void *data);
/* Removes the least item and returns it, owned; NULL with ERANGE if there is none, or the error of compare
 * and the item removed.  O(log n). */
RGC_API void *rgc_heapq_pop(rgc_list *heap, rgc_compare_function compare, void *data) RGC_WARN_UNUSED;
/* A pop and then a push, at the cost of one. */
RGC_API void *rgc_heapq_replace(rgc_list *heap, void *item, rgc_compare_function compare,
				void *data) RGC_WARN_UNUSED;
/* A push and then a pop, at the cost of one: of an empty heap, the item. */
RGC_API void *rgc_heapq_pushpop(rgc_list *heap, void *item, rgc_compare_function compare,
				void *data) RGC_WARN_UNUSED;
/* A new list of the least, or the greatest, `count` items of an iterable, or of all if there are less,
 * sorted, the greatest downwards; owned; NULL with an error.  Equals stay in their order.  Keeps twice as
 * many at most.  O(items * log(count)). */
RGC_API rgc_list *rgc_heapq_nsmallest(size_t count, void *iterable, rgc_compare_function compare,
				      void *data) RGC_WARN_UNUSED;
RGC_API rgc_list *rgc_heapq_nlargest(size_t count, void *iterable, rgc_compare_function compare,
				     void *data) RGC_WARN_UNUSED;

/* ---- sorted lists ---- */

/* Where an item would go in a sorted list, before or after its equals; -1 with the error of compare.
 * O(log n). */
RGC_API ssize_t rgc_bisect_left(const rgc_list *list, const void *item, rgc_compare_function compare,
				void *data);
RGC_API ssize_t rgc_bisect_right(const rgc_list *list, const void *item, rgc_compare_function compare,
				 void *data);
/* Adds it there: 0, or -1 with ENOMEM or the error of compare.  O(n). */
RGC_API int rgc_insort_left(rgc_list *list, void *item, rgc_compare_function compare, void *data);
RGC_API int rgc_insort_right(rgc_list *list, void *item, rgc_compare_function compare, void *data);

#ifdef __cplusplus
}
#endif

#endif
