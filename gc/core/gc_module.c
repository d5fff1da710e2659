/*
 * gc_module.c - the settings of the collector, questions about its objects, and callbacks: what Python's
 * module `gc` offers besides collecting.
 */
#include "internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void heap_update_trigger(rgc_heap *heap)
{
	heap->trigger = heap->enabled && heap->thresholds[0] ? heap->thresholds[0] : UINT_MAX;
}

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
	struct output output = {objects, capacity, 0};
	object_traverse(object, store, &output);
	return output.count;
}

bool rgc_is_tracked(const void *object)
{
	return ((const rgc_object *)object)->flags & OBJECT_TRACKED;
}

bool rgc_is_finalized(const void *object)
{
	return ((const rgc_object *)object)->flags & OBJECT_FINALIZED;
}

void rgc_track(void *pointer)
{
	rgc_object *object = pointer;
	if ((object->flags & (OBJECT_LINKED | OBJECT_TRACKED)) == OBJECT_LINKED && object->refs > 0 &&
	    type_has_references(object->type))
		object_track(rgc_thread.heap, object);
}

void rgc_untrack(void *pointer)
{
	rgc_object *object = pointer;
	if (object->flags & OBJECT_TRACKED)
		object_untrack(object);
}

void rgc_track_child(void *object, const void *child)
{
	track_child(object, child);
}

void rgc_freeze(void)
{
	rgc_heap *heap = heap_current();
	for (int i = 0; heap && i < RGC_GENERATIONS; i++) {
		list_splice(&heap->generations[i], &heap->permanent);
		heap->counts[i] = 0;
	}
}

void rgc_unfreeze(void)
{
	rgc_heap *heap = heap_current();
	if (heap)
		list_splice(&heap->permanent, &heap->generations[RGC_GENERATIONS - 1]);
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
	list_init(&garbage);
	list_splice(&heap->garbage, &garbage);
	while (!list_is_empty(&garbage)) {
		struct link *link = garbage.next;
		list_remove(link);
		list_append(&heap->generations[RGC_GENERATIONS - 1], link);
		rgc_decref(object_of(link));
	}
}

/* ---- callbacks ---- */

int rgc_callback_add(rgc_callback function, void *data)
{
	rgc_heap *heap = heap_current();
	struct callback *callback = heap ? malloc(sizeof(*callback)) : NULL;
	if (!callback)
		return -1;
	*callback = (struct callback){.function = function, .data = data, .is_new = heap->calling_back > 0};
	struct callback **end = &heap->callbacks;
	while (*end)
		end = &(*end)->next;
	*end = callback;
	return 0;
}

/* Frees removed callbacks, once nobody walks the list. */
static void purge(rgc_heap *heap)
{
	struct callback **at = &heap->callbacks;
	while (*at) {
		struct callback *callback = *at;
		callback->is_new = false;
		if (callback->function) {
			at = &callback->next;
			continue;
		}
		*at = callback->next;
		free(callback);
	}
}

int rgc_callback_remove(rgc_callback function, void *data)
{
	rgc_heap *heap = heap_current();
	for (struct callback *at = heap ? heap->callbacks : NULL; at; at = at->next) {
		if (at->function != function || at->data != data)
			continue;
		at->function = NULL;
		if (!heap->calling_back)
			purge(heap);
		return 0;
	}
	errno = ENOENT;
	return -1;
}

void callbacks_run(rgc_heap *heap, enum rgc_phase phase, const struct rgc_info *info)
{
	if (!heap->callbacks)
		return;
	heap->calling_back++;
	for (struct callback *at = heap->callbacks; at; at = at->next) {
		if (at->function && !at->is_new)
			at->function(phase, info, at->data);
	}
	if (--heap->calling_back == 0)
		purge(heap);
}

void callbacks_finish(rgc_heap *heap)
{
	for (struct callback *at = heap->callbacks, *next; at; at = next) {
		next = at->next;
		free(at);
	}
}
