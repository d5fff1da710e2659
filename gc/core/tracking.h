/*
 * tracking.h - which objects the collector watches.
 *
 * For containers: those whose items are mostly values have RGC_TYPE_LAZY and call track_child after each
 * store; `traverse` visits every item; `clear` moves the items out, empties the container, then decrefs them.
 * A last reference dropped inside a clear ends the object at once, or queues it if clears nest too deep
 * (drop.c).  What they own besides is a buffer (buffer.h).
 */
#ifndef RGC_GC_CORE_TRACKING_H
#define RGC_GC_CORE_TRACKING_H

#include "heap.h"

MPROF_RUNTIME

/* Appends to the youngest generation. */
static inline void object_track(rgc_heap *heap, rgc_object *object)
{
	object->flags |= OBJECT_TRACKED;
	links_append(&heap->generations[0], link_of(object));
}

static inline void object_untrack(rgc_object *object)
{
	object->flags &= ~(uint32_t)(OBJECT_TRACKED | OBJECT_UNREACHABLE);
	links_remove(link_of(object));
}

/* Whether an object can be in a cycle, now or later. */
static inline bool may_be_tracked(const rgc_object *object)
{
	return !(object->flags & OBJECT_SHARED) && type_has_references(object->type) &&
	       ((object->flags & OBJECT_TRACKED) || !(object->type->flags & RGC_TYPE_IMMUTABLE));
}

/* rgc_track_child for the library's own containers; call it after each store. */
static inline void track_child(void *container, const void *child)
{
	rgc_object *object = container;
	if (!(object->flags & (OBJECT_TRACKED | OBJECT_SHARED)) && child && may_be_tracked(child))
		object_track(rgc__thread.heap, object);
}

#endif
