/*
 * recorded.h - blocks under a recording mprof: for where objects, and what they own, are made and freed.
 */
#ifndef RGC_GC_CORE_RECORDED_H
#define RGC_GC_CORE_RECORDED_H

#include "pool.h"

#pragma GCC visibility push(hidden)

/* Of each the pool is that of the thread's heap, or NULL for blocks that any thread may free. */

/* A block, zeroed, that mprof is not told of yet; NULL with ENOMEM. */
void *rgc__recorded_new(struct pool *pool, size_t bytes);
void rgc__recorded_free(struct pool *pool, void *block, size_t bytes);
/* Frees a block whose contents, as far as there is room, are to be those of a new one. */
void rgc__recorded_move(struct pool *pool, void *block, size_t bytes, void *new_block, size_t new_bytes);

#pragma GCC visibility pop

#endif
