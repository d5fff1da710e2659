/*
 * debug.c - what librgc-debug does besides: notes before each block, by which all objects of a heap are
 * known; dead objects kept and overwritten; aborts with the type's name; collections under stress; the list
 * of leaks at exit.
 */
#ifdef RGC_DEBUG

#include "debug.h"
#include "at_exit.h"
#include "call.h"
#include "check.h"
#include "known.h"
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#ifdef RGC_HAVE_VALGRIND
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_NOACCESS(address, bytes) ((void)0)
#define VALGRIND_MAKE_MEM_UNDEFINED(address, bytes) ((void)0)
#endif

/* In programs built with AddressSanitizer, whether the library is or not. */
extern void __asan_poison_memory_region(const volatile void *address, size_t bytes) __attribute__((weak));
extern void __asan_unpoison_memory_region(const volatile void *address, size_t bytes) __attribute__((weak));

#define POISON 0xdd

/* Before each block. */
struct note {
	struct link link; /* in heap->blocks */
	rgc_object *object;
	size_t external; /* rgc__debug_note; the bytes of the dead */
};

static unsigned long stress;

__attribute__((constructor)) static void read_settings(void)
{
	const char *setting = getenv("RGC_STRESS");
	stress = setting ? strtoul(setting, NULL, 10) : 0;
}

static void *block_of(rgc_object *object)
{
	return object->flags & OBJECT_LINKED ? (void *)link_of(object) : object;
}

static struct note *note_of(rgc_object *object)
{
	return (struct note *)block_of(object) - 1;
}

size_t *rgc__debug_note(rgc_object *object)
{
	return &note_of(object)->external;
}

static struct note *note_at(struct link *link)
{
	return (struct note *)(void *)link;
}

void *rgc__debug_block_new(size_t bytes)
{
	struct note *note = calloc(1, sizeof(*note) + bytes);
	return note ? note + 1 : NULL;
}

void rgc__debug_born(rgc_heap *heap, rgc_object *object)
{
	struct note *note = note_of(object);
	note->object = object;
	links_append(&heap->blocks, &note->link);
	rgc__known_born(object);
}

/* The part of a dead object that must not be looked at: all but its head, which names it in messages. */
static void *body_of(rgc_object *object)
{
	return object + 1;
}

static void release(struct note *note)
{
	if (!note)
		return;
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(body_of(note->object), note->external);
	VALGRIND_MAKE_MEM_UNDEFINED(body_of(note->object), note->external);
	free(note);
}

void rgc__debug_block_free(rgc_heap *heap, rgc_object *object, size_t bytes)
{
	struct note *note = note_of(object);
	links_remove(&note->link);
	rgc__known_ended(object);
	note->external = (size_t)((char *)block_of(object) + bytes - (char *)body_of(object));
	object->refs = REFS_DEAD;
	memset(body_of(object), POISON, note->external);
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(body_of(object), note->external);
	VALGRIND_MAKE_MEM_NOACCESS(body_of(object), note->external);
	void **place = &heap->quarantine[heap->quarantine_next++ % QUARANTINE];
	release(*place);
	*place = note;
}

void rgc__debug_heap_finish(rgc_heap *heap)
{
	for (size_t i = 0; i < QUARANTINE; i++)
		release(heap->quarantine[i]);
}

/* Under stress: a small heap is collected as a whole each time.  In a larger one, full collections look at so
 * many objects for each allocation, on average, that it is made in a time in proportion to its size. */
#define STRESS_SMALL 100
#define STRESS_SHARE 10

void rgc__debug_before_new(rgc_heap *heap)
{
	if (!stress || ++heap->allocations % stress)
		return;
	size_t objects = heap->long_lived_total, since = heap->allocations - heap->allocations_at_full;
	bool full = objects <= STRESS_SMALL || objects / STRESS_SHARE <= since;
	if (full)
		heap->allocations_at_full = heap->allocations;
	rgc_collect(full ? RGC_GENERATIONS - 1 : 0);
}

static int reject(rgc_object *child, void *parent)
{
	(void)child;
	rgc__check_failed("rgc_collect", ((rgc_object *)parent)->type, parent,
			  "has a reference that its clear left and its traverse visits");
}

void rgc__debug_check_cleared(rgc_object *object)
{
	if (!object->type->traverse || object->type->clear)
		object_traverse(object, reject, object);
}

/* ---- references from outside ---- */

static int subtract(rgc_object *child, void *unused)
{
	(void)unused;
	if (child->refs > 0) /* others may have no note */
		note_of(child)->external--;
	return 0;
}

static void count_external(struct link *blocks)
{
	for (struct link *link = blocks->next; link != blocks; link = link->next)
		note_at(link)->external = (size_t)note_at(link)->object->refs;
	for (struct link *link = blocks->next; link != blocks; link = link->next)
		object_traverse(note_at(link)->object, subtract, NULL);
}

void rgc__debug_check_left(struct link *cleared)
{
	if (rgc__thread.pending) /* drops that wait */
		return;
	for (struct link *link = cleared->next; link != cleared; link = link->next)
		note_of(object_of(link))->external = (size_t)object_of(link)->refs;
	for (struct link *link = cleared->next; link != cleared; link = link->next)
		object_traverse(object_of(link), subtract, NULL);
	for (struct link *link = cleared->next; link != cleared; link = link->next) {
		rgc_object *object = object_of(link);
		if (note_of(object)->external != 0)
			rgc__check_failed(
				"rgc_collect", object->type, object,
				"was found unreachable, and is referred to still: a traverse visits "
				"a reference twice, or a clear does not drop one");
	}
}

/* ---- leaks ---- */

static bool is_counted(const struct note *note)
{
	return note->object->refs > 0;
}

/* What lives of a type, in the order in which the types were met. */
struct alive {
	const struct rgc_type *type;
	size_t met, objects, external;
};

static int by_type(const void *left, const void *right)
{
	const struct alive *a = left, *b = right;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return (a->met > b->met) - (a->met < b->met);
}

static int by_meeting(const void *left, const void *right)
{
	const struct alive *a = left, *b = right;
	return (a->met > b->met) - (a->met < b->met);
}

static size_t list_alive(struct link *blocks, struct alive *list)
{
	size_t count = 0;
	for (struct link *link = blocks->next; link != blocks; link = link->next) {
		if (!is_counted(note_at(link)))
			continue;
		if (list)
			list[count] = (struct alive){note_at(link)->object->type, count, 1,
						     note_at(link)->external};
		count++;
	}
	return count;
}

/* One for each type of a list that is in order of types; how many. */
static size_t sum_up(struct alive *list, size_t count)
{
	size_t types = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || list[i].type != list[types - 1].type) {
			list[types++] = list[i];
			continue;
		}
		list[types - 1].objects++;
		list[types - 1].external += list[i].external;
	}
	return types;
}

size_t rgc_report_leaks(FILE *file)
{
	rgc_heap *heap = heap_current();
	if (!heap)
		return 0;
	size_t count = list_alive(&heap->blocks, NULL);
	struct alive *list = calloc(count + 1, sizeof(*list));
	if (!list)
		return count;
	count_external(&heap->blocks);
	list_alive(&heap->blocks, list);
	qsort(list, count, sizeof(*list), by_type);
	size_t types = sum_up(list, count);
	qsort(list, types, sizeof(*list), by_meeting);
	for (size_t i = 0; i < types; i++)
		rgc__print_alive(file, list[i].type, list[i].objects, list[i].external);
	free(list);
	return count;
}

/* The main thread's heap: it does not end as those of other threads do. */
__attribute__((destructor(DESTRUCTOR_TELL))) static void report_at_exit(void)
{
	const char *setting = getenv("RGC_LEAKS");
	if (!rgc__thread.heap || (setting && strcmp(setting, "0") == 0))
		return;
	rgc_report_leaks(stderr);
}

#endif
