/*
 * recorded.h - blocks of objects under a recording mprof: for where objects are made and freed.
 */
#ifndef RGC_GC_CORE_RECORDED_H
#define RGC_GC_CORE_RECORDED_H

#include "pool.h"

#pragma GCC visibility push(hidden)

/* A block, zeroed, that mprof is not told of yet; NULL with ENOMEM. */
void *rgc__recorded_new(struct pool *pool, size_t bytes);
void rgc__recorded_free(struct pool *pool, void *block, size_t bytes);
/* The same for shared objects; by any thread. */
void *rgc__recorded_shared_new(size_t bytes);
void rgc__recorded_shared_free(void *block, size_t bytes);

#pragma GCC visibility pop

#endif
