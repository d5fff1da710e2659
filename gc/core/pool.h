/*
 * pool.h - memory of blocks: a free list per size, filled from chunks.  A pool is used by one thread at a
 * time.  Knows nothing of objects and heaps.
 */
#ifndef RGC_GC_CORE_POOL_H
#define RGC_GC_CORE_POOL_H

#include "base.h"

#include <stdbool.h>
#include <stddef.h>

MPROF_RUNTIME

#define POOL_GRAIN 16u  /* bytes between size classes */
#define POOL_CLASSES 33 /* class c has blocks of 16 * c bytes */
#define LARGE_CLASSES 24
#define LARGEST_BYTES ((size_t)32 << 10) /* of a block that can be carved from any chunk */

struct free_block {
	struct free_block *next;
};

/* The header of a chunk; a cache line, so that blocks begin at one. */
struct chunk {
	_Alignas(64) struct chunk *next;
	size_t bytes;
};

struct pool {
	struct free_block *free[POOL_CLASSES];
	struct free_block *large[LARGE_CLASSES]; /* recorded.c */
	struct chunk *chunks;
	char *unused, *end; /* of the newest chunk */
	size_t next_chunk_bytes;
};

#pragma GCC visibility push(hidden)

/* Size classes from here on come from malloc: POOL_CLASSES, or 0 while pools are off. */
extern _Atomic unsigned rgc__pool_classes;

/* Whether objects are reported to mprof one by one, with their types.  Then rgc__pool_classes is 0, and
 * blocks of class 0 come from recorded.c instead of malloc. */
extern bool rgc__recorded;

/* A block of size class `class`, not zeroed, after the free list was found empty.  NULL with ENOMEM. */
void *rgc__pool_refill(struct pool *pool, unsigned class);
/* A block of a size without a free list, a multiple of POOL_GRAIN up to LARGEST_BYTES.  NULL with ENOMEM. */
void *rgc__pool_carve(struct pool *pool, size_t bytes);
void rgc__pool_finish(struct pool *pool);

#pragma GCC visibility pop

static inline void pool_put(struct pool *pool, unsigned class, void *block)
{
	struct free_block *free_block = block;
	free_block->next = pool->free[class];
	pool->free[class] = free_block;
}

#endif
