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

static void *take(struct pool *pool, size_t bytes)
{
	if (bytes > LARGEST_BYTES)
		return map_new(bytes);
	unsigned class = rgc__pool_class(bytes);
	void *block = pool_take(pool, class);
	return block ? memset(block, 0, rgc__pool_class_bytes(class)) : NULL;
}

static void put_back(struct pool *pool, void *block, size_t bytes)
{
	if (bytes > LARGEST_BYTES)
		munmap(block, bytes);
	else
		pool_put(pool, block);
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
static bool shared_pool_is_made;
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER; /* of both */

void *rgc__recorded_shared_new(size_t bytes)
{
	pthread_mutex_lock(&shared_lock);
	if (!shared_pool_is_made)
		rgc__pool_init(&shared_pool);
	shared_pool_is_made = true;
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
