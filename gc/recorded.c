/*
 * recorded.c - objects under a recording mprof, which is to see each as an allocation of its own type at the
 * line that asked for it.  Memory comes from the heap's pool, as it would otherwise, and larger blocks from
 * mappings of their own: a malloc would be recorded besides.
 */
#include "internal.h"

#include <mprof/mprof.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

bool recorded;

static void *map_new(size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map != MAP_FAILED)
		return map;
	errno = ENOMEM;
	return NULL;
}

static size_t class_of(size_t bytes)
{
	return (bytes + POOL_GRAIN - 1) / POOL_GRAIN;
}

void *recorded_memory_new(rgc_heap *heap, size_t bytes)
{
	size_t class = class_of(bytes);
	if (class >= POOL_CLASSES)
		return map_new(bytes);
	struct free_block *block = heap->pool.free[class];
	if (block)
		heap->pool.free[class] = block->next;
	else
		block = pool_refill(&heap->pool, (unsigned)class);
	return block ? memset(block, 0, class * POOL_GRAIN) : NULL;
}

void recorded_block_free(rgc_heap *heap, void *block, size_t bytes)
{
	size_t class = class_of(bytes);
	mprof_track_free(block);
	if (class >= POOL_CLASSES) {
		munmap(block, bytes);
		return;
	}
	struct free_block *free_block = block;
	free_block->next = heap->pool.free[class];
	heap->pool.free[class] = free_block;
}
