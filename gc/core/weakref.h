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

/*
 * A weak reference of a part of the library's, its owner, which nobody else sees: bound to it.  The collector
 * does not see it either, so it must not be traversed, and its callback comes whenever the target ends, even
 * if the owner is unreachable as well.  Its owner may
 * be gone by then: it has unbound it, so that the binding's owner is NULL.
 */
struct weak_binding {
	void *owner;
	size_t hash; /* of what it stands for, for the owner's use */
};
/* Owned; NULL with ENOMEM or ENOTSUP, as rgc_weak_new. */
rgc_weak *rgc__weak_new_bound(void *target, rgc_weak_callback callback, struct weak_binding binding);
bool rgc__weak_is_bound(const rgc_weak *weak);
struct weak_binding *rgc__weak_binding(rgc_weak *weak);
/* Lets go of it: no callback comes any more, and the owner's reference is dropped. */
void rgc__weak_unbind(rgc_weak *weak);
/* Memory of each, with its link. */
size_t rgc__weak_bound_bytes(void);

/* Clears one weak reference, which has a type of that name. */
void rgc__weak_forget_target(rgc_object *weak);
void rgc__weak_map_finish(struct weak_map *map);

#pragma GCC visibility pop

#endif
