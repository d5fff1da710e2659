/*
 * defaultdict.h - a dictionary that makes what is missing, after Python's collections.defaultdict.  Part of
 * mprof/rgc.h.
 */
#ifndef MPROF_RGC_DEFAULTDICT_H
#define MPROF_RGC_DEFAULTDICT_H

#include <mprof/rgc/containers.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_defaultdict rgc_defaultdict;
RGC_DECLARE_TYPE(rgc_defaultdict) RGC_API;

/* Returns a new reference, or NULL with errno, and in no other way ("User code" in mprof/rgc.h). `data` is
 * what rgc_defaultdict_new was given. */
typedef void *(*rgc_factory)(void *data);

/* An empty one that makes values by `factory`.  `data`, an object or NULL, is owned by it.  Owned; NULL with
 * ENOMEM, or EINVAL without a factory.  O(1). */
RGC_API rgc_defaultdict *rgc_defaultdict_new(rgc_factory factory, void *data) RGC_WARN_UNUSED;
/* A new one of the same pairs, factory and data, owned; NULL with ENOMEM.  O(n). */
RGC_API rgc_defaultdict *rgc_defaultdict_copy(const rgc_defaultdict *defaultdict) RGC_WARN_UNUSED;
/* The value of a key, borrowed; if there is none, the factory makes one, which is stored.  NULL with the
 * error of the factory, of hash or equal, or ENOMEM.  O(1) on average.
 *
 *     rgc_list *group = rgc_defaultdict_get_as(groups, key, rgc_list);
 */
RGC_API void *rgc_defaultdict_get(rgc_defaultdict *defaultdict, void *key);
/* The value as one of the type `name`, as rgc_dict_get_as. */
#define rgc_defaultdict_get_as(defaultdict, key, name) RGC_AS(rgc_defaultdict_get((defaultdict), (key)), name)
/* Its pairs, borrowed, for all else that is done with dictionaries: there the factory is not called. O(1). */
RGC_API rgc_dict *rgc_defaultdict_dict(const rgc_defaultdict *defaultdict);

#ifdef __cplusplus
}
#endif

#endif
