/*
 * pool.h - memory of blocks: pages of one size each, and a free list of one page per size, from which blocks
 * are taken.  A pool is used by one thread at a time.  Knows nothing of objects and heaps.
 */
#ifndef RGC_GC_CORE_POOL_H
#define RGC_GC_CORE_POOL_H

#include "arena.h"

#include <stdatomic.h>

MPROF_RUNTIME

#define POOL_GRAIN 16u  /* bytes between size classes */
#define POOL_CLASSES 33 /* class c has blocks of 16 * c bytes */

/* Grains from the beginning of a page become the number of their block by this many bits of 1 / class,
 * rounded up: what is too much, less than class / 2^17 / class each, is less than 1 / class for 4096 grains
 * in all. */
#define POOL_RECIPROCAL_BITS 17

/* Blocks of these come from pools under a recording mprof only, and from malloc otherwise. */
#define LARGE_CLASSES 24
#define LARGEST_BYTES ((size_t)32 << 10)
#define ALL_CLASSES (POOL_CLASSES + LARGE_CLASSES)

struct pool {
	struct free_block *free[ALL_CLASSES]; /* of the class's current page */
	struct page *current[ALL_CLASSES];    /* or NULL */
	struct link partial[ALL_CLASSES];     /* other pages with free blocks */
	struct arenas arenas;
};

#pragma GCC visibility push(hidden)

/* Size classes from here on come from malloc: POOL_CLASSES, or 0 while pools are off. */
extern _Atomic unsigned rgc__pool_classes;

/* Whether objects are reported to mprof one by one, with their types.  Then rgc__pool_classes is 0, and
 * blocks of class 0 come from recorded.c instead of malloc. */
extern bool rgc__recorded;

void rgc__pool_init(struct pool *pool);
/* Gives all memory back, whatever is alive in it. */
void rgc__pool_finish(struct pool *pool);

/* The class of blocks of up to LARGEST_BYTES, and how many bytes one has. */
unsigned rgc__pool_class(size_t bytes);
size_t rgc__pool_class_bytes(unsigned class);

/* A block of size class `class`, not zeroed, after the free list was found empty.  NULL with ENOMEM. */
void *rgc__pool_refill(struct pool *pool, unsigned class);
/* After as many frees as the page asked for. */
void rgc__pool_page_due(struct pool *pool, struct page *page);

/* Gives each block of the page a note: pool_note.  False with ENOMEM. */
bool rgc__pool_make_notes(struct pool *pool, struct page *page);

/* Gives memory back that has not been needed since the last call: after a full collection. */
void rgc__pool_decay(struct pool *pool);
/* Gives all memory back that can be; how many bytes. */
size_t rgc__pool_trim(struct pool *pool);

#pragma GCC visibility pop

/* Of so many bytes, rounded up: the size class, where there is one. */
static inline size_t pool_grains(size_t bytes)
{
	return (bytes + POOL_GRAIN - 1) / POOL_GRAIN;
}

/* Whether objects of so many grains come from pools just now. */
static inline bool pool_has_class(size_t grains)
{
	/* Relaxed: a setting, see pool.c. */
	return grains < atomic_load_explicit(&rgc__pool_classes, memory_order_relaxed);
}

/* A block of size class `class`, not zeroed; NULL with ENOMEM. */
static inline void *pool_take(struct pool *pool, unsigned class)
{
	struct free_block *block = pool->free[class];
	if (unlikely(!block))
		return rgc__pool_refill(pool, class);
	pool->free[class] = block->next;
	return block;
}

static inline void pool_put(struct pool *pool, void *block)
{
	struct free_block *free_block = block;
	struct page *page = page_of(block);
	struct free_block **list = page->list;
	free_block->next = *list;
	*list = free_block;
	if (unlikely(--page->left == 0))
		rgc__pool_page_due(pool, page);
}

/* A word beside the block that an address is in, of a class below POOL_CLASSES: NULL at first, and to be so
 * again when the block is freed.  Neighbours have neighbouring notes.  The page must have been given them. */
static inline void **pool_note(const struct page *page, const void *address)
{
	uint32_t grains = (uint32_t)((const char *)address - page_begin(page)) / POOL_GRAIN;
	return &page->notes[grains * page->reciprocal >> POOL_RECIPROCAL_BITS];
}

#endif
