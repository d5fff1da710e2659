/*
 * weakref.h - how weak references see the end of their targets.  Only rgc__weak_run_callbacks runs code of
 * the program's.
 */
#ifndef RGC_GC_CORE_WEAKREF_H
#define RGC_GC_CORE_WEAKREF_H

#include "heap.h"

#pragma GCC visibility push(hidden)

/* The weak references whose callbacks are to be called; linked through the weak references themselves. */
struct weak_queue {
	rgc_weak *first, **end;
};
void rgc__weak_queue_init(struct weak_queue *queue);

/* Clears all weak references to a target, whose flag must be set, and queues those with a callback that are
 * alive and not unreachable; the queue holds a reference to each. */
void rgc__weak_clear_target(rgc_heap *heap, rgc_object *target, struct weak_queue *queue);
/* Clears all weak references to such a target, unless one is to be queued: false, and nothing has been done.
 */
bool rgc__weak_clear_untold(rgc_heap *heap, rgc_object *target);
void rgc__weak_run_callbacks(struct weak_queue *queue);
/* Besides its block. */
size_t rgc__weak_owned_bytes(const void *weak);
/* Clears one weak reference, which has a type of that name. */
void rgc__weak_forget_target(rgc_object *weak);
void rgc__weak_map_finish(struct weak_map *map);

#pragma GCC visibility pop

#endif
