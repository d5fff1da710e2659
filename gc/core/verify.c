/*
 * verify.c - looks over a heap that is at rest: rgc_verify, and the list of leaks of the library without
 * checks.
 */
#include "verify.h"
#include "call.h"
#include "heap.h"

#include <errno.h>

/* While a check counts references, the numbers stand where the collector has them: in the links. */

#define LISTS (RGC_GENERATIONS + 2)

static struct link *list_number(rgc_heap *heap, int number)
{
	if (number < RGC_GENERATIONS)
		return &heap->generations[number];
	return number == RGC_GENERATIONS ? &heap->permanent : &heap->garbage;
}

static int fault(const rgc_object *object, const char *what)
{
	fprintf(stderr, "rgc: verify: <%s at %p> %s\n", object->type->name, (const void *)object, what);
	errno = EINVAL;
	return -1;
}

static int check_list(const struct link *head)
{
	for (const struct link *link = head->next; link != head; link = link->next) {
		const rgc_object *object = object_of((struct link *)(uintptr_t)link);
		if (link->next->prev != link || link->prev->next != link)
			return fault(object, "is in a broken list");
		if (!(object->flags & OBJECT_TRACKED) || !(object->flags & OBJECT_LINKED))
			return fault(object, "is in a list but not marked as tracked");
		if (object->flags & (OBJECT_COLLECTING | OBJECT_UNREACHABLE))
			return fault(object, "bears marks of a collection");
		if (object->refs == 0 || object->refs == REFS_DEAD)
			return fault(object, "is dead but tracked");
	}
	return 0;
}

static int subtract(rgc_object *child, void *unused)
{
	(void)unused;
	if (child->flags & OBJECT_COLLECTING)
		link_of(child)->external--;
	return 0;
}

/* `prev` of each link becomes its count less references from tracked objects: the external count. */
static void count_external(rgc_heap *heap)
{
	for (int i = 0; i < LISTS; i++) {
		struct link *head = list_number(heap, i);
		for (struct link *link = head->next; link != head; link = link->next) {
			link->external = object_of(link)->refs;
			object_of(link)->flags |= OBJECT_COLLECTING;
		}
	}
	for (int i = 0; i < LISTS; i++) {
		struct link *head = list_number(heap, i);
		for (struct link *link = head->next; link != head; link = link->next)
			object_traverse(object_of(link), subtract, NULL);
	}
}

/* Restores the list; -1 if a count was below the references found. */
static int check_external(struct link *head)
{
	int result = 0;
	struct link *behind = head;
	for (struct link *link = head->next; link != head; behind = link, link = link->next) {
		rgc_object *object = object_of(link);
		if (object->refs > 0 && link->external < 0)
			result = fault(object, "is referred to more often than it counts");
		object->flags &= ~(uint32_t)OBJECT_COLLECTING;
		link->prev = behind;
	}
	return result;
}

int rgc_verify(void)
{
	rgc_heap *heap = heap_current();
	int result = 0;
	for (int i = 0; heap && i < LISTS && result == 0; i++)
		result = check_list(list_number(heap, i));
	if (!heap || result != 0)
		return result;
	count_external(heap);
	for (int i = 0; i < LISTS; i++)
		result |= check_external(list_number(heap, i));
	return result;
}

void rgc__print_alive(FILE *file, const struct rgc_type *type, size_t objects, size_t external)
{
	fprintf(file, "rgc: %zu %s alive, %zu references from outside\n", objects, type->name, external);
}

bool rgc_is_debug(void)
{
#ifdef RGC_DEBUG
	return true;
#else
	return false;
#endif
}

#ifndef RGC_DEBUG /* which knows all objects: debug.c */

struct line {
	size_t objects, external;
};

/* Adds up the objects of one type, and takes their mark, so that each type is met once. */
static struct line take_type(rgc_heap *heap, const struct rgc_type *type)
{
	struct line line = {0, 0};
	for (int i = 0; i < LISTS; i++) {
		struct link *head = list_number(heap, i);
		for (struct link *link = head->next; link != head; link = link->next) {
			rgc_object *object = object_of(link);
			if (object->type != type)
				continue;
			object->flags &= ~(uint32_t)OBJECT_COLLECTING;
			line.objects++;
			line.external += object->refs > 0 ? (size_t)link->external : 0;
		}
	}
	return line;
}

static size_t report_list(rgc_heap *heap, struct link *head, FILE *file)
{
	size_t total = 0;
	for (struct link *link = head->next; link != head; link = link->next) {
		const rgc_object *object = object_of(link);
		if (!(object->flags & OBJECT_COLLECTING))
			continue;
		struct line line = take_type(heap, object->type);
		rgc__print_alive(file, object->type, line.objects, line.external);
		total += line.objects;
	}
	return total;
}

size_t rgc_report_leaks(FILE *file)
{
	rgc_heap *heap = heap_current();
	size_t total = 0;
	if (!heap)
		return 0;
	count_external(heap);
	for (int i = 0; i < LISTS; i++)
		total += report_list(heap, list_number(heap, i), file);
	for (int i = 0; i < LISTS; i++)
		check_external(list_number(heap, i));
	return total;
}

#endif
