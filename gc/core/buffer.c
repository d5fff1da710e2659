/*
 * buffer.c - see buffer.h.  Buffers come from malloc; under a recording mprof, where objects come from.
 */
#include "buffer.h"
#include "heap.h"
#include "recorded.h"

#include <stdlib.h>

static void count(bool shared, size_t bytes, size_t new_bytes)
{
	if (likely(!shared))
		heap_bytes_changed((ptrdiff_t)new_bytes - (ptrdiff_t)bytes);
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
	void *new_buffer = likely(!rgc__recorded) ? realloc(buffer, new_bytes)
						  : recorded_in_place_of(owner, buffer, bytes, new_bytes);
	if (new_buffer)
		count(object_is_shared(owner), bytes, new_bytes);
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
		free(buffer);
	else
		rgc__recorded_free(pool_of(shared), buffer, bytes);
}
