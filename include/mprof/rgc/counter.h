/*
 * counter.h - how many there are of each object, after Python's collections.Counter.  Part of mprof/rgc.h.
 *
 * Keys are objects that can be hashed, in the order of their insertion; counts are 64-bit integers, 0 and
 * below included, and no objects.  A count that would leave that range is ERANGE, and nothing is changed.
 * What mprof/rgc/containers.h says of dictionaries holds here.
 */
#ifndef MPROF_RGC_COUNTER_H
#define MPROF_RGC_COUNTER_H

#include <mprof/rgc/containers.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_counter rgc_counter;
RGC_DECLARE_TYPE(rgc_counter) RGC_API;

/* An empty counter, owned; NULL with ENOMEM.  O(1). */
RGC_API rgc_counter *rgc_counter_new(void) RGC_WARN_UNUSED;
/* A new one of the same counts, owned; NULL with ENOMEM.  O(n); calls neither hash nor equal. */
RGC_API rgc_counter *rgc_counter_copy(const rgc_counter *counter) RGC_WARN_UNUSED;
/* The number of keys.  O(1). */
RGC_API size_t rgc_counter_length(const rgc_counter *counter);
/* The count of a key, 0 without the key (`count` may be NULL): 1 if there is the key, 0 if not, or -1 with
 * the error of hash or equal.  O(1) on average. */
RGC_API int rgc_counter_get(const rgc_counter *counter, const void *key, int64_t *count);
/* Sets a count, or adds to it, which may be below 0: 0, or -1 with ENOMEM, ERANGE, or the error of hash or
 * equal.  O(1) on average. */
RGC_API int rgc_counter_set(rgc_counter *counter, void *key, int64_t count);
RGC_API int rgc_counter_add(rgc_counter *counter, void *key, int64_t count);
/* Removes a key, and drops it: 1, 0 if there was none, or -1 with the error of hash or equal.  O(1) on
 * average. */
RGC_API int rgc_counter_discard(rgc_counter *counter, const void *key);
/* Adds or subtracts all counts of another, or of itself: 0, or -1 with ENOMEM, ERANGE, EBUSY if equal changes
 * the other, or the error of equal; what was done by then stays.  O(length of the other) on average. */
RGC_API int rgc_counter_update(rgc_counter *counter, const rgc_counter *other);
RGC_API int rgc_counter_subtract(rgc_counter *counter, const rgc_counter *other);
/* Stores the sum of all counts: 0, or -1 with ERANGE.  O(n). */
RGC_API int rgc_counter_total(const rgc_counter *counter, int64_t *total);

/* A key, borrowed, and its count. */
struct rgc_count {
	void *key;
	int64_t count;
};
/* Stores those with the greatest counts in an array of `capacity`, the greatest first, equal ones in the
 * order of insertion; returns how many it has stored.  Needs no memory.  O(n log capacity). */
RGC_API size_t rgc_counter_most_common(const rgc_counter *counter, struct rgc_count *counts, size_t capacity);

/* New ones of the sums, differences, greater and smaller counts of `a` and `b`, as Python's +, -, | and &:
 * only of those that are above 0; owned; NULL with ENOMEM, ERANGE, EBUSY if equal changes one, or the error
 * of equal.  O(length of both) on average. */
RGC_API rgc_counter *rgc_counter_plus(const rgc_counter *a, const rgc_counter *b) RGC_WARN_UNUSED;
RGC_API rgc_counter *rgc_counter_minus(const rgc_counter *a, const rgc_counter *b) RGC_WARN_UNUSED;
RGC_API rgc_counter *rgc_counter_union(const rgc_counter *a, const rgc_counter *b) RGC_WARN_UNUSED;
RGC_API rgc_counter *rgc_counter_intersection(const rgc_counter *a, const rgc_counter *b) RGC_WARN_UNUSED;
/* Drops all keys, once the counter is empty.  O(n). */
RGC_API void rgc_counter_clear(rgc_counter *counter);
/* The next key, borrowed, and its count (either may be NULL), as rgc_dict_next. */
RGC_API int rgc_counter_next(const rgc_counter *counter, rgc_cursor *cursor, void **key, int64_t *count);

#ifdef __cplusplus
}
#endif

#endif
