/*
 * debug.c - what librgc-debug does besides: notes before each block, by which all objects of a heap are
 * known; dead objects kept and overwritten; aborts with the type's name; collections under stress; the list
 * of leaks at exit.
 */
#ifdef RGC_DEBUG

#include "debug.h"
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#ifdef RGC_HAVE_VALGRIND
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_NOACCESS(address, bytes) ((void)0)
#define VALGRIND_MAKE_MEM_UNDEFINED(address, bytes) ((void)0)
#endif

#ifdef __SANITIZE_ADDRESS__
#define RGC_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RGC_ASAN
#endif
#endif
#ifdef RGC_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)0)
#endif

#define POISON 0xdd

/* Before each block. */
struct note {
	struct link link; /* in heap->blocks */
	rgc_object *object;
	size_t external; /* while leaks are counted */
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
	size_t bytes = note->external;
	ASAN_UNPOISON_MEMORY_REGION(body_of(note->object), bytes);
	VALGRIND_MAKE_MEM_UNDEFINED(body_of(note->object), bytes);
	(void)bytes;
	free(note);
}

void rgc__debug_block_free(rgc_heap *heap, rgc_object *object, size_t bytes)
{
	struct note *note = note_of(object);
	links_remove(&note->link);
	note->external = (size_t)((char *)block_of(object) + bytes - (char *)body_of(object));
	object->refs = REFS_DEAD;
	memset(body_of(object), POISON, note->external);
	ASAN_POISON_MEMORY_REGION(body_of(object), note->external);
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

void rgc__debug_before_new(rgc_heap *heap)
{
	if (stress && ++heap->allocations % stress == 0)
		rgc_collect(RGC_GENERATIONS - 1);
}

_Noreturn void rgc__debug_fail(const rgc_object *object, const char *fault)
{
	fprintf(stderr, "rgc: <%s at %p>: %s\n", object->type->name, (const void *)object, fault);
	abort();
}

void rgc__debug_check_owner(const rgc_object *object)
{
	const uint32_t mask = (uint32_t)UINT16_MAX << OBJECT_HEAP_SHIFT;
	if (rgc__thread.heap && (object->flags & mask) != rgc__thread.heap->number)
		rgc__debug_fail(object, "an object of another heap is used");
}

static int reject(rgc_object *child, void *parent)
{
	(void)child;
	rgc__debug_fail(parent, "clear has left a reference that traverse visits");
}

void rgc__debug_check_cleared(rgc_object *object)
{
	if (!object->type->traverse || object->type->clear)
		object_traverse(object, reject, object);
}

void rgc__debug_check_store(const rgc_object *object)
{
	if (!object)
		return;
	if (object->refs == 0 || object->refs == REFS_DEAD)
		rgc__debug_fail(object, "a dead object is stored");
	if (object->refs > 0)
		rgc__debug_check_owner(object);
}

/* ---- leaks ---- */

static int subtract(rgc_object *child, void *unused)
{
	(void)unused;
	if (!(child->flags & OBJECT_SHARED))
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
__attribute__((destructor)) static void report_at_exit(void)
{
	const char *setting = getenv("RGC_LEAKS");
	if (!rgc__thread.heap || (setting && strcmp(setting, "0") == 0))
		return;
	rgc_collect(RGC_GENERATIONS - 1);
	rgc_report_leaks(stderr);
}

#endif
