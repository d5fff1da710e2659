/*
 * unreachable.c - finds unreachable objects among the candidates.
 *
 * Candidates are copied references against counts: what remains of an object's count after all references
 * from other candidates are subtracted comes from outside, and keeps it and all that it leads to.  The counts
 * stand in the links, in place of `prev`, so the collector never needs memory.  While they do, no user code
 * but `traverse` runs.
 */
#include "unreachable.h"
#include "call.h"

static inline void copy_count(struct link *link)
{
	rgc_object *object = object_of(link);
	object->flags = (object->flags & ~(uint32_t)OBJECT_UNREACHABLE) | OBJECT_COLLECTING;
	link->external = object->refs;
	link->ahead = 0;
}

static size_t copy_counts(struct link *candidates)
{
	size_t count = 0;
	for (struct link *link = candidates->next; link != candidates; link = link->next) {
		copy_count(link);
		count++;
	}
	return count;
}

/* So many links lie between one and the link that it names in `ahead`. */
#define AHEAD 8

static inline void set_ahead(struct link *link, const struct link *later)
{
	ptrdiff_t grains = later ? ((const char *)later - (const char *)link) / (ptrdiff_t)POOL_GRAIN : 0;
	link->ahead = (int32_t)grains == grains ? (int32_t)grains : 0;
}

static inline void prefetch_ahead(struct link *link)
{
	__builtin_prefetch((char *)link + link->ahead * (ptrdiff_t)POOL_GRAIN, 1);
}

/*
 * copy_counts for more objects than any cache holds.  In an old heap each link is a wait for memory, and none
 * can begin before the last has ended, as it tells the next address.  So the list is walked from both ends at
 * once, and later passes are told what they will come to.
 */
static size_t copy_many_counts(struct link *candidates)
{
	struct link *before[AHEAD] = {NULL}, *after[AHEAD] = {NULL};
	struct link *front = candidates->next, *back = candidates->prev, *next, *previous;
	size_t count = 0;
	for (size_t step = 0; front != candidates; front = next, back = previous, step++) {
		size_t place = step % AHEAD;
		next = front->next;
		copy_count(front);
		count++;
		if (before[place])
			set_ahead(before[place], front);
		before[place] = front;
		if (front == back)
			break;
		previous = back->prev;
		copy_count(back);
		count++;
		set_ahead(back, after[place]);
		after[place] = back;
		if (next == back)
			break;
	}
	return count;
}

/* Returns the child's flags. */
static inline uint32_t subtract_child(rgc_object *child)
{
	uint32_t flags = child->flags;
	if (flags & OBJECT_COLLECTING)
		link_of(child)->external--;
	return flags;
}

static int subtract_visited(rgc_object *child, void *unused)
{
	(void)unused;
	subtract_child(child);
	return 0;
}

/* Whether some fields refer to objects other than candidates. */
static bool subtract_internal(struct link *candidates, struct call *call)
{
	uint32_t common = OBJECT_COLLECTING;
	for (struct link *link = candidates->next; link != candidates; link = link->next) {
		rgc_object *object = object_of(link);
		const struct rgc_type *type = object->type;
		prefetch_ahead(link);
		for (uint32_t i = 0; i < type->field_count; i++) {
			rgc_object *child = *object_field(object, i);
			if (child)
				common &= subtract_child(child);
		}
		if (type->traverse) {
			call->type = type;
			type->traverse(object, subtract_visited, NULL);
		}
	}
	return !(common & OBJECT_COLLECTING);
}

/* A child of a reachable object: if it has been put aside it comes back, behind all others; if it is still to
 * be looked at, it is marked. */
static inline void reach_child(rgc_object *child, struct link *candidates)
{
	if (!(child->flags & OBJECT_COLLECTING))
		return;
	struct link *link = link_of(child);
	if (child->flags & OBJECT_UNREACHABLE) {
		child->flags &= ~(uint32_t)OBJECT_UNREACHABLE;
		links_remove(link);
		links_append(candidates, link);
		link->external = 1;
	} else if (link->external == 0) {
		link->external = 1;
	}
}

static int reach_visited(rgc_object *child, void *candidates)
{
	reach_child(child, candidates);
	return 0;
}

static inline void reach_children(rgc_object *object, struct link *candidates, struct call *call)
{
	const struct rgc_type *type = object->type;
	for (uint32_t i = 0; i < type->field_count; i++) {
		rgc_object *child = *object_field(object, i);
		if (child)
			reach_child(child, candidates);
	}
	if (type->traverse) {
		call->type = type;
		type->traverse(object, reach_visited, candidates);
	}
}

/*
 * Goes through the candidates once, putting aside what nothing outside refers to; some of it comes back to
 * their end later.  `prev` is restored on the way: what lies behind the present object is linked both ways,
 * what lies before it only forward, except that the list's own prev is always right.  Returns how many stay.
 */
static size_t put_unreachable_aside(struct link *candidates, struct link *unreachable, struct call *call,
				    bool *simple)
{
	struct link *behind = candidates;
	size_t reachable = 0;
	uint32_t common = OBJECT_SIMPLE;
	for (struct link *link; (link = behind->next) != candidates;) {
		rgc_object *object = object_of(link);
		prefetch_ahead(link);
		/* Immortal objects always have a reference from outside. */
		if (link->external || unlikely(object->refs < 0)) {
			reach_children(object, candidates, call);
			link->prev = behind;
			object->flags &= ~(uint32_t)OBJECT_COLLECTING;
			behind = link;
			reachable++;
		} else {
			uint32_t flags = object->flags;
			behind->next = link->next;
			links_append(unreachable, link);
			object->flags = flags | OBJECT_UNREACHABLE;
			common &= flags & OBJECT_WEAK_TARGET ? 0 : flags;
		}
	}
	candidates->prev = behind;
	*simple = common & OBJECT_SIMPLE;
	return reachable;
}

void rgc__unreachable_end_collecting(struct link *unreachable, struct findings *found)
{
	for (struct link *link = unreachable->next; link != unreachable; link = link->next) {
		rgc_object *object = object_of(link);
		object->flags &= ~(uint32_t)OBJECT_COLLECTING;
		found->weak |= RGC_IS(object, rgc_weak);
		found->weak_targets |= (object->flags & OBJECT_WEAK_TARGET) != 0;
		found->finalizers |= object->type->finalize && !(object->flags & OBJECT_FINALIZED);
	}
}

size_t rgc__unreachable_split(const rgc_heap *heap, struct link *candidates, struct link *unreachable,
			      struct findings *found, bool many)
{
	size_t count = many ? copy_many_counts(candidates) : copy_counts(candidates);
	/* One for all calls of both passes, of which there are many. */
	struct call call MUST_RETURN;
	call_begin(&call, "traverse", NULL);
	*found = (struct findings){.outside = subtract_internal(candidates, &call)};
	size_t reachable = put_unreachable_aside(candidates, unreachable, &call, &found->simple);
	call_end(&call);
	found->count = count - reachable;
	found->outside |= reachable > 0;
	found->simple &= !heap->debug;
	if (!found->simple)
		rgc__unreachable_end_collecting(unreachable, found);
	return count;
}
