/*
 * weakref.c - weak references, found from their target beside it: in the notes of its page, or by a hash
 * table if it is not of the pool.  Only making one needs memory.
 */
#include "weakref.h"
#include "call.h"
#include "missing.h"

#include <errno.h>
#include <stdlib.h>

/* Where a weak reference is referred to by the one before it, or a note. */
typedef rgc_weak *weak_pointer __attribute__((may_alias));

struct notice {
	rgc_weak_callback callback;
	rgc_object *argument;
};

struct rgc_weak {
	RGC_VAR_HEAD;                 /* counts what follows */
	rgc_object *target;           /* NULL once cleared */
	weak_pointer next, *previous; /* of the same target; in a queue, `next` alone */
	struct notice notice[];       /* none if there is neither callback nor argument */
};

/* ---- targets that are not of the pool ---- */

struct weak_entry {
	rgc_object *target;
	weak_pointer first;
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

static void move_entry(struct weak_entry *to, const struct weak_entry *from)
{
	*to = *from;
	to->first->previous = &to->first;
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
			move_entry(find(&larger, map->entries[i].target), &map->entries[i]);
	}
	free(map->entries);
	*map = larger;
	return true;
}

/* Of a target that has none.  NULL with ENOMEM. */
static weak_pointer *add_entry(struct weak_map *map, rgc_object *target)
{
	if (!reserve(map))
		return NULL;
	struct weak_entry *entry = find(map, target);
	entry->target = target;
	map->used++;
	return &entry->first;
}

/* Closes the gap: entries after it that would not be found across it move back. */
static void delete_entry(struct weak_map *map, struct weak_entry *entry)
{
	size_t mask = map->capacity - 1, gap = (size_t)(entry - map->entries);
	for (size_t at = (gap + 1) & mask; map->entries[at].target; at = (at + 1) & mask) {
		if (((at - home(map, map->entries[at].target)) & mask) < ((at - gap) & mask))
			continue;
		move_entry(&map->entries[gap], &map->entries[at]);
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

/* ---- all targets ---- */

/* Where the first weak reference of an object stands that has some. */
static weak_pointer *first_of(const rgc_heap *heap, const rgc_object *target)
{
	if (likely(object_is_pooled(target)))
		return (weak_pointer *)pool_note(page_of(target), target);
	return &find(&heap->weak, target)->first;
}

/* The same of an object that may have none; NULL with ENOMEM. */
static weak_pointer *make_first(rgc_heap *heap, rgc_object *target)
{
	if (target->flags & OBJECT_WEAK_TARGET)
		return first_of(heap, target);
	if (unlikely(!object_is_pooled(target)))
		return add_entry(&heap->weak, target);
	struct page *page = page_of(target);
	if (unlikely(!page->notes) && !rgc__pool_make_notes(&heap->pool, page))
		return NULL;
	return (weak_pointer *)pool_note(page, target);
}

/* Of a target whose last weak reference has been taken from it. */
static void forget_target(rgc_heap *heap, rgc_object *target)
{
	target->flags &= ~(uint32_t)OBJECT_WEAK_TARGET;
	if (unlikely(!object_is_pooled(target)))
		delete_entry(&heap->weak, find(&heap->weak, target));
}

static void attach(rgc_weak *weak, rgc_object *target, weak_pointer *first)
{
	weak->target = target;
	weak->next = *first;
	weak->previous = first;
	if (weak->next)
		weak->next->previous = &weak->next;
	*first = weak;
	target->flags |= OBJECT_WEAK_TARGET;
}

/* Takes the weak reference from its target. */
static void detach(rgc_weak *weak)
{
	rgc_object *target = weak->target;
	if (!target)
		return;
	weak->target = NULL;
	*weak->previous = weak->next;
	rgc_heap *heap = rgc__thread.heap;
	if (weak->next)
		weak->next->previous = weak->previous;
	else if (!*first_of(heap, target))
		forget_target(heap, target);
}

void rgc__weak_forget_target(rgc_object *weak)
{
	detach((rgc_weak *)(void *)weak);
}

static int weak_traverse(void *self, rgc_visit visit, void *argument)
{
	rgc_weak *weak = self;
	if (weak->rgc_head.count)
		RGC_VISIT(weak->notice->argument);
	return 0;
}

static void weak_clear(void *self)
{
	rgc_weak *weak = self;
	detach(weak);
	if (weak->rgc_head.count)
		rgc_clear(&weak->notice->argument);
}

const struct rgc_type rgc_weak_rgc_type = {
	.name = "rgc_weak",
	.size = sizeof(rgc_weak),
	.item_size = sizeof(struct notice),
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
	bool tells = callback || argument;
	rgc_weak *weak = rgc_new_items(rgc_weak, tells);
	if (!weak)
		return NULL;
	/* Only now: making the object may collect, and so change what stands there. */
	weak_pointer *first = make_first(rgc__thread.heap, target);
	if (!first) {
		rgc_decref(weak);
		return NULL;
	}
	if (tells) {
		weak->notice->callback = callback;
		rgc_set(&weak->notice->argument, (rgc_object *)argument);
	}
	attach(weak, target, first);
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
		for (rgc_weak *weak = *first_of(rgc__thread.heap, target); weak; weak = weak->next)
			count++;
	}
	return count;
}

void rgc__weak_queue_init(struct weak_queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

/* Whether the callback is to be called for the end of the target, if there is one. */
static bool is_to_be_told(const rgc_weak *weak)
{
	const rgc_object *object = &weak->rgc_head.object;
	/* A count of 0: the weak reference waits for its own end. */
	return weak->rgc_head.count && weak->notice->callback && object->refs != 0 &&
	       !(object->flags & OBJECT_UNREACHABLE);
}

/* Takes all weak references from a target: the first of them. */
static rgc_weak *take_all(rgc_heap *heap, rgc_object *target, weak_pointer *first)
{
	rgc_weak *weak = *first;
	*first = NULL;
	forget_target(heap, target);
	return weak;
}

/* The one behind it. */
static rgc_weak *clear_one(rgc_weak *weak)
{
	rgc_weak *next = weak->next;
	weak->target = NULL;
	weak->next = NULL;
	return next;
}

void rgc__weak_clear_target(rgc_heap *heap, rgc_object *target, struct weak_queue *queue)
{
	rgc_weak *weak = take_all(heap, target, first_of(heap, target));
	for (rgc_weak *next; weak; weak = next) {
		next = clear_one(weak);
		if (!is_to_be_told(weak))
			continue;
		rgc_incref(weak);
		*queue->end = weak;
		queue->end = &weak->next;
	}
}

bool rgc__weak_clear_untold(rgc_heap *heap, rgc_object *target)
{
	weak_pointer *first = first_of(heap, target);
	for (const rgc_weak *weak = *first; weak; weak = weak->next) {
		if (is_to_be_told(weak))
			return false;
	}
	for (rgc_weak *weak = take_all(heap, target, first), *next; weak; weak = next)
		next = clear_one(weak);
	return true;
}

void rgc__weak_run_callbacks(struct weak_queue *queue)
{
	for (rgc_weak *weak = queue->first, *next; weak; weak = next) {
		next = weak->next;
		int saved_errno = errno;
		struct call call MUST_RETURN;
		call_begin(&call, "weak reference's callback", NULL);
		weak->notice->callback(weak, weak->notice->argument);
		call_end(&call);
		errno = saved_errno;
		rgc_decref(weak);
	}
}
