/*
 * quick.h - the usual way of what is done most, without a call: objects of the library's own types come into
 * being, and those without references end.  What is unusual is left to object.c and drop.c.
 */
#ifndef RGC_GC_CORE_QUICK_H
#define RGC_GC_CORE_QUICK_H

#include "heap.h"

#include <string.h>

MPROF_RUNTIME

#ifdef RGC_DEBUG

static inline void *quick_block(rgc_heap *heap, const struct rgc_type *type, size_t bytes, uint32_t flags)
{
	(void)heap, (void)type, (void)bytes, (void)flags;
	return NULL;
}

#else

/* A free block of the pool, as an object of one reference, of which only the head has been written; NULL if
 * none is at hand.  `bytes` is of the whole block. */
static inline rgc_object *quick_block(rgc_heap *heap, const struct rgc_type *type, size_t bytes,
				      uint32_t flags)
{
	size_t grains = pool_grains(bytes);
	struct free_block *block;
	if (unlikely(!pool_has_class(grains) || !(block = heap->pool.free[grains])))
		return NULL;
	heap->pool.free[grains] = block->next;
	heap->bytes += bytes;
	rgc_object *object = flags & OBJECT_LINKED ? object_of((struct link *)(void *)block) : (void *)block;
	object->type = type;
	object->refs = 1;
	object->flags = (uint32_t)grains << OBJECT_CLASS_SHIFT | heap->number | flags;
	return object;
}

#endif

/* rgc_new for a type without references; what comes after the head is left to the caller, but may be zero. */
static inline void *quick_value(const struct rgc_type *type, size_t bytes)
{
	rgc_heap *heap = rgc__thread.heap;
	rgc_object *object = likely(heap != NULL) ? quick_block(heap, type, bytes, 0) : NULL;
	return likely(object != NULL) ? object : rgc_new_(type);
}

/* rgc_new for a type with references that is lazy. */
static inline __attribute__((always_inline)) void *quick_lazy(const struct rgc_type *type, size_t bytes)
{
	rgc_heap *heap = rgc__thread.heap;
	if (unlikely(!heap || heap->counts[0] >= heap->trigger))
		return rgc_new_(type);
	rgc_object *object = quick_block(heap, type, sizeof(struct link) + bytes, OBJECT_LINKED);
	if (unlikely(!object))
		return rgc_new_(type);
	heap->counts[0]++;
	return memset(object + 1, 0, bytes - sizeof(*object)), object;
}

/* Whether the end of an object that has one reference is that of its block. */
static inline bool ends_quickly(const rgc_object *object)
{
	const uint32_t others = OBJECT_LINKED | OBJECT_WEAK_TARGET | OBJECT_SHARED;
	return object->refs == 1 && !(object->flags & others) && object_is_pooled(object);
}

static inline void quick_end(rgc_heap *heap, rgc_object *object)
{
	heap->bytes -= object_bytes(object);
	pool_put(&heap->pool, object);
}

/* rgc_decref for what is most likely a value, or NULL. */
static inline void quick_decref(rgc_object *object)
{
#ifdef RGC_DEBUG
	rgc_decref(object);
#else
	if (unlikely(!object))
		return;
	if (object->refs > 1)
		object->refs--;
	else if (likely(ends_quickly(object)))
		quick_end(rgc__thread.heap, object);
	else
		rgc_decref_slow_(object);
#endif
}

#endif
