/*
 * simple.c - the end of simple objects, which are fields and nothing else: what drop.c and collect.c do to
 * any object, done to these without asking each time, as nobody can tell the difference.
 */
#include "simple.h"
#include "block.h"

/* object_free, for a simple object. */
static inline void simple_free(rgc_heap *heap, rgc_object *object)
{
	if (unlikely(!object_is_pooled(object))) {
		object_free(heap, object);
		return;
	}
	heap->counts[0] -= heap->counts[0] > 0;
	heap->bytes -= object->type->size + sizeof(struct link);
	pool_put(&heap->pool, link_of(object));
}

#ifndef RGC_DEBUG

/* A structure is taken apart as by a recursion: each member ends, with all that hangs from it, before the
 * next is dropped.  Objects whose members end meanwhile wait in a list through their links. */
struct walk {
	struct link *waiting; /* `external` is the number of the next field */
	rgc_object *object;
	const uint32_t *field, *end; /* offsets that are still to be looked at */
};

static inline void enter(struct walk *walk, rgc_object *object, uint32_t field)
{
	const struct rgc_type *type = object->type;
	walk->object = object;
	walk->field = type->fields + field;
	walk->end = type->fields + type->field_count;
}

static inline rgc_object *member_of(const struct walk *walk)
{
	return *(object_pointer *)(void *)((char *)walk->object + *walk->field);
}

static inline void unlink_object(rgc_object *object)
{
	if (likely(object->flags & OBJECT_TRACKED))
		links_remove(link_of(object));
}

/* Moves on to the next field that is not NULL; whether there is one. */
static inline bool has_member(struct walk *walk)
{
	while (walk->field != walk->end && !member_of(walk))
		walk->field++;
	return walk->field != walk->end;
}

static inline void put_off(struct walk *walk)
{
	struct link *link = link_of(walk->object);
	link->external = (int32_t)(walk->field - walk->object->type->fields);
	link->next = walk->waiting;
	walk->waiting = link;
}

static inline bool resume(struct walk *walk)
{
	struct link *link = walk->waiting;
	if (!link)
		return false;
	walk->waiting = link->next;
	enter(walk, object_of(link), (uint32_t)link->external);
	return true;
}

/* Drops a member; true if that is its end, which is left to the caller. */
static inline bool drop_member(rgc_heap *heap, rgc_object *member)
{
	if (member->refs > 1)
		member->refs--;
	else if (likely(member->refs == 1 && can_end_simply(heap, member)))
		return true;
	else
		rgc_decref_slow_(member);
	return false;
}

/* The object has been unlinked. */
static __attribute__((noinline)) void drop_structure(rgc_heap *heap, rgc_object *object)
{
	struct walk walk = {.waiting = NULL};
	enter(&walk, object, 0);
	for (;;) {
		if (!has_member(&walk)) {
			simple_free(heap, walk.object);
			if (!resume(&walk))
				return;
			continue;
		}
		rgc_object *member = member_of(&walk);
		walk.field++;
		if (!drop_member(heap, member))
			continue;
		if (has_member(&walk))
			put_off(&walk);
		else
			simple_free(heap, walk.object);
		unlink_object(member);
		enter(&walk, member, 0);
	}
}

void rgc__simple_drop(rgc_heap *heap, rgc_object *object)
{
	const struct rgc_type *type = object->type;
	unlink_object(object);
	for (uint32_t i = 0; i < type->field_count; i++) {
		if (*object_field(object, i)) {
			drop_structure(heap, object);
			return;
		}
	}
	simple_free(heap, object);
}

#endif

/* ---- garbage ---- */

/* Calls `step` for each reference that the unreachable have to others; whether it ever returned true. */
static inline __attribute__((always_inline)) bool any_outside(struct link *unreachable,
							      bool (*step)(rgc_object *))
{
	bool any = false;
	for (struct link *link = unreachable->next; link != unreachable; link = link->next) {
		rgc_object *object = object_of(link);
		for (uint32_t i = 0; i < object->type->field_count; i++) {
			rgc_object *child = *object_field(object, i);
			if (child && !(child->flags & OBJECT_UNREACHABLE))
				any |= step(child);
		}
	}
	return any;
}

/* Whether more than memory may come to an end with the object. */
static inline bool ends_noticeably(const rgc_object *object)
{
	return object->flags & (OBJECT_LINKED | OBJECT_WEAK_TARGET | OBJECT_SHARED);
}

static inline bool let_go(rgc_object *child)
{
	if (!ends_noticeably(child))
		return false;
	return child->refs < 0 ? child->flags & OBJECT_SHARED : --child->refs == 0;
}

static inline bool take_again(rgc_object *child)
{
	if (ends_noticeably(child) && child->refs >= 0)
		child->refs++;
	return false;
}

static inline bool drop_value(rgc_object *child)
{
	if (!ends_noticeably(child))
		rgc_decref(child);
	return false;
}

bool rgc__simple_free_all(rgc_heap *heap, struct link *unreachable, bool outside)
{
	if (outside && any_outside(unreachable, let_go)) {
		any_outside(unreachable, take_again);
		return false;
	}
	if (outside)
		any_outside(unreachable, drop_value);
	/* Backwards: what was made first is the first to be given out again, as addresses ascend. */
	for (struct link *link = unreachable->prev, *next; link != unreachable; link = next) {
		next = link->prev;
		simple_free(heap, object_of(link));
	}
	links_init(unreachable);
	return true;
}
