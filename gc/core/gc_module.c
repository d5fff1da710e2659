/*
 * gc_module.c - the settings of the collector, and questions about its objects: what Python's module `gc`
 * offers besides collecting, and callbacks (callbacks.c).
 */
#include "call.h"
#include "tracking.h"
#include "missing.h"

#include <errno.h>
#include <string.h>

static void set_enabled(bool enabled)
{
	rgc_heap *heap = heap_current();
	if (!heap)
		return;
	heap->enabled = enabled;
	heap_update_trigger(heap);
}

void rgc_enable(void)
{
	set_enabled(true);
}

void rgc_disable(void)
{
	set_enabled(false);
}

bool rgc_isenabled(void)
{
	rgc_heap *heap = heap_current();
	return heap ? heap->enabled : true;
}

void rgc_set_threshold(unsigned threshold0, unsigned threshold1, unsigned threshold2)
{
	rgc_heap *heap = heap_current();
	if (!heap)
		return;
	heap->thresholds[0] = threshold0;
	heap->thresholds[1] = threshold1;
	heap->thresholds[2] = threshold2;
	heap_update_trigger(heap);
}

void rgc_get_threshold(unsigned thresholds[RGC_GENERATIONS])
{
	rgc_heap *heap = heap_current();
	for (int i = 0; i < RGC_GENERATIONS; i++)
		thresholds[i] = heap ? heap->thresholds[i] : 0;
}

void rgc_get_count(unsigned counts[RGC_GENERATIONS])
{
	rgc_heap *heap = heap_current();
	for (int i = 0; i < RGC_GENERATIONS; i++)
		counts[i] = heap ? heap->counts[i] : 0;
}

void rgc_get_stats(struct rgc_stats stats[RGC_GENERATIONS])
{
	rgc_heap *heap = heap_current();
	memset(stats, 0, RGC_GENERATIONS * sizeof(*stats));
	if (heap)
		memcpy(stats, heap->stats, sizeof(heap->stats));
}

void rgc_set_debug(unsigned flags)
{
	rgc_heap *heap = heap_current();
	if (heap)
		heap->debug = flags;
}

unsigned rgc_get_debug(void)
{
	rgc_heap *heap = heap_current();
	return heap ? heap->debug : 0;
}

/* ---- objects ---- */

/* An array of the caller's that is filled as far as it goes. */
struct output {
	rgc_object **objects;
	size_t capacity, count;
};

static int store(rgc_object *object, void *argument)
{
	struct output *output = argument;
	if (output->count < output->capacity)
		output->objects[output->count] = object;
	output->count++;
	return 0;
}

static void store_list(struct link *head, struct output *output)
{
	for (struct link *link = head->next; link != head; link = link->next)
		store(object_of(link), output);
}

ssize_t rgc_get_objects(int generation, rgc_object **objects, size_t capacity)
{
	rgc_heap *heap = heap_current();
	if (generation < -1 || generation >= RGC_GENERATIONS) {
		errno = EINVAL;
		return -1;
	}
	struct output output = {objects, capacity, 0};
	for (int i = 0; heap && i < RGC_GENERATIONS; i++) {
		if (generation < 0 || generation == i)
			store_list(&heap->generations[i], &output);
	}
	if (heap && generation < 0)
		store_list(&heap->garbage, &output);
	return (ssize_t)output.count;
}

struct targets {
	void *const *targets;
	size_t count;
};

static int is_target(rgc_object *child, void *argument)
{
	const struct targets *targets = argument;
	for (size_t i = 0; i < targets->count; i++) {
		if (targets->targets[i] == child)
			return 1;
	}
	return 0;
}

static void store_referrers(struct link *head, struct targets *targets, struct output *output)
{
	for (struct link *link = head->next; link != head; link = link->next) {
		if (object_traverse(object_of(link), is_target, targets))
			store(object_of(link), output);
	}
}

size_t rgc_get_referrers(void *const *targets, size_t count, rgc_object **objects, size_t capacity)
{
	rgc_heap *heap = heap_current();
	struct targets wanted = {targets, count};
	struct output output = {objects, capacity, 0};
	if (!heap)
		return 0;
	for (int i = 0; i < RGC_GENERATIONS; i++)
		store_referrers(&heap->generations[i], &wanted, &output);
	store_referrers(&heap->permanent, &wanted, &output);
	store_referrers(&heap->garbage, &wanted, &output);
	return output.count;
}

size_t rgc_get_referents(void *object, rgc_object **objects, size_t capacity)
{
	if (missing(object))
		return 0;
	struct output output = {objects, capacity, 0};
	object_traverse(object, store, &output);
	return output.count;
}

bool rgc_is_tracked(const void *object)
{
	if (missing(object))
		return false;
	return ((const rgc_object *)object)->flags & OBJECT_TRACKED;
}

bool rgc_is_finalized(const void *object)
{
	if (missing(object))
		return false;
	return ((const rgc_object *)object)->flags & OBJECT_FINALIZED;
}

void rgc_track(void *pointer)
{
	if (missing(pointer))
		return;
	rgc_object *object = pointer;
	if ((object->flags & (OBJECT_LINKED | OBJECT_TRACKED)) == OBJECT_LINKED && object->refs > 0 &&
	    type_has_references(object->type))
		object_track(rgc__thread.heap, object);
}

void rgc_untrack(void *pointer)
{
	if (missing(pointer))
		return;
	rgc_object *object = pointer;
	if (object->flags & OBJECT_TRACKED)
		object_untrack(object);
}

void rgc_track_child(void *object, const void *child)
{
	check_object(child);
	if (missing(object) || !child)
		return;
	track_child(object, child);
}

void rgc_freeze(void)
{
	rgc_heap *heap = heap_current();
	for (int i = 0; heap && i < RGC_GENERATIONS; i++) {
		links_splice(&heap->generations[i], &heap->permanent);
		heap->counts[i] = 0;
	}
}

void rgc_unfreeze(void)
{
	rgc_heap *heap = heap_current();
	if (heap)
		links_splice(&heap->permanent, &heap->generations[RGC_GENERATIONS - 1]);
}

size_t rgc_get_freeze_count(void)
{
	rgc_heap *heap = heap_current();
	struct output output = {NULL, 0, 0};
	if (heap)
		store_list(&heap->permanent, &output);
	return output.count;
}

size_t rgc_garbage(rgc_object **objects, size_t capacity)
{
	rgc_heap *heap = heap_current();
	struct output output = {objects, capacity, 0};
	if (heap)
		store_list(&heap->garbage, &output);
	return output.count;
}

void rgc_garbage_clear(void)
{
	rgc_heap *heap = heap_current();
	if (!heap)
		return;
	/* What user code adds meanwhile stays for the next time. */
	struct link garbage;
	links_init(&garbage);
	links_splice(&heap->garbage, &garbage);
	while (!links_are_empty(&garbage)) {
		struct link *link = garbage.next;
		links_remove(link);
		links_append(&heap->generations[RGC_GENERATIONS - 1], link);
		rgc_decref(object_of(link));
	}
}
