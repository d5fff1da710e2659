/*
 * deque.h - a sequence with two ends, after Python's collections.deque: items are added and taken at both in
 * the same short time, and none is moved for others to come.  Part of mprof/rgc.h.
 *
 * What mprof/rgc/containers.h says of items, indexes and costs holds here.  A deque may have a greatest
 * length: what is added at one end then drops an item at the other.
 */
#ifndef MPROF_RGC_DEQUE_H
#define MPROF_RGC_DEQUE_H

#include <mprof/rgc/containers.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_deque rgc_deque;
RGC_DECLARE_TYPE(rgc_deque) RGC_API;

#define RGC_DEQUE_UNBOUNDED SIZE_MAX

/* An empty deque, of `maxlen` items at most, or of any number with RGC_DEQUE_UNBOUNDED; owned; NULL with
 * ENOMEM.  O(1). */
RGC_API rgc_deque *rgc_deque_new(size_t maxlen) RGC_WARN_UNUSED;
/* A new one of the same items and greatest length, owned; NULL with ENOMEM.  O(n). */
RGC_API rgc_deque *rgc_deque_copy(const rgc_deque *deque) RGC_WARN_UNUSED;
/* O(1). */
RGC_API size_t rgc_deque_length(const rgc_deque *deque);
/* What rgc_deque_new was given.  O(1). */
RGC_API size_t rgc_deque_maxlen(const rgc_deque *deque);
/* The item, borrowed, or a new reference; NULL with ERANGE.  O(1), in the middle, too. */
RGC_API void *rgc_deque_get(const rgc_deque *deque, ssize_t index);
RGC_API void *rgc_deque_ref(const rgc_deque *deque, ssize_t index) RGC_WARN_UNUSED;
/* The item as one of the type `name`, as rgc_list_get_as. */
#define rgc_deque_get_as(deque, index, name) RGC_AS(rgc_deque_get((deque), (index)), name)
/* Replaces an item, and drops the old one: 0, or -1 with ERANGE.  O(1). */
RGC_API int rgc_deque_set(rgc_deque *deque, ssize_t index, void *item);
/* Adds an item at the end, or before the first: 0, or -1 with ENOMEM.  O(1) on average. */
RGC_API int rgc_deque_append(rgc_deque *deque, void *item);
RGC_API int rgc_deque_append_left(rgc_deque *deque, void *item);
/* The same, consuming the caller's reference, on failure too. */
RGC_API int rgc_deque_append_steal(rgc_deque *deque, void *item);
RGC_API int rgc_deque_append_left_steal(rgc_deque *deque, void *item);
/* Removes the last item, or the first, and returns it, owned; NULL with ERANGE if there is none.  O(1). */
RGC_API void *rgc_deque_pop(rgc_deque *deque) RGC_WARN_UNUSED;
RGC_API void *rgc_deque_pop_left(rgc_deque *deque) RGC_WARN_UNUSED;
/* Adds all items of a list, one after the other, so that those added at the left stand in reverse: 0, or -1
 * with ENOMEM; what was added by then stays.  O(length of the list). */
RGC_API int rgc_deque_extend(rgc_deque *deque, const rgc_list *items);
RGC_API int rgc_deque_extend_left(rgc_deque *deque, const rgc_list *items);
/* Takes `steps` items from the end, one after the other, and adds them before the first; if negative, the
 * other way round: 0, or -1 with ENOMEM and nothing done.  O(steps), and never more than half of n. */
RGC_API int rgc_deque_rotate(rgc_deque *deque, ssize_t steps);
/* The first item that is equal: its index; -1 with ENOENT, EBUSY if equal changes the deque, or its error.
 * O(n). */
RGC_API ssize_t rgc_deque_find(const rgc_deque *deque, const void *item);
/* Removes the first item that is equal, and drops it: 0, or -1 as rgc_deque_find.  O(n). */
RGC_API int rgc_deque_remove(rgc_deque *deque, const void *item);
/* Removes an item and drops it: 0, or -1 with ERANGE.  O(items between it and the nearer end). */
RGC_API int rgc_deque_delete(rgc_deque *deque, ssize_t index);
/* Drops all items, the first one first, once the deque is empty.  O(n). */
RGC_API void rgc_deque_clear(rgc_deque *deque);
/* The next item, borrowed (`item` may be NULL): 1, 0 at the end, -1 with EBUSY if items came, went or moved.
 * O(1). */
RGC_API int rgc_deque_next(const rgc_deque *deque, rgc_cursor *cursor, void **item);

#ifdef __cplusplus
}
#endif

#endif
