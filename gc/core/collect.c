/*
 * collect.c - a collection: from the generations that it is of to the last drop.
 *
 * unreachable.c finds what is to go, which is taken apart here as Python does: weak references, finalizers,
 * then each object's own references.
 */
#include "collect.h"
#include "callbacks.h"
#include "debug.h"
#include "drop.h"
#include "shared.h"
#include "simple.h"
#include "unreachable.h"
#include "visits.h"
#include "weakref.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#define OLDEST (RGC_GENERATIONS - 1)

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* ---- taking it apart ---- */

/* Those to unreachable objects, and those that are unreachable themselves: they might come back to life, and
 * their callbacks run in the middle of the clearing. */
static void clear_weak_references(rgc_heap *heap, struct link *unreachable)
{
	struct weak_queue queue;
	rgc__weak_queue_init(&queue);
	for (struct link *link = unreachable->next; link != unreachable; link = link->next) {
		rgc_object *object = object_of(link);
		if (object->flags & OBJECT_WEAK_TARGET)
			rgc__weak_clear_target(heap, object, &queue);
		if (RGC_IS(object, rgc_weak))
			rgc__weak_forget_target(object);
	}
	rgc__weak_run_callbacks(&queue);
}

/* Objects may end meanwhile, and so leave either list. */
static void run_finalizers(struct link *unreachable)
{
	struct link seen;
	links_init(&seen);
	while (!links_are_empty(unreachable)) {
		struct link *link = unreachable->next;
		rgc_object *object = object_of(link);
		links_remove(link);
		links_append(&seen, link);
		if (!object->type->finalize)
			continue;
		rgc_incref(object);
		rgc__object_finalize(object);
		rgc_decref(object);
	}
	links_splice(&seen, unreachable);
}

/* Runs what is to run before anything is cleared; leaves in `unreachable` what is so still. */
static void say_farewell(rgc_heap *heap, struct link *unreachable, struct link *survivors,
			 struct findings *found)
{
	if (found->weak || found->weak_targets)
		clear_weak_references(heap, unreachable);
	if (!found->weak_targets && !found->finalizers)
		return;
	if (found->finalizers)
		run_finalizers(unreachable);
	struct link still;
	links_init(&still);
	rgc__unreachable_split(heap, unreachable, &still, found, false);
	links_splice(unreachable, survivors);
	links_splice(&still, unreachable);
	if (found->weak || found->weak_targets) /* made by finalizers */
		clear_weak_references(heap, unreachable);
}

static void print_object(const rgc_object *object, const char *what)
{
	fprintf(stderr, "rgc: %s <%s at %p>\n", what, object->type->name, (const void *)object);
}

static void keep_as_garbage(rgc_heap *heap, struct link *link)
{
	rgc_object *object = object_of(link);
	object->flags &= ~(uint32_t)OBJECT_UNREACHABLE;
	rgc_incref(object);
	links_remove(link);
	links_append(&heap->garbage, link);
}

static void clear_each(rgc_heap *heap, struct link *unreachable, struct link *cleared)
{
	while (!links_are_empty(unreachable)) {
		struct link *link = unreachable->next;
		rgc_object *object = object_of(link);
		if (heap->debug & RGC_DEBUG_COLLECTABLE)
			print_object(object, "collectable");
		if (heap->debug & RGC_DEBUG_SAVEALL) {
			keep_as_garbage(heap, link);
			continue;
		}
		links_remove(link);
		links_append(cleared, link);
		rgc_incref(object);
		rgc__object_clear(object);
#ifdef RGC_DEBUG
		rgc__debug_check_cleared(object);
#endif
		rgc_decref(object);
	}
}

/* Returns the number of those that would not go. */
static size_t delete_unreachable(rgc_heap *heap, struct link *unreachable)
{
	struct link cleared;
	size_t left = 0;
	links_init(&cleared);
	clear_each(heap, unreachable, &cleared);
#ifdef RGC_DEBUG
	rgc__debug_check_left(&cleared);
#endif
	for (; !links_are_empty(&cleared); left++) {
		if (heap->debug & RGC_DEBUG_UNCOLLECTABLE)
			print_object(object_of(cleared.next), "uncollectable");
		keep_as_garbage(heap, cleared.next);
	}
	return left;
}

/* ---- a collection ---- */

static void update_counts(rgc_heap *heap, int generation, size_t survivors)
{
	if (generation == OLDEST - 1) {
		heap->long_lived_pending += survivors;
	} else if (generation == OLDEST) {
		heap->long_lived_pending = 0;
		heap->long_lived_total = survivors;
	}
}

static void collect_generation(rgc_heap *heap, struct rgc_info *info)
{
	int generation = info->generation;
	struct link candidates, unreachable;
	links_init(&candidates);
	links_init(&unreachable);
	links_splice(&heap->generations[generation], &candidates);
	heap->counts[generation] = 0;
	for (int i = 0; i < generation; i++) {
		links_splice(&heap->generations[i], &candidates);
		heap->counts[i] = 0;
	}
	struct link *older = &heap->generations[generation < OLDEST ? generation + 1 : OLDEST];
	if (generation < OLDEST)
		heap->counts[generation + 1]++;
#ifdef RGC_DEBUG
	rgc__visits_check(&candidates);
#endif
	struct findings found;
	info->candidates =
		rgc__unreachable_split(heap, &candidates, &unreachable, &found, generation == OLDEST);
	update_counts(heap, generation, info->candidates - found.count);
	links_splice(&candidates, older);
	say_farewell(heap, &unreachable, older, &found);
	if (!found.simple || !rgc__simple_free_all(heap, &unreachable, found.outside)) {
		if (found.simple)
			rgc__unreachable_end_collecting(&unreachable, &found);
		info->uncollectable = delete_unreachable(heap, &unreachable);
	}
	info->collected = found.count - info->uncollectable;
}

static void add_to_stats(rgc_heap *heap, const struct rgc_info *info)
{
	struct rgc_stats *stats = &heap->stats[info->generation];
	stats->collections++;
	stats->candidates += info->candidates;
	stats->collected += info->collected;
	stats->uncollectable += info->uncollectable;
	stats->freed_bytes += info->freed_bytes;
	stats->duration_ns += info->duration_ns;
	if (heap->debug & RGC_DEBUG_STATS)
		fprintf(stderr,
			"rgc: generation %d: %zu candidates, %zu collected, %zu uncollectable, %.6f s\n",
			info->generation, info->candidates, info->collected, info->uncollectable,
			(double)info->duration_ns / 1e9);
}

/* Inlined: for mprof, the function that began the collection ends it. */
static inline __attribute__((always_inline)) void tell_mprof(const struct rgc_info *info)
{
	const struct mprof_gc_info told = {
		.generation = (uint32_t)info->generation,
		.candidates = info->candidates,
		.collected = info->collected,
		.uncollectable = info->uncollectable,
		.freed_bytes = info->freed_bytes,
		.duration_ns = info->duration_ns,
	};
	mprof_gc_end(&told);
}

static size_t collect(rgc_heap *heap, int generation)
{
	if (heap->collecting)
		return 0;
	int saved_errno = errno;
	heap->collecting = true;
	struct drop_state drops = rgc__drops_begin();
	rgc__shared_settle();
	struct rgc_info info = {.generation = generation, .heap_bytes = heap->bytes};
	rgc__callbacks_run(heap, RGC_START, &info);
	mprof_gc_begin((uint32_t)generation);
	uint64_t start_ns = now_ns();
	size_t bytes_before = heap->bytes;
	collect_generation(heap, &info);
	if (generation == OLDEST)
		rgc__pool_decay(&heap->pool);
	info.heap_bytes = heap->bytes;
	info.freed_bytes = bytes_before > heap->bytes ? bytes_before - heap->bytes : 0;
	info.duration_ns = now_ns() - start_ns;
	tell_mprof(&info);
	add_to_stats(heap, &info);
	rgc__callbacks_run(heap, RGC_STOP, &info);
	rgc__drops_end(drops);
	heap->collecting = false;
	errno = saved_errno;
	return info.collected + info.uncollectable;
}

void rgc__collect_automatically(rgc_heap *heap)
{
	if (heap->collecting)
		return;
	for (int generation = OLDEST; generation >= 0; generation--) {
		if (heap->counts[generation] <= heap->thresholds[generation])
			continue;
		/* A full collection costs time in proportion to all objects: done at a fixed fraction of
		 * growth, its cost per new object stays constant. */
		if (generation == OLDEST && heap->long_lived_pending < heap->long_lived_total / 4)
			continue;
		collect(heap, generation);
		return;
	}
}

ssize_t rgc_collect(int generation)
{
	if (generation < 0 || generation >= RGC_GENERATIONS) {
		errno = EINVAL;
		return -1;
	}
	rgc_heap *heap = heap_current();
	return heap ? (ssize_t)collect(heap, generation) : 0;
}
