/*
 * weak_containers.h - dictionaries and sets that do not keep what is in them alive, after
 * WeakValueDictionary, WeakKeyDictionary and WeakSet of Python's module weakref.  Part of mprof/rgc.h.
 *
 * An entry goes when its weak part ends, in O(1) on average and without a call of hash or equal; nothing is
 * ever left for a later sweep.  This is done as by a callback of a weak reference that was made with the
 * entry: so callbacks of other weak references to the same object, and finalizers, come before it or after,
 * and what a collection finds is gone from all weak containers before its finalizers run, be these containers
 * reachable or not.  In between, the entry counts in the length, and is found by none of the functions.  An
 * object that a finalizer saves when its last reference is dropped stays; one that a finalizer saves from a
 * collection does not.
 *
 * Any object can be the weak part but shared and immortal ones (mprof/rgc/weak.h): small integers, for
 * example, fail with ENOTSUP.  A value must not keep its own weak key alive, nor a key its weak value, or the
 * entry stays for good.
 *
 * Otherwise they are as dictionaries and sets (mprof/rgc/containers.h): in order of insertion, never NULL,
 * and with the errors of hash and equal.  They are equal only to themselves, and not hashable.  Adding makes
 * a weak reference, and so may run a collection first.
 */
#ifndef MPROF_RGC_WEAK_CONTAINERS_H
#define MPROF_RGC_WEAK_CONTAINERS_H

#include <mprof/rgc/containers.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_weak_value_dict rgc_weak_value_dict;
typedef struct rgc_weak_key_dict rgc_weak_key_dict;
typedef struct rgc_weak_set rgc_weak_set;
RGC_DECLARE_TYPE(rgc_weak_value_dict) RGC_API;
RGC_DECLARE_TYPE(rgc_weak_key_dict) RGC_API;
RGC_DECLARE_TYPE(rgc_weak_set) RGC_API;

/* ---- rgc_weak_value_dict: key to value, which it does not own ---- */

/* An empty dictionary, owned; NULL with ENOMEM.  O(1). */
RGC_API rgc_weak_value_dict *rgc_weak_value_dict_new(void) RGC_WARN_UNUSED;
/* O(1). */
RGC_API size_t rgc_weak_value_dict_length(const rgc_weak_value_dict *dict);
/* The value of a key: borrowed, good as long as somebody else keeps it; or a new reference; NULL with ENOENT
 * or the error of hash or equal.  O(1) on average. */
RGC_API void *rgc_weak_value_dict_get(const rgc_weak_value_dict *dict, const void *key);
RGC_API void *rgc_weak_value_dict_ref(const rgc_weak_value_dict *dict, const void *key) RGC_WARN_UNUSED;
/* The value as one of the type `name`, borrowed; NULL as above, or with EINVAL if it is of another (RGC_AS).
 */
#define rgc_weak_value_dict_get_as(dict, key, name) RGC_AS(rgc_weak_value_dict_get((dict), (key)), name)
/* Whether there is the key: 1, 0, or -1 with the error of hash or equal.  O(1) on average. */
RGC_API int rgc_weak_value_dict_contains(const rgc_weak_value_dict *dict, const void *key);
/* Adds or replaces (an equal key stays, in its place): 0, or -1 with ENOMEM, ENOTSUP for values as above, or
 * the error of hash or equal.  O(1) on average. */
RGC_API int rgc_weak_value_dict_set(rgc_weak_value_dict *dict, void *key, void *value);
/* The value of the key, borrowed, after adding `value` if there was none; NULL with the errors of set.  O(1)
 * on average. */
RGC_API void *rgc_weak_value_dict_set_default(rgc_weak_value_dict *dict, void *key, void *value);
/* Removes a key, and drops it: 0, or -1 with ENOENT or the error of hash or equal.  O(1) on average. */
RGC_API int rgc_weak_value_dict_delete(rgc_weak_value_dict *dict, const void *key);
/* Removes a key and returns its value, owned; NULL with ENOENT or the error of hash or equal.  O(1) on
 * average.
 */
RGC_API void *rgc_weak_value_dict_pop(rgc_weak_value_dict *dict, const void *key) RGC_WARN_UNUSED;
/* A new dictionary of the same pairs, owned; NULL with ENOMEM, or EBUSY if finalizers change the old one.
 * O(n); calls neither hash nor equal. */
RGC_API rgc_weak_value_dict *rgc_weak_value_dict_copy(const rgc_weak_value_dict *dict) RGC_WARN_UNUSED;
/* Drops all keys, once the dictionary is empty.  O(n). */
RGC_API void rgc_weak_value_dict_clear(rgc_weak_value_dict *dict);
/* The next pair, borrowed, as rgc_dict_next: 1, 0 at the end, -1 with EBUSY if keys came or were removed;
 * those that go with their values are no matter, and are passed over.  Hold a reference to the value while
 * code runs that may end it.  O(1) on average over a whole walk. */
RGC_API int rgc_weak_value_dict_next(const rgc_weak_value_dict *dict, rgc_cursor *cursor, void **key,
				     void **value);

/* ---- rgc_weak_key_dict: key, which it does not own, to value ---- */

/* As those above, but for: keys are the weak part; an equal key that stays is the one whose end counts. */
RGC_API rgc_weak_key_dict *rgc_weak_key_dict_new(void) RGC_WARN_UNUSED;
RGC_API size_t rgc_weak_key_dict_length(const rgc_weak_key_dict *dict);
RGC_API void *rgc_weak_key_dict_get(const rgc_weak_key_dict *dict, const void *key);
RGC_API void *rgc_weak_key_dict_ref(const rgc_weak_key_dict *dict, const void *key) RGC_WARN_UNUSED;
#define rgc_weak_key_dict_get_as(dict, key, name) RGC_AS(rgc_weak_key_dict_get((dict), (key)), name)
RGC_API int rgc_weak_key_dict_contains(const rgc_weak_key_dict *dict, const void *key);
RGC_API int rgc_weak_key_dict_set(rgc_weak_key_dict *dict, void *key, void *value);
RGC_API void *rgc_weak_key_dict_set_default(rgc_weak_key_dict *dict, void *key, void *value);
RGC_API int rgc_weak_key_dict_delete(rgc_weak_key_dict *dict, const void *key);
RGC_API void *rgc_weak_key_dict_pop(rgc_weak_key_dict *dict, const void *key) RGC_WARN_UNUSED;
RGC_API rgc_weak_key_dict *rgc_weak_key_dict_copy(const rgc_weak_key_dict *dict) RGC_WARN_UNUSED;
RGC_API void rgc_weak_key_dict_clear(rgc_weak_key_dict *dict);
RGC_API int rgc_weak_key_dict_next(const rgc_weak_key_dict *dict, rgc_cursor *cursor, void **key,
				   void **value);

/* ---- rgc_weak_set: items that it does not own ---- */

/* An empty set, owned; NULL with ENOMEM.  O(1). */
RGC_API rgc_weak_set *rgc_weak_set_new(void) RGC_WARN_UNUSED;
/* O(1). */
RGC_API size_t rgc_weak_set_length(const rgc_weak_set *set);
/* Whether there is an equal item: 1, 0, or -1 with the error of hash or equal.  O(1) on average. */
RGC_API int rgc_weak_set_contains(const rgc_weak_set *set, const void *item);
/* 1 if added, 0 if there was an equal one, which stays, or -1 with ENOMEM, ENOTSUP for items as above, or the
 * error of hash or equal.  O(1) on average. */
RGC_API int rgc_weak_set_add(rgc_weak_set *set, void *item);
/* 1 if removed, 0 if there was none, or -1 with the error of hash or equal.  O(1) on average. */
RGC_API int rgc_weak_set_discard(rgc_weak_set *set, const void *item);
/* The newest item, removed, owned; NULL with ENOENT.  O(1) on average. */
RGC_API void *rgc_weak_set_pop(rgc_weak_set *set) RGC_WARN_UNUSED;
/* A new set of the same items, owned; NULL with ENOMEM, or EBUSY if finalizers change the old one.  O(n);
 * calls neither hash nor equal. */
RGC_API rgc_weak_set *rgc_weak_set_copy(const rgc_weak_set *set) RGC_WARN_UNUSED;
/* O(n). */
RGC_API void rgc_weak_set_clear(rgc_weak_set *set);
/* The next item, borrowed, as rgc_weak_value_dict_next. */
RGC_API int rgc_weak_set_next(const rgc_weak_set *set, rgc_cursor *cursor, void **item);

#ifdef __cplusplus
}
#endif

#endif
