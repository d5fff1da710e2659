/*
 * lru_cache.h - a memoizer after Python's functools.lru_cache.  Part of mprof/rgc.h.
 *
 * Results are kept by the equality of the arguments; the one that was least recently used goes when the cache
 * is full. Failures are not kept.  The function may call the cache again, with the same arguments too, and
 * may clear it: nothing is locked meanwhile, and the key is looked up again afterwards.  Not to be used by
 * several threads at once, like any object, but for those of rgc_lru_cache_new_shared.
 */
#ifndef MPROF_RGC_LRU_CACHE_H
#define MPROF_RGC_LRU_CACHE_H

#include <mprof/rgc/containers.h>

#include <limits.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_lru_cache rgc_lru_cache;
RGC_DECLARE_TYPE(rgc_lru_cache) RGC_API;

/* Returns a new reference, or NULL with errno, and in no other way ("User code" in mprof/rgc.h).  `keywords`
 * may be NULL; `data` is what rgc_lru_cache_new was given. */
typedef void *(*rgc_function)(const rgc_tuple *arguments, const rgc_dict *keywords, void *data);

#define RGC_LRU_DEFAULT 128
#define RGC_LRU_UNBOUNDED SSIZE_MAX

/*
 * A cache for `function`.  `maxsize` results at most; RGC_LRU_UNBOUNDED keeps all; 0 or less keeps none and
 * only counts misses.  With `typed`, arguments that are equal but of different types are different.  `data`,
 * an object or NULL, is owned by the cache.  Owned; NULL with ENOMEM, or EINVAL without a function.
 */
RGC_API rgc_lru_cache *rgc_lru_cache_new(rgc_function function, void *data, ssize_t maxsize,
					 bool typed) RGC_WARN_UNUSED;

/*
 * The same for a shared object, which several threads may call at once.  As with functools.lru_cache, threads
 * that ask for the same at the same time may each call the function, and only one result is kept.  What the
 * cache keeps are shared objects: those of rgc_share, for arguments and results that are not shared
 * themselves; a call fails with ENOTSUP if there is none.  `data` must be shared or immortal, else EINVAL.
 *
 * Its lock is held while keys are compared, so `equal` of a key must not wait for another thread, nor what it
 * causes in this cache by clearing or calling it; it is not held while the function runs or anything ends
 * otherwise.  Give it a name before others have it.  A fork's child that calls it may wait for ever if
 * another thread was about to.
 */
RGC_API rgc_lru_cache *rgc_lru_cache_new_shared(rgc_function function, void *data, ssize_t maxsize,
						bool typed) RGC_WARN_UNUSED;

/* function(arguments, keywords): owned; NULL with the error of the function, of hash or equal of an argument,
 * or ENOMEM.  A hit is O(arguments) on average. */
RGC_API void *rgc_lru_cache_call(rgc_lru_cache *cache, const rgc_tuple *arguments,
				 const rgc_dict *keywords) RGC_WARN_UNUSED;
/* For a single positional argument, without making a tuple on a hit unless typed. */
RGC_API void *rgc_lru_cache_call1(rgc_lru_cache *cache, void *argument) RGC_WARN_UNUSED;

struct rgc_lru_info {
	uint64_t hits, misses;
	ssize_t maxsize;
	size_t currsize;
};
/* The figures so far.  O(1). */
RGC_API struct rgc_lru_info rgc_lru_cache_info(const rgc_lru_cache *cache);

/* Forgets all results and zeroes hits and misses.  O(results). */
RGC_API void rgc_lru_cache_clear(rgc_lru_cache *cache);

/*
 * What a recording mprof calls it, by which it can be told from others: the name is copied; NULL for that of
 * its function, as at first.  0, or -1 with ENOMEM and nothing changed.  Later caches of a name get numbers,
 * "name #2" and so on; those after the 64th are one row, "name (others)", with sums of figures.
 */
RGC_API int rgc_lru_cache_set_name(rgc_lru_cache *cache, const char *name);
/* NULL if it was given none; the cache's own.  O(1). */
RGC_API const char *rgc_lru_cache_get_name(const rgc_lru_cache *cache);

/* What rgc_lru_cache_new was given; the data borrowed. */
RGC_API void rgc_lru_cache_parameters(const rgc_lru_cache *cache, ssize_t *maxsize, bool *typed);
RGC_API rgc_function rgc_lru_cache_wrapped(const rgc_lru_cache *cache, void **data);

#ifdef __cplusplus
}
#endif

#endif
