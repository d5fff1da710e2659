/*
 * recorded.c - objects under a recording mprof, which is to see each, and what it owns, as an allocation of
 * its type at the line that asked for it.  Memory comes from the heap's pool, as it would otherwise; blocks
 * too large for its classes have classes here, and the largest are mappings of their own: a malloc would be
 * recorded besides.
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

/* Of blocks that any thread may free. */
static struct pool shared_pool;
static bool shared_pool_is_made;
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER; /* of both */

static void hold_shared(void)
{
	pthread_mutex_lock(&shared_lock);
}

static void let_go_of_shared(void)
{
	pthread_mutex_unlock(&shared_lock);
}

/* A fork child has none of the other threads, of which one may hold the lock just then. */
__attribute__((constructor)) static void guard_forks(void)
{
	(void)pthread_atfork(hold_shared, let_go_of_shared, let_go_of_shared);
}

/* The pool, or that of all threads, until it is left. */
static struct pool *enter(struct pool *pool)
{
	if (pool)
		return pool;
	hold_shared();
	if (!shared_pool_is_made)
		rgc__pool_init(&shared_pool);
	shared_pool_is_made = true;
	return &shared_pool;
}

static void leave(const struct pool *pool)
{
	if (pool == &shared_pool)
		let_go_of_shared();
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
	pool = enter(pool);
	void *block = take(pool, bytes);
	leave(pool);
	return block;
}

static void free_untold(struct pool *pool, void *block, size_t bytes)
{
	pool = enter(pool);
	put_back(pool, block, bytes);
	leave(pool);
}

void rgc__recorded_free(struct pool *pool, void *block, size_t bytes)
{
	mprof_track_free(block);
	free_untold(pool, block, bytes);
}

/* Pages of a mapping change their place, so that there are never two of each. */
void rgc__recorded_move(struct pool *pool, void *block, size_t bytes, void *new_block, size_t new_bytes)
{
	mprof_track_free(block);
	if (bytes > LARGEST_BYTES && new_bytes > LARGEST_BYTES &&
	    mremap(block, bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, new_block) != MAP_FAILED)
		return;
	memcpy(new_block, block, bytes < new_bytes ? bytes : new_bytes);
	free_untold(pool, block, bytes);
}
