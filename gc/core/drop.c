/*
 * drop.c - the end of an object whose last reference is gone.
 *
 * Members end in the order of a recursion: each with all that hangs from it, before the next is dropped.  In
 * place of the stack there is a list of the thread, through the objects' links: an object stays in it while a
 * member of its ends, and its link tells which one is next.  Only what runs functions (finalizers, callbacks,
 * `clear`) nests, up to a limit; drops in deeper ones wait.  Objects without a link own nothing and are ended
 * at once.
 */
#include "drop.h"
#include "block.h"
#include "call.h"
#include "check.h"
#include "quick.h"
#include "shared.h"
#include "simple.h"
#include "tracking.h"
#include "weakref.h"

#include <errno.h>
#include <stdlib.h>

void rgc__object_finalize(rgc_object *object)
{
	if (!object->type->finalize || object->flags & OBJECT_FINALIZED)
		return;
	object->flags |= OBJECT_FINALIZED;
	int saved_errno = errno;
	struct call call MUST_RETURN;
	call_begin(&call, "finalizer", object->type);
	object->type->finalize(object);
	call_end(&call);
	errno = saved_errno;
}

static APART void call_foreign_clear(rgc_object *object)
{
	int saved_errno = errno;
	struct call call MUST_RETURN;
	call_begin(&call, "clear", object->type);
	object->type->clear(object);
	call_end(&call);
	errno = saved_errno;
}

/* There must be one. */
static inline void call_clear(rgc_object *object)
{
	if (type_is_ours(object->type))
		object->type->clear(object);
	else
		call_foreign_clear(object);
}

void rgc__object_clear(rgc_object *object)
{
	const struct rgc_type *type = object->type;
	if (type->clear)
		call_clear(object);
	for (uint32_t i = 0; i < type->field_count; i++)
		rgc_clear(object_field(object, i));
}

/* Functions that may nest, each in a drop inside the one before; the stack may have 64 KiB. */
#define NESTING_MAX 16

static struct drop_state nest(struct thread *thread, bool at_once)
{
	struct drop_state state = {thread->pending, thread->dropping};
	thread->pending = NULL;
	thread->dropping = !at_once;
	thread->nesting++;
	return state;
}

/* What had to wait is next, in the order in which it was dropped. */
static void unnest(struct thread *thread, struct drop_state state)
{
	struct link *next = state.pending;
	for (struct link *link; (link = thread->pending);) {
		thread->pending = link->next;
		link->next = next;
		next = link;
	}
	thread->pending = next;
	thread->dropping = state.dropping;
	thread->nesting--;
}

struct drop_state rgc__drops_begin(void)
{
	return nest(&rgc__thread, true);
}

void rgc__drops_end(struct drop_state state)
{
	unnest(&rgc__thread, state);
}

static struct drop_state function_begins(struct thread *thread)
{
	return nest(thread, thread->nesting < NESTING_MAX);
}

/* Runs the finalizer of a dead object, which is alive meanwhile, and watched again if it was before; whether
 * it stays alive. */
static __attribute__((noinline)) bool object_survives(struct thread *thread, rgc_object *object)
{
	bool shared = object->flags & OBJECT_SHARED;
	if (shared)
		rgc__shared_revive(object);
	else
		object->refs = 1;
	/* A running collection that found it unreachable has lost it to this drop. */
	object->flags &= ~(uint32_t)OBJECT_UNREACHABLE;
	if (object->flags & OBJECT_TRACKED)
		object_track(thread->heap, object);
	struct drop_state state = function_begins(thread);
	rgc__object_finalize(object);
	unnest(thread, state);
	if (shared)
		return !rgc__shared_expire(object);
	if (--object->refs > 0)
		return true;
	if (object->flags & OBJECT_TRACKED)
		links_remove(link_of(object));
	return false;
}

static __attribute__((noinline)) void object_end_weak(struct thread *thread, rgc_object *object)
{
	struct weak_queue queue;
	rgc__weak_queue_init(&queue);
	rgc__weak_clear_target(thread->heap, object, &queue);
	struct drop_state state = function_begins(thread);
	rgc__weak_run_callbacks(&queue);
	unnest(thread, state);
}

static inline void push(struct thread *thread, struct link *link)
{
	link->next = thread->pending;
	thread->pending = link;
}

/* Takes an object whose count is 0, and which has a link, out of its list, and queues it. */
static inline void queue(struct thread *thread, rgc_object *object)
{
	struct link *link = link_of(object);
	if (object->flags & OBJECT_TRACKED)
		links_remove(link);
	push(thread, link);
}

/* rgc_decref inside a drop: the usual last reference is queued without a call. */
static inline void decref_member(struct thread *thread, rgc_object *object)
{
#ifndef RGC_DEBUG
	if (object->refs == 1 && object->flags & OBJECT_LINKED) {
		object->refs = 0;
		queue(thread, object);
		return;
	}
#endif
	(void)thread;
	rgc_decref(object);
}

/* Keeps an object that is first in the queue there, until what may have come before it has ended. */
static inline void wait_at_field(struct link *link, uint32_t field)
{
	object_of(link)->flags |= OBJECT_ENDING;
	link->external = field;
}

/* Runs what is to run before the fields are dropped; whether the object, first in the queue, is so still. */
static bool run_last_functions(struct thread *thread, struct link *link)
{
	rgc_object *object = object_of(link);
	const struct rgc_type *type = object->type;
	thread->pending = link->next;
	if (type->finalize && !(object->flags & OBJECT_FINALIZED) && object_survives(thread, object))
		return false;
	if (object->flags & OBJECT_WEAK_TARGET)
		object_end_weak(thread, object);
	push(thread, link);
	wait_at_field(link, 0);
	if (type->clear) {
		struct drop_state state = function_begins(thread);
		call_clear(object);
		unnest(thread, state);
	}
	return thread->pending == link;
}

/* The first field from number *at on that is not NULL, or NULL; *at is the number behind it. */
static inline rgc_object *next_member(rgc_object *object, uint32_t *at)
{
	rgc_object *member = NULL;
	while (*at < object->type->field_count && !(member = *object_field(object, (*at)++)))
		;
	return member;
}

static inline void object_release(struct thread *thread, rgc_object *object)
{
	if (unlikely(object->flags & OBJECT_SHARED))
		rgc__shared_free(object);
	else
		object_free(thread->heap, object);
}

/* Drops the fields of the object that is first in the queue, until one ends; with the last, the object is
 * gone.  Nobody can look at the fields any more, so they keep their values. */
static inline void drop_fields(struct thread *thread, struct link *link, uint32_t at)
{
	rgc_object *object = object_of(link), *next;
	for (rgc_object *member = next_member(object, &at); member; member = next) {
		next = next_member(object, &at);
		if (!next) {
			thread->pending = link->next;
			object_release(thread, object);
			decref_member(thread, member);
			return;
		}
		decref_member(thread, member);
		if (thread->pending != link) {
			wait_at_field(link, at - 1);
			return;
		}
	}
	thread->pending = link->next;
	object_release(thread, object);
}

static inline void end_first(struct thread *thread, struct link *link)
{
	const rgc_object *object = object_of(link);
	const struct rgc_type *type = object->type;
	if (object->flags & OBJECT_ENDING)
		drop_fields(thread, link, (uint32_t)link->external);
	else if (likely(!type->finalize && !type->clear && !(object->flags & OBJECT_WEAK_TARGET)) ||
		 run_last_functions(thread, link))
		drop_fields(thread, link, 0);
}

/* Ends all that waits, and what comes to wait meanwhile. */
static void drop_all(struct thread *thread)
{
	thread->dropping = true;
	for (struct link *link; (link = thread->pending);)
		end_first(thread, link);
	thread->dropping = false;
}

/* Without references, finalizer and link. */
static void drop_plain(rgc_object *object)
{
	if (unlikely(object->flags & OBJECT_WEAK_TARGET))
		object_end_weak(&rgc__thread, object);
	object_free(rgc__thread.heap, object);
}

void rgc__object_drop(rgc_object *object)
{
	struct thread *thread = &rgc__thread;
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

#ifndef RGC_DEBUG

/* Whether an object of the library's own ends by its `clear` alone. */
static inline bool ends_by_clear(const struct thread *thread, const rgc_object *object)
{
	const uint32_t others = OBJECT_LINKED | OBJECT_WEAK_TARGET | OBJECT_SHARED;
	return (object->flags & others) == OBJECT_LINKED && thread->nesting < NESTING_MAX &&
	       type_is_ours(object->type) && object->type->clear && !object->type->field_count;
}

/* The same as by way of the queue, in which nothing would come to wait. */
static __attribute__((noinline)) void end_by_clear(struct thread *thread, rgc_object *object)
{
	object->refs = 0;
	if (object->flags & OBJECT_TRACKED)
		links_remove(link_of(object));
	thread->nesting++;
	object->type->clear(object);
	thread->nesting--;
	object_free(thread->heap, object);
}

/* The usual ends, outside of other drops; whether it is one. */
static inline bool end_at_once(struct thread *thread, rgc_object *object)
{
	if (unlikely(!thread->heap || thread->dropping))
		return false;
	if (can_end_simply(thread->heap, object))
		rgc__simple_drop(thread->heap, object);
	else if (ends_quickly(object))
		quick_end(thread->heap, object);
	else if (ends_by_clear(thread, object))
		end_by_clear(thread, object);
	else
		return false;
	return true;
}

#endif

void rgc_decref_slow_(rgc_object *object)
{
#ifdef RGC_DEBUG
	rgc__check_held(object, "rgc_decref");
#endif
	if (likely(object->refs == 1)) {
#ifndef RGC_DEBUG
		if (likely(end_at_once(&rgc__thread, object)))
			return;
#endif
		object->refs = 0;
		rgc__object_drop(object);
	} else if (object->refs == REFS_SHARED) {
		rgc__shared_decref(object);
	} else if (object->refs == REFS_TOO_MANY) {
		rgc_make_immortal(object);
	}
}
