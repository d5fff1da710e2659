/*
 * simple.h - the end of simple objects (type_is_simple), for which nothing of the program's runs.
 */
#ifndef RGC_GC_CORE_SIMPLE_H
#define RGC_GC_CORE_SIMPLE_H

#include "heap.h"
#include "weakref.h"

MPROF_RUNTIME

#pragma GCC visibility push(hidden)

#ifndef RGC_DEBUG
/* Ends a simple object of the heap, which is the thread's, and what hangs from it.  It must have one
 * reference, no weak ones, and be dropped outside any other drop. */
void rgc__simple_drop(rgc_heap *heap, rgc_object *object);
#endif

/* Frees simple objects that only they themselves refer to, without weak references to any of them. `outside`:
 * some may refer to others.  False, and nothing has been done, if one of those would end, and the program
 * might notice in which order. */
bool rgc__simple_free_all(rgc_heap *heap, struct link *unreachable, bool outside);

#pragma GCC visibility pop

/* Whether a simple object may end without more ado. */
static inline bool ends_simply(const rgc_object *object)
{
	return (object->flags & (OBJECT_SIMPLE | OBJECT_WEAK_TARGET)) == OBJECT_SIMPLE;
}

/* The same of one that is to end now, with weak references perhaps, which are cleared if that is all. */
static inline bool can_end_simply(rgc_heap *heap, rgc_object *object)
{
	return likely(ends_simply(object)) ||
	       ((object->flags & OBJECT_SIMPLE) && rgc__weak_clear_untold(heap, object));
}

#endif
