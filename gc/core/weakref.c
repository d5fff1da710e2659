/*
 * weakref.c - weak references, found from their target beside it: in the notes of its page, or by a hash
 * table if it is not of the pool.  Only making one needs memory.
 */
#include "weakref.h"
#include "buffer.h"
#include "call.h"
#include "descent.h"
#include "missing.h"
#include "quick.h"
#include "tracking.h"

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
	struct notice notice[];       /* none if there is neither callback nor argument; before a binding */
};

/* Stands in for `next`, with a mark, once the hash was asked for: most never need the room. */
struct hashed {
	weak_pointer next;
	size_t hash;
};
#define IS_HASHED ((uintptr_t)1)

static bool is_hashed(const rgc_weak *weak)
{
	return (uintptr_t)weak->next & IS_HASHED;
}

static struct hashed *hashed_of(const rgc_weak *weak)
{
	return (struct hashed *)(void *)((char *)weak->next - IS_HASHED);
}

static weak_pointer *next_of(rgc_weak *weak)
{
	return unlikely(is_hashed(weak)) ? &hashed_of(weak)->next : &weak->next;
}

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
	rgc_weak *next = *next_of(weak);
	*weak->previous = next;
	rgc_heap *heap = rgc__thread.heap;
	if (next)
		next->previous = weak->previous;
	else if (!*first_of(heap, target))
		forget_target(heap, target);
}

void rgc__weak_forget_target(rgc_object *weak)
{
	detach((rgc_weak *)(void *)weak);
}

/* ---- as keys ---- */

/* 0, or -1 with ENOMEM. */
static int remember_hash(rgc_weak *weak, size_t hash)
{
	if (is_hashed(weak)) /* the target's hash asked for it, too */
		return 0;
	struct hashed *hashed = rgc__buffer_new(&weak->rgc_head.object, sizeof(*hashed));
	if (!hashed)
		return -1;
	*hashed = (struct hashed){weak->target ? weak->next : NULL, hash};
	if (hashed->next)
		hashed->next->previous = &hashed->next;
	weak->next = (weak_pointer)(void *)((char *)hashed + IS_HASHED);
	return 0;
}

static void forget_hash(rgc_weak *weak)
{
	if (!is_hashed(weak))
		return;
	rgc__buffer_free(false, hashed_of(weak), sizeof(struct hashed));
	weak->next = NULL;
}

size_t rgc__weak_owned_bytes(const void *weak)
{
	return is_hashed(weak) ? sizeof(struct hashed) : 0;
}

/* The target's, which stays when that has ended. */
static int weak_hash(const void *self, size_t *hash)
{
	rgc_weak *weak = (rgc_weak *)(uintptr_t)self;
	if (is_hashed(weak)) {
		*hash = hashed_of(weak)->hash;
		return 0;
	}
	rgc_object *target = rgc_weak_ref(weak);
	if (!target) {
		errno = ENOTSUP;
		return -1;
	}
	int result = rgc__descent_begin();
	if (!result) {
		result = rgc_hash(target, hash); /* which may be a weak reference, too */
		rgc__descent_end();
	}
	if (!result)
		result = remember_hash(weak, *hash);
	int error = errno;
	rgc_decref(target);
	errno = error;
	return result;
}

static int weak_equal(const void *self, const void *other)
{
	if (!RGC_IS(other, rgc_weak))
		return 0;
	rgc_object *target = rgc_weak_ref(self), *others = rgc_weak_ref(other);
	int equal = target && others ? rgc__descent_begin() : 0;
	if (target && others && !equal) {
		equal = rgc_equal(target, others);
		rgc__descent_end();
	}
	int error = errno;
	rgc_decref(target);
	rgc_decref(others);
	errno = error;
	return equal;
}

/* ---- the type ---- */

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
	forget_hash(weak);
	if (weak->rgc_head.count)
		rgc_clear(&weak->notice->argument);
}

const struct rgc_type rgc_weak_rgc_type = {
	.name = "rgc_weak",
	.size = sizeof(rgc_weak),
	.item_size = sizeof(struct notice),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY, /* block_new tracks */
	.traverse = weak_traverse,
	.clear = weak_clear,
	.hash = weak_hash,
	.equal = weak_equal,
};

/* With room for so many items, and tracked. */
static inline rgc_weak *block_new(size_t items)
{
	rgc_weak *weak =
		items ? rgc_new_items(rgc_weak, items) : quick_lazy(&rgc_weak_rgc_type, sizeof(rgc_weak));
	if (weak)
		object_track(rgc__thread.heap, &weak->rgc_head.object);
	return weak;
}

static inline rgc_weak *weak_new(rgc_object *target, size_t items)
{
	if (target->refs < 0) {
		errno = ENOTSUP;
		return NULL;
	}
	rgc_weak *weak = block_new(items);
	if (!weak)
		return NULL;
	/* Only now: making the object may collect, and so change what stands there. */
	weak_pointer *first = make_first(rgc__thread.heap, target);
	if (!first) {
		rgc_decref(weak);
		return NULL;
	}
	attach(weak, target, first);
	return weak;
}

rgc_weak *rgc_weak_new(void *target, rgc_weak_callback callback, void *argument)
{
	if (missing(target))
		return NULL;
	check_object(argument);
	bool tells = callback || argument;
	rgc_weak *weak = weak_new(target, tells);
	if (weak && tells) {
		weak->notice->callback = callback;
		rgc_set(&weak->notice->argument, (rgc_object *)argument);
	}
	return weak;
}

/* ---- bound ones ---- */

#define BOUND_ITEMS 2 /* the notice, and the binding */
_Static_assert(sizeof(struct weak_binding) == sizeof(struct notice), "an item");

bool rgc__weak_is_bound(const rgc_weak *weak)
{
	return weak->rgc_head.count == BOUND_ITEMS;
}

struct weak_binding *rgc__weak_binding(rgc_weak *weak)
{
	return (struct weak_binding *)(void *)&weak->notice[1];
}

rgc_weak *rgc__weak_new_bound(void *target, rgc_weak_callback callback, struct weak_binding binding)
{
	rgc_weak *weak = weak_new(target, BOUND_ITEMS);
	if (!weak)
		return NULL;
	object_untrack(&weak->rgc_head.object);
	weak->notice->callback = callback;
	*rgc__weak_binding(weak) = binding;
	return weak;
}

void rgc__weak_unbind(rgc_weak *weak)
{
	rgc__weak_binding(weak)->owner = NULL;
	rgc_decref(weak);
}

size_t rgc__weak_bound_bytes(void)
{
	return sizeof(struct link) + sizeof(rgc_weak) + BOUND_ITEMS * sizeof(struct notice);
}

/* ---- targets and their ends ---- */

void *rgc_weak_get(const rgc_weak *weak)
{
	if (missing(weak))
		return NULL;
	/* A count of 0: the target waits for its end. */
	return weak->target && weak->target->refs != 0 ? weak->target : NULL;
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
		for (rgc_weak *weak = *first_of(rgc__thread.heap, target); weak; weak = *next_of(weak))
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
	weak_pointer *at = next_of(weak);
	rgc_weak *next = *at;
	weak->target = NULL;
	*at = NULL;
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
		queue->end = next_of(weak);
	}
}

bool rgc__weak_clear_untold(rgc_heap *heap, rgc_object *target)
{
	weak_pointer *first = first_of(heap, target);
	for (rgc_weak *weak = *first; weak; weak = *next_of(weak)) {
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
		next = *next_of(weak);
		int saved_errno = errno;
		struct call call MUST_RETURN;
		call_begin(&call, "weak reference's callback", NULL);
		weak->notice->callback(weak, weak->notice->argument);
		call_end(&call);
		errno = saved_errno;
		rgc_decref(weak);
	}
}
