/*
 * size.h - what containers own besides their objects' blocks, and what ends with an object: for those who ask
 * for sizes.
 */
#ifndef RGC_GC_CONTAINERS_SIZE_H
#define RGC_GC_CONTAINERS_SIZE_H

#include "../core/base.h"

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Each of objects of its type: arrays and tables, in bytes. */
size_t rgc__list_owned_bytes(const void *list);
size_t rgc__dict_owned_bytes(const void *dict);
size_t rgc__set_owned_bytes(const void *set); /* frozen ones too */
size_t rgc__deque_owned_bytes(const void *deque);
size_t rgc__counter_owned_bytes(const void *counter);
size_t rgc__array_owned_bytes(const void *array);
size_t rgc__lru_cache_owned_bytes(const void *cache);
size_t rgc__builder_owned_bytes(const void *builder);

/*
 * rgc_sizeof of an object, and of all that only it keeps alive: what has a single reference, which comes from
 * it or from what it keeps.  So neither what is referred to twice from within, nor cycles.  The first 16
 * million objects, at most.  Runs no functions but `traverse`, and needs no memory.
 */
size_t rgc__kept_bytes(void *object);

#pragma GCC visibility pop

#endif
