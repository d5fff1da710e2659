/*
 * recorded.c - objects under a recording mprof, which is to see each as an allocation of its own type at the
 * line that asked for it.  Memory comes from the heap's pool, as it would otherwise; blocks too large for its
 * classes have classes here, and the largest are mappings of their own: a malloc would be recorded besides.
 */
#include "recorded.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

static void *map_new(size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map != MAP_FAILED)
		return map;
	errno = ENOMEM;
	return NULL;
}

/* The free list of blocks that have at least *bytes, which becomes their true size. */
static struct free_block **free_list(struct pool *pool, size_t *bytes)
{
	size_t class = (*bytes + POOL_GRAIN - 1) / POOL_GRAIN;
	if (class < POOL_CLASSES) {
		*bytes = class * POOL_GRAIN;
		return &pool->free[class];
	}
	/* Four sizes to a power of two: 640, 768, 896, 1024, 1280... */
	unsigned power = 63 - (unsigned)__builtin_clzl(*bytes - 1);
	size_t step = (size_t)1 << (power - 2), steps = (*bytes + step - 1) / step;
	*bytes = steps * step;
	return &pool->large[(power - 9) * 4 + steps - 5];
}

static void *take(struct pool *pool, size_t bytes)
{
	if (bytes > LARGEST_BYTES)
		return map_new(bytes);
	struct free_block **list = free_list(pool, &bytes), *block = *list;
	if (block)
		*list = block->next;
	else if (bytes < POOL_CLASSES * POOL_GRAIN)
		block = rgc__pool_refill(pool, (unsigned)(bytes / POOL_GRAIN));
	else
		block = rgc__pool_carve(pool, bytes);
	return block ? memset(block, 0, bytes) : NULL;
}

static void put_back(struct pool *pool, void *block, size_t bytes)
{
	if (bytes > LARGEST_BYTES) {
		munmap(block, bytes);
		return;
	}
	struct free_block **list = free_list(pool, &bytes), *free_block = block;
	free_block->next = *list;
	*list = free_block;
}

void *rgc__recorded_new(struct pool *pool, size_t bytes)
{
	return take(pool, bytes);
}

void rgc__recorded_free(struct pool *pool, void *block, size_t bytes)
{
	mprof_track_free(block);
	put_back(pool, block, bytes);
}

/* Of shared objects, which any thread may free. */
static struct pool shared_pool;
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

void *rgc__recorded_shared_new(size_t bytes)
{
	pthread_mutex_lock(&shared_lock);
	void *block = take(&shared_pool, bytes);
	pthread_mutex_unlock(&shared_lock);
	return block;
}

void rgc__recorded_shared_free(void *block, size_t bytes)
{
	mprof_track_free(block);
	pthread_mutex_lock(&shared_lock);
	put_back(&shared_pool, block, bytes);
	pthread_mutex_unlock(&shared_lock);
}
