/*
 * block.h - gives the block of an object that has ended back to where it came from.  Runs no code of the
 * program's.
 */
#ifndef RGC_GC_CORE_BLOCK_H
#define RGC_GC_CORE_BLOCK_H

#include "debug.h"
#include "heap.h"
#include "recorded.h"

#include <stdlib.h>

MPROF_RUNTIME

static inline void object_free(rgc_heap *heap, rgc_object *object)
{
	size_t bytes = object_bytes(object);
	void *block = object;
	if (object->flags & OBJECT_LINKED) {
		block = link_of(object);
		if (type_has_references(object->type))
			heap->counts[0] -= heap->counts[0] > 0;
	}
	heap->bytes -= bytes;
#ifdef RGC_DEBUG
	(void)block;
	rgc__debug_block_free(heap, object, bytes);
#else
	if (likely(object_is_pooled(object)))
		pool_put(&heap->pool, block);
	else if (rgc__recorded)
		rgc__recorded_free(&heap->pool, block, bytes);
	else
		free(block);
#endif
}

#endif
