/*
 * at_end.c - rgc_at_end: functions that are called at an object's end.
 *
 * Those that are alive are in a list of their heap, which has a reference to each.  The collector need not
 * know what they refer to: all of it is reachable as long as they live, and when they are dead there is none.
 */
#include "at_end.h"
#include "call.h"
#include "missing.h"
#include "weakref.h"

#include <errno.h>

struct rgc_at_end {
	RGC_HEAD;
	struct link link; /* in the heap's list */
	rgc_weak *object; /* bound; NULL once it is dead */
	rgc_at_end_function function;
	rgc_object *argument;
	bool at_exit;
};

const struct rgc_type RGC_TYPE(rgc_at_end) = {
	.name = "rgc_at_end",
	.size = sizeof(rgc_at_end),
	.flags = TYPE_IS_OURS,
};

static rgc_at_end *at_end_of(struct link *link)
{
	return (rgc_at_end *)(void *)((char *)link - offsetof(rgc_at_end, link));
}

/* Gives the caller its argument, and the list's reference to itself. */
static rgc_object *die(rgc_at_end *at_end)
{
	links_remove(&at_end->link);
	rgc__weak_unbind(rgc_take(&at_end->object));
	return rgc_take(&at_end->argument);
}

static APART void call_function(rgc_at_end_function function, rgc_object *argument)
{
	struct call call MUST_RETURN;
	call_begin(&call, "function of an rgc_at_end", NULL);
	function(argument);
	call_end(&call);
}

static void die_calling(rgc_at_end *at_end)
{
	rgc_object *argument = die(at_end);
	call_function(at_end->function, argument);
	rgc_decref(argument);
	rgc_decref(at_end);
}

static void die_silently(rgc_at_end *at_end)
{
	rgc_decref(die(at_end));
	rgc_decref(at_end);
}

static void on_end(rgc_weak *weak, void *unused)
{
	(void)unused;
	rgc_at_end *at_end = rgc__weak_binding(weak)->owner;
	if (!at_end)
		return;
	if (rgc__thread.heap->at_ends.are_over)
		die_silently(at_end);
	else
		die_calling(at_end);
}

/* Enters it in the list; whether there was memory. */
static bool begin(rgc_at_end *at_end, rgc_object *object)
{
	at_end->object = rgc__weak_new_bound(object, on_end, (struct weak_binding){.owner = at_end});
	if (!at_end->object)
		return false;
	at_end->at_exit = true;
	rgc_heap *heap = rgc__thread.heap;
	links_append(&heap->at_ends.alive, &at_end->link);
	heap->at_ends.made++;
	rgc_incref(at_end);
	return true;
}

rgc_at_end *rgc_at_end_new(void *object, rgc_at_end_function function, void *argument)
{
	if (missing(object))
		return NULL;
	if (!function) {
		errno = EINVAL;
		return NULL;
	}
	check_object(argument);
	/* Alive meanwhile, as what a collection ends may have lent them. */
	rgc_incref(object);
	rgc_incref(argument);
	rgc_at_end *at_end = rgc_new(rgc_at_end);
	if (at_end && begin(at_end, object)) {
		at_end->function = function;
		at_end->argument = rgc_ref((rgc_object *)argument);
	} else {
		rgc_clear(&at_end);
	}
	int error = errno;
	rgc_decref(object);
	rgc_decref(argument);
	errno = error;
	return at_end;
}

int rgc_at_end_call(rgc_at_end *at_end)
{
	if (missing(at_end))
		return -1;
	if (!at_end->object)
		return 0;
	die_calling(at_end);
	return 1;
}

int rgc_at_end_detach(rgc_at_end *at_end)
{
	if (missing(at_end))
		return -1;
	if (!rgc_at_end_peek(at_end, NULL, NULL))
		return 0;
	die_silently(at_end);
	return 1;
}

bool rgc_at_end_is_alive(const rgc_at_end *at_end)
{
	return !missing(at_end) && at_end->object;
}

void *rgc_at_end_peek(const rgc_at_end *at_end, rgc_at_end_function *function, void **argument)
{
	if (missing(at_end))
		return NULL;
	rgc_object *object = at_end->object ? rgc_weak_get(at_end->object) : NULL;
	if (object && function)
		*function = at_end->function;
	if (object && argument)
		*argument = at_end->argument;
	return object;
}

void rgc_at_end_set_at_exit(rgc_at_end *at_end, bool on)
{
	if (!missing(at_end))
		at_end->at_exit = on;
}

bool rgc_at_end_get_at_exit(const rgc_at_end *at_end)
{
	return rgc_at_end_is_alive(at_end) && at_end->at_exit;
}

/* ---- at exit ---- */

static void move_before(struct link *link, struct link *next)
{
	links_remove(link);
	links_append(next, link);
}

/* Those behind the mark have had their turn: none has, when there are new ones. */
static void call_those_before(struct link *mark, rgc_heap *heap)
{
	while (mark->prev != &heap->at_ends.alive) {
		size_t made = heap->at_ends.made;
		rgc_at_end *at_end = at_end_of(mark->prev);
		move_before(mark, mark->prev);
		if (at_end->at_exit)
			die_calling(at_end);
		if (heap->at_ends.made != made)
			move_before(mark, &heap->at_ends.alive);
	}
}

void rgc__at_end_call_all(rgc_heap *heap)
{
	int saved_errno = errno;
	rgc__thread.nesting++; /* they may not finalize in their turn */
	struct link mark;
	links_append(&heap->at_ends.alive, &mark);
	call_those_before(&mark, heap);
	links_remove(&mark);
	rgc__thread.nesting--;
	heap->at_ends.are_over = true;
	errno = saved_errno;
}

void rgc__at_end_resume(rgc_heap *heap)
{
	heap->at_ends.are_over = false;
}
