/*
 * weakref.c - weak references, found from their target through a hash table beside the objects.  Only making
 * one needs memory.
 */
#include "weakref.h"
#include "call.h"
#include "missing.h"

#include <errno.h>
#include <stdlib.h>

struct rgc_weak {
	RGC_HEAD;
	rgc_object *target; /* NULL once cleared */
	rgc_object *argument;
	rgc_weak_callback callback;
	rgc_weak *next, **previous; /* of the same target; in a queue, `next` alone */
};

struct weak_entry {
	rgc_object *target;
	rgc_weak *first;
};

/* Half full at most, so that probes are short and end. */
#define FIRST_CAPACITY 16u

static size_t home(const struct weak_map *map, const rgc_object *target)
{
	uint64_t hash = (uintptr_t)target / POOL_GRAIN * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(hash >> 32) & (map->capacity - 1);
}

/* The target's entry, or the empty one where it belongs.  The map must have a capacity. */
static struct weak_entry *find(const struct weak_map *map, const rgc_object *target)
{
	size_t at = home(map, target);
	while (map->entries[at].target && map->entries[at].target != target)
		at = (at + 1) & (map->capacity - 1);
	return &map->entries[at];
}

static void put(struct weak_map *map, rgc_object *target, rgc_weak *first)
{
	struct weak_entry *entry = find(map, target);
	entry->target = target;
	entry->first = first;
	first->previous = &entry->first;
}

static bool reserve(struct weak_map *map)
{
	if (2 * (map->used + 1) <= map->capacity)
		return true;
	struct weak_map larger = {.used = map->used};
	larger.capacity = map->capacity ? 2 * map->capacity : FIRST_CAPACITY;
	larger.entries = calloc(larger.capacity, sizeof(*larger.entries));
	if (!larger.entries)
		return false;
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->entries[i].target)
			put(&larger, map->entries[i].target, map->entries[i].first);
	}
	free(map->entries);
	*map = larger;
	return true;
}

/* Closes the gap: entries after it that would not be found across it move back. */
static void delete_entry(struct weak_map *map, struct weak_entry *entry)
{
	size_t mask = map->capacity - 1, gap = (size_t)(entry - map->entries);
	for (size_t at = (gap + 1) & mask; map->entries[at].target; at = (at + 1) & mask) {
		if (((at - home(map, map->entries[at].target)) & mask) < ((at - gap) & mask))
			continue;
		map->entries[gap] = map->entries[at];
		map->entries[gap].first->previous = &map->entries[gap].first;
		gap = at;
	}
	map->entries[gap] = (struct weak_entry){NULL, NULL};
	map->used--;
}

void rgc__weak_map_finish(struct weak_map *map)
{
	free(map->entries);
	*map = (struct weak_map){NULL, 0, 0};
}

static void forget_target(rgc_heap *heap, rgc_object *target, struct weak_entry *entry)
{
	target->flags &= ~(uint32_t)OBJECT_WEAK_TARGET;
	delete_entry(&heap->weak, entry);
}

/* Takes the weak reference from its target. */
static void detach(rgc_weak *weak)
{
	rgc_object *target = weak->target;
	if (!target)
		return;
	weak->target = NULL;
	*weak->previous = weak->next;
	if (weak->next)
		weak->next->previous = weak->previous;
	rgc_heap *heap = rgc__thread.heap;
	struct weak_entry *entry = find(&heap->weak, target);
	if (!entry->first)
		forget_target(heap, target, entry);
}

void rgc__weak_forget_target(rgc_object *weak)
{
	detach((rgc_weak *)(void *)weak);
}

static int weak_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((rgc_weak *)self)->argument);
	return 0;
}

static void weak_clear(void *self)
{
	rgc_weak *weak = self;
	detach(weak);
	rgc_clear(&weak->argument);
}

const struct rgc_type rgc_weak_rgc_type = {
	.name = "rgc_weak",
	.size = sizeof(rgc_weak),
	.flags = TYPE_IS_OURS,
	.traverse = weak_traverse,
	.clear = weak_clear,
};

rgc_weak *rgc_weak_new(void *pointer, rgc_weak_callback callback, void *argument)
{
	if (missing(pointer))
		return NULL;
	check_object(argument);
	rgc_object *target = pointer;
	if (target->refs < 0) {
		errno = ENOTSUP;
		return NULL;
	}
	rgc_weak *weak = rgc_new(rgc_weak);
	/* Reserved afterwards: making the object may collect, and callbacks may use the map. */
	rgc_heap *heap = rgc__thread.heap;
	if (!weak || (!(target->flags & OBJECT_WEAK_TARGET) && !reserve(&heap->weak))) {
		rgc_decref(weak);
		return NULL;
	}
	weak->target = target;
	weak->callback = callback;
	rgc_set(&weak->argument, (rgc_object *)argument);
	if (!(target->flags & OBJECT_WEAK_TARGET)) {
		target->flags |= OBJECT_WEAK_TARGET;
		heap->weak.used++;
		put(&heap->weak, target, weak);
		return weak;
	}
	struct weak_entry *entry = find(&heap->weak, target);
	weak->next = entry->first;
	entry->first->previous = &weak->next;
	put(&heap->weak, target, weak);
	return weak;
}

void *rgc_weak_get(const rgc_weak *weak)
{
	if (missing(weak))
		return NULL;
	/* A count of 0: the target waits for its end. */
	return weak->target && weak->target->refs > 0 ? weak->target : NULL;
}

void *rgc_weak_ref(const rgc_weak *weak)
{
	check_object(weak);
	return rgc_ref(rgc_weak_get(weak));
}

size_t rgc_weak_count(const void *pointer)
{
	if (missing(pointer))
		return 0;
	const rgc_object *target = pointer;
	size_t count = 0;
	if (target->flags & OBJECT_WEAK_TARGET) {
		for (rgc_weak *weak = find(&rgc__thread.heap->weak, target)->first; weak; weak = weak->next)
			count++;
	}
	return count;
}

void rgc__weak_queue_init(struct weak_queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

void rgc__weak_clear_target(rgc_heap *heap, rgc_object *target, struct weak_queue *queue)
{
	struct weak_entry *entry = find(&heap->weak, target);
	rgc_weak *weak = entry->first;
	forget_target(heap, target, entry);
	for (rgc_weak *next; weak; weak = next) {
		next = weak->next;
		weak->target = NULL;
		weak->next = NULL;
		/* A count of 0: the weak reference waits for its own end. */
		if (!weak->callback || weak->rgc_head.refs == 0 ||
		    (weak->rgc_head.flags & OBJECT_UNREACHABLE))
			continue;
		rgc_incref(weak);
		*queue->end = weak;
		queue->end = &weak->next;
	}
}

void rgc__weak_run_callbacks(struct weak_queue *queue)
{
	for (rgc_weak *weak = queue->first, *next; weak; weak = next) {
		next = weak->next;
		int saved_errno = errno;
		struct call call MUST_RETURN;
		call_begin(&call, "weak reference's callback", NULL);
		weak->callback(weak, weak->argument);
		call_end(&call);
		errno = saved_errno;
		rgc_decref(weak);
	}
}
