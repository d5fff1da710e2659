/*
 * drop.c - the end of an object whose last reference is gone.
 *
 * Objects with references wait in a list of the thread, through their links, and are ended one by one, so
 * that the stack does not grow with the structure.  Those without are ended at once.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

void object_finalize(rgc_object *object)
{
	if (!object->type->finalize || object->flags & OBJECT_FINALIZED)
		return;
	object->flags |= OBJECT_FINALIZED;
	int saved_errno = errno;
	object->type->finalize(object);
	errno = saved_errno;
}

void object_clear(rgc_object *object)
{
	const struct rgc_type *type = object->type;
	if (type->clear)
		type->clear(object);
	for (uint32_t i = 0; i < type->field_count; i++)
		rgc_clear(object_field(object, i));
}

/* Runs the finalizer of a dead object, which is alive meanwhile, and watched again if it was before; whether
 * it stays alive. */
static __attribute__((noinline)) bool object_survives(rgc_object *object)
{
	bool shared = object->flags & OBJECT_SHARED;
	if (shared)
		shared_revive(object);
	else
		object->refs = 1;
	/* A running collection that found it unreachable has lost it to this drop. */
	object->flags &= ~(uint32_t)OBJECT_UNREACHABLE;
	if (object->flags & OBJECT_TRACKED)
		object_track(rgc_thread.heap, object);
	object_finalize(object);
	if (shared)
		return !shared_expire(object);
	if (--object->refs > 0)
		return true;
	if (object->flags & OBJECT_TRACKED)
		list_remove(link_of(object));
	return false;
}

static __attribute__((noinline)) void object_end_weak(rgc_heap *heap, rgc_object *object)
{
	struct weak_queue queue;
	weak_queue_init(&queue);
	weak_clear_target(heap, object, &queue);
	weak_run_callbacks(&queue);
}

/* Takes an object whose count is 0, and which has a link, out of its list, and queues it. */
static inline void queue(struct thread *thread, rgc_object *object)
{
	struct link *link = link_of(object);
	if (object->flags & OBJECT_TRACKED)
		list_remove(link);
	link->next = thread->pending;
	thread->pending = link;
}

/* rgc_decref inside a drop: the usual last reference is queued without a call. */
static inline void decref_member(struct thread *thread, rgc_object *object)
{
#ifndef RGC_DEBUG
	if (object && object->refs == 1 && object->flags & OBJECT_LINKED) {
		object->refs = 0;
		queue(thread, object);
		return;
	}
#endif
	(void)thread;
	rgc_decref(object);
}

static inline void object_end(struct thread *thread, rgc_object *object)
{
	const struct rgc_type *type = object->type;
	if (unlikely(type->finalize && !(object->flags & OBJECT_FINALIZED)) && object_survives(object))
		return;
	if (unlikely(object->flags & OBJECT_WEAK_TARGET))
		object_end_weak(thread->heap, object);
	if (type->clear)
		type->clear(object);
	/* Nobody can look at the members any more, so they keep their values.  Backwards, since the last to
	 * be queued is the first to end: memory is then often visited in the order in which it was filled. */
	for (uint32_t i = type->field_count; i > 0; i--)
		decref_member(thread, *object_field(object, i - 1));
	if (unlikely(object->flags & OBJECT_SHARED))
		shared_free(object);
	else
		object_free(thread->heap, object);
}

/* Ends all that waits, and what comes to wait meanwhile. */
static void drop_all(struct thread *thread)
{
	thread->dropping = true;
	for (struct link *link; (link = thread->pending);) {
		thread->pending = link->next;
		object_end(thread, object_of(link));
	}
	thread->dropping = false;
}

/* Without references, finalizer and link. */
static void drop_plain(rgc_object *object)
{
	if (unlikely(object->flags & OBJECT_WEAK_TARGET))
		object_end_weak(rgc_thread.heap, object);
	object_free(rgc_thread.heap, object);
}

void object_drop(rgc_object *object)
{
	struct thread *thread = &rgc_thread;
	/* A thread that is ending may have given its heap back already. */
	if (unlikely(!thread->heap) && !(object->flags & OBJECT_SHARED) && !heap_current())
		return;
	if (!(object->flags & (OBJECT_LINKED | OBJECT_SHARED))) {
		drop_plain(object);
		return;
	}
	queue(thread, object);
	if (!thread->dropping)
		drop_all(thread);
}

struct drop_state drops_begin(void)
{
	struct drop_state state = {rgc_thread.pending, rgc_thread.dropping};
	rgc_thread.pending = NULL;
	rgc_thread.dropping = false;
	return state;
}

void drops_end(struct drop_state state)
{
	rgc_thread.pending = state.pending;
	rgc_thread.dropping = state.dropping;
}

void rgc_decref_slow_(rgc_object *object)
{
	if (likely(object->refs == 1)) {
#ifdef RGC_DEBUG
		debug_check_owner(object);
#else
		struct thread *thread = &rgc_thread;
		if (likely(ends_simply(object) && thread->heap && !thread->dropping)) {
			simple_drop(thread->heap, object);
			return;
		}
#endif
		object->refs = 0;
		object_drop(object);
	} else if (object->refs == REFS_SHARED) {
		shared_decref(object);
	}
#ifdef RGC_DEBUG
	else if (object->refs == 0 || object->refs == REFS_DEAD)
		debug_fail(object, "a reference is dropped once too often");
#endif
}
