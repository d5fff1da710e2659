/*
 * buffer.c - see buffer.h.  Small buffers come from the heap's pool, as small objects do, and large ones,
 * those of shared owners too, from malloc; under a recording mprof, from where objects come from.
 */
#include "buffer.h"
#include "heap.h"
#include "recorded.h"

#include <stdlib.h>
#include <string.h>

static void count(bool shared, size_t bytes, size_t new_bytes)
{
	if (likely(!shared))
		heap_bytes_changed((ptrdiff_t)new_bytes - (ptrdiff_t)bytes);
}

/* ---- small ones ---- */

static inline unsigned class_of(size_t bytes)
{
	return (unsigned)pool_grains(bytes);
}

/* Of a buffer that is there, or is to be.  Shared objects are ended by any thread. */
static inline bool is_pooled(bool shared, size_t bytes)
{
	return bytes <= (POOL_CLASSES - 1) * POOL_GRAIN && !shared && rgc__thread.heap->pools_buffers;
}

static inline void *memory_new(bool shared, size_t bytes)
{
	return is_pooled(shared, bytes) ? pool_take(&rgc__thread.heap->pool, class_of(bytes)) : malloc(bytes);
}

static inline void memory_free(bool shared, void *memory, size_t bytes)
{
	if (is_pooled(shared, bytes))
		pool_put(&rgc__thread.heap->pool, memory);
	else
		free(memory);
}

static void *memory_resize(bool shared, void *memory, size_t bytes, size_t new_bytes)
{
	if (memory && !is_pooled(shared, bytes) && !is_pooled(shared, new_bytes))
		return realloc(memory, new_bytes);
	void *new_memory = memory_new(shared, new_bytes);
	if (!memory || !new_memory)
		return new_memory;
	memcpy(new_memory, memory, bytes < new_bytes ? bytes : new_bytes);
	memory_free(shared, memory, bytes);
	return new_memory;
}

/* ---- under a recording mprof ---- */

static struct pool *pool_of(bool shared)
{
	return shared ? NULL : &rgc__thread.heap->pool;
}

/* A new buffer, in place of another or of NULL. */
static void *recorded_in_place_of(const rgc_object *owner, void *buffer, size_t bytes, size_t new_bytes)
{
	struct pool *pool = pool_of(object_is_shared(owner));
	void *new_buffer = rgc__recorded_new(pool, new_bytes);
	if (!new_buffer)
		return NULL;
	if (buffer)
		rgc__recorded_move(pool, buffer, bytes, new_buffer, new_bytes);
	mprof_track_alloc_typed(new_buffer, new_bytes, owner->type->name);
	return new_buffer;
}

/* ---- */

void *rgc__buffer_resize(const rgc_object *owner, void *buffer, size_t bytes, size_t new_bytes)
{
	bool shared = object_is_shared(owner);
	void *new_buffer = likely(!rgc__recorded) ? memory_resize(shared, buffer, bytes, new_bytes)
						  : recorded_in_place_of(owner, buffer, bytes, new_bytes);
	if (new_buffer)
		count(shared, bytes, new_bytes);
	return new_buffer;
}

void *rgc__buffer_new(const rgc_object *owner, size_t bytes)
{
	return rgc__buffer_resize(owner, NULL, 0, bytes);
}

void rgc__buffer_free(bool shared, void *buffer, size_t bytes)
{
	if (!buffer)
		return;
	count(shared, bytes, 0);
	if (likely(!rgc__recorded))
		memory_free(shared, buffer, bytes);
	else
		rgc__recorded_free(pool_of(shared), buffer, bytes);
}
