/*
 * pool.c - memory for small blocks: a free list per size, filled from chunks.  A heap's pool is used by one
 * thread at a time, and gives its chunks back only as a whole.  Knows nothing of objects.
 */
#include "pool.h"

#include <mprof/rgc/heap.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef RGC_HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* Chunks double from the first size to the last; a free list is filled with a page at a time. */
#define FIRST_CHUNK_BYTES ((size_t)64 << 10)
#define LAST_CHUNK_BYTES ((size_t)8 << 20)
#define REFILL_BYTES ((size_t)4 << 10)

/* Aligned to it, objects straddle as few lines as they can. */
#define CACHE_LINE_BYTES ((size_t)64)

/* Chunks that consist of huge pages ask for them: half the time of filling a large heap is page faults. */
#define HUGE_PAGE_BYTES ((size_t)2 << 20)

_Atomic unsigned rgc__pool_classes;
bool rgc__recorded;

/* In programs built with AddressSanitizer. */
extern void __asan_init(void) __attribute__((weak));

/* By a tool that watches malloc's blocks: it cannot tell a dead one that went back to a pool. */
static bool is_watched(void)
{
	return RUNNING_ON_VALGRIND || __asan_init;
}

void rgc_set_pool(bool on)
{
	if (rgc__recorded)
		return;
	/* Relaxed: a setting; nothing is published with it. */
	atomic_store_explicit(&rgc__pool_classes, on ? POOL_CLASSES : 0, memory_order_relaxed);
}

bool rgc_get_pool(void)
{
#ifdef RGC_DEBUG
	return false;
#else
	return rgc__recorded ||
	       atomic_load_explicit(&rgc__pool_classes, memory_order_relaxed) != 0; /* as above */
#endif
}

/* Before other constructors make objects: what they come from is where they go to. */
__attribute__((constructor(101))) static void choose(void)
{
	const char *setting = getenv("RGC_POOL");
	bool on = setting ? strcmp(setting, "0") != 0 : !is_watched();
#ifndef RGC_DEBUG
	rgc__recorded = on && mprof_recording();
#endif
	rgc_set_pool(on);
}

/* mprof counts the blocks, so it must not see a malloc that they come from. */
static struct chunk *chunk_new(size_t bytes, size_t alignment)
{
	if (!rgc__recorded)
		return aligned_alloc(alignment, bytes);
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return map == MAP_FAILED ? NULL : map;
}

static void chunk_free(struct chunk *chunk)
{
	if (rgc__recorded)
		munmap(chunk, chunk->bytes);
	else
		free(chunk);
}

static bool add_chunk(struct pool *pool)
{
	if (!pool->next_chunk_bytes)
		pool->next_chunk_bytes = FIRST_CHUNK_BYTES;
	size_t bytes = pool->next_chunk_bytes;
	bool huge = bytes >= HUGE_PAGE_BYTES;
	struct chunk *chunk = chunk_new(bytes, huge ? HUGE_PAGE_BYTES : CACHE_LINE_BYTES);
	if (!chunk)
		return false;
	if (huge)
		(void)madvise(chunk, bytes, MADV_HUGEPAGE); /* a wish */
	chunk->next = pool->chunks;
	chunk->bytes = bytes;
	pool->chunks = chunk;
	pool->unused = (char *)(chunk + 1);
	pool->end = (char *)chunk + bytes;
	if (bytes < LAST_CHUNK_BYTES)
		pool->next_chunk_bytes = bytes * 2;
	return true;
}

/* What is left of the old chunk becomes free blocks of the sizes that it has room for. */
static void retire_rest(struct pool *pool)
{
	while ((size_t)(pool->end - pool->unused) >= POOL_GRAIN) {
		size_t class = (size_t)(pool->end - pool->unused) / POOL_GRAIN;
		if (class >= POOL_CLASSES)
			class = POOL_CLASSES - 1;
		pool_put(pool, (unsigned)class, pool->unused);
		pool->unused += class * POOL_GRAIN;
	}
}

static bool reserve(struct pool *pool, size_t bytes)
{
	if ((size_t)(pool->end - pool->unused) >= bytes)
		return true;
	retire_rest(pool);
	return add_chunk(pool);
}

void *rgc__pool_carve(struct pool *pool, size_t bytes)
{
	if (!reserve(pool, bytes))
		return NULL;
	char *block = pool->unused;
	pool->unused += bytes;
	return block;
}

void *rgc__pool_refill(struct pool *pool, unsigned class)
{
	size_t block_bytes = (size_t) class * POOL_GRAIN;
	if (!reserve(pool, block_bytes))
		return NULL;
	size_t count = (size_t)(pool->end - pool->unused) / block_bytes;
	if (count > REFILL_BYTES / block_bytes)
		count = REFILL_BYTES / block_bytes;
	char *first = pool->unused, *at = first + count * block_bytes;
	pool->unused = at;
	struct free_block *next = pool->free[class];
	while ((at -= block_bytes) != first) {
		struct free_block *block = (struct free_block *)(void *)at;
		block->next = next;
		next = block;
	}
	pool->free[class] = next;
	return first;
}

void rgc__pool_finish(struct pool *pool)
{
	for (struct chunk *chunk = pool->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		chunk_free(chunk);
	}
	memset(pool, 0, sizeof(*pool));
}
