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

/* One line for all objects of the type from `first` on; nothing if the type has been met before it. */
static size_t report_type(struct link *blocks, struct link *first, FILE *file)
{
	const struct rgc_type *type = note_at(first)->object->type;
	for (struct link *link = blocks->next; link != first; link = link->next) {
		if (is_counted(note_at(link)) && note_at(link)->object->type == type)
			return 0;
	}
	size_t objects = 0, external = 0;
	for (struct link *link = first; link != blocks; link = link->next) {
		if (!is_counted(note_at(link)) || note_at(link)->object->type != type)
			continue;
		objects++;
		external += note_at(link)->external;
	}
	rgc__print_alive(file, type, objects, external);
	return objects;
}

size_t rgc_report_leaks(FILE *file)
{
	rgc_heap *heap = heap_current();
	size_t total = 0;
	if (!heap)
		return 0;
	struct link *blocks = &heap->blocks;
	count_external(blocks);
	for (struct link *link = blocks->next; link != blocks; link = link->next) {
		if (is_counted(note_at(link)))
			total += report_type(blocks, link, file);
	}
	return total;
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
