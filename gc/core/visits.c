/*
 * visits.c - see visits.h.  An object may well have two references to another, so that two visits alone say
 * nothing.  But if a reference is exchanged for one to a stand-in, that must be visited once.
 */
#ifdef RGC_DEBUG

#include "visits.h"
#include "call.h"
#include "check.h"
#include "debug.h"
#include "known.h"

#include <string.h>

/* Of an object: as a search for each takes another traverse, which may be long. */
#define SEARCHES_MAX 64

/* Children have in their notes whose they are, and whether they were visited before. */
struct visits {
	size_t first, again; /* marks of no other object */
	bool any_again;
};

static int mark(rgc_object *child, void *argument)
{
	struct visits *visits = argument;
	if (child->refs < 0) /* they are not counted, and may have no note */
		return 0;
	size_t *note = rgc__debug_note(child);
	bool again = *note == visits->first || *note == visits->again;
	*note = again ? visits->again : visits->first;
	visits->any_again |= again;
	return 0;
}

/* For traverse functions that look at what they visit there is more behind it, all zero. */
static _Thread_local struct {
	struct link link;
	rgc_object object;
	char rest[512];
} stand_in;

static int count_stand_in(rgc_object *child, void *count)
{
	*(unsigned *)count += child == &stand_in.object;
	return 0;
}

/* How often the traverse visits what stands in this place, a reference to `child`. */
static unsigned visits_of(rgc_object *object, object_pointer *place, rgc_object *child)
{
	unsigned count = 0;
	stand_in.object = (rgc_object){.type = child->type, .refs = REFS_IMMORTAL};
	*place = &stand_in.object;
	object_traverse(object, count_stand_in, &count);
	*place = child;
	return count;
}

static bool was_visited_again(const void *value, const struct visits *visits)
{
	struct known known = value ? rgc__known(value) : (struct known){0};
	rgc_object *child = (rgc_object *)(uintptr_t)value;
	return known.type && !known.ended && child->refs >= 0 && *rgc__debug_note(child) == visits->again;
}

static void search(rgc_object *object, const struct visits *visits)
{
	size_t bytes = object_bytes(object) - (object->flags & OBJECT_LINKED ? sizeof(struct link) : 0);
	object_pointer *end = (object_pointer *)(void *)object + bytes / sizeof(*end);
	unsigned searches = 0;
	for (object_pointer *place = (object_pointer *)(void *)(object + 1);
	     place < end && searches < SEARCHES_MAX; place++) {
		if (!was_visited_again(*place, visits))
			continue;
		searches++;
		if (visits_of(object, place, *place) > 1)
			rgc__check_failed("rgc_collect", object->type, object,
					  "has a traverse that visits a reference twice");
	}
}

static void check(rgc_object *object)
{
	static _Thread_local size_t marks;
	marks++;
	struct visits visits = {.first = marks, .again = SIZE_MAX - marks};
	object_traverse(object, mark, &visits);
	if (visits.any_again)
		search(object, &visits);
}

void rgc__visits_check(struct link *candidates)
{
	for (struct link *link = candidates->next; link != candidates; link = link->next) {
		rgc_object *object = object_of(link);
		if (object->type->traverse && !type_is_ours(object->type))
			check(object);
	}
}

#endif
