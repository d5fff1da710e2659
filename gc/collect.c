/*
 * collect.c - finds unreachable objects among the candidates (the collected generations) and takes them
 * apart.
 *
 * Candidates are copied references against counts: what remains of an object's count after all references
 * from other candidates are subtracted comes from outside, and keeps it and all that it leads to.  The counts
 * stand in the links, in place of `prev`, so the collector never needs memory.  While they do, no user code
 * but `traverse` runs.
 */
#include "internal.h"

#include <mprof/mprof.h>

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

/* ---- finding the unreachable ---- */

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
static bool subtract_internal(struct link *candidates)
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
		if (type->traverse)
			type->traverse(object, subtract_visited, NULL);
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
		list_remove(link);
		list_append(candidates, link);
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

static inline void reach_children(rgc_object *object, struct link *candidates)
{
	const struct rgc_type *type = object->type;
	for (uint32_t i = 0; i < type->field_count; i++) {
		rgc_object *child = *object_field(object, i);
		if (child)
			reach_child(child, candidates);
	}
	if (type->traverse)
		type->traverse(object, reach_visited, candidates);
}

/* What is known of the unreachable. */
struct findings {
	size_t count;
	bool weak, weak_targets, finalizers;
	bool simple;  /* all are, and none has weak references; then their marks have not been taken off */
	bool outside; /* some may refer to other objects */
};

/*
 * Goes through the candidates once, putting aside what nothing outside refers to; some of it comes back to
 * their end later.  `prev` is restored on the way: what lies behind the present object is linked both ways,
 * what lies before it only forward, except that the list's own prev is always right.  Returns how many stay.
 */
static size_t put_unreachable_aside(struct link *candidates, struct link *unreachable, bool *simple)
{
	struct link *behind = candidates;
	size_t reachable = 0;
	uint32_t common = OBJECT_SIMPLE;
	for (struct link *link; (link = behind->next) != candidates;) {
		rgc_object *object = object_of(link);
		prefetch_ahead(link);
		/* Immortal objects always have a reference from outside. */
		if (link->external || unlikely(object->refs < 0)) {
			reach_children(object, candidates);
			link->prev = behind;
			object->flags &= ~(uint32_t)OBJECT_COLLECTING;
			behind = link;
			reachable++;
		} else {
			uint32_t flags = object->flags;
			behind->next = link->next;
			list_append(unreachable, link);
			object->flags = flags | OBJECT_UNREACHABLE;
			common &= flags & OBJECT_WEAK_TARGET ? 0 : flags;
		}
	}
	candidates->prev = behind;
	*simple = common & OBJECT_SIMPLE;
	return reachable;
}

static void end_collecting(struct link *unreachable, struct findings *found)
{
	for (struct link *link = unreachable->next; link != unreachable; link = link->next) {
		rgc_object *object = object_of(link);
		object->flags &= ~(uint32_t)OBJECT_COLLECTING;
		found->weak |= RGC_IS(object, rgc_weak);
		found->weak_targets |= (object->flags & OBJECT_WEAK_TARGET) != 0;
		found->finalizers |= object->type->finalize && !(object->flags & OBJECT_FINALIZED);
	}
}

/* Moves the unreachable from `candidates` to `unreachable`, which must be empty.  Returns the number of
 * candidates. */
static size_t split(const rgc_heap *heap, struct link *candidates, struct link *unreachable,
		    struct findings *found, bool many)
{
	size_t count = many ? copy_many_counts(candidates) : copy_counts(candidates);
	*found = (struct findings){.outside = subtract_internal(candidates)};
	size_t reachable = put_unreachable_aside(candidates, unreachable, &found->simple);
	found->count = count - reachable;
	found->outside |= reachable > 0;
	found->simple &= !heap->debug;
	if (!found->simple)
		end_collecting(unreachable, found);
	return count;
}

/* ---- taking it apart ---- */

/* Those to unreachable objects, and those that are unreachable themselves: they might come back to life, and
 * their callbacks run in the middle of the clearing. */
static void clear_weak_references(rgc_heap *heap, struct link *unreachable)
{
	struct weak_queue queue;
	weak_queue_init(&queue);
	for (struct link *link = unreachable->next; link != unreachable; link = link->next) {
		rgc_object *object = object_of(link);
		if (object->flags & OBJECT_WEAK_TARGET)
			weak_clear_target(heap, object, &queue);
		if (RGC_IS(object, rgc_weak))
			weak_forget_target(object);
	}
	weak_run_callbacks(&queue);
}

/* Objects may end meanwhile, and so leave either list. */
static void run_finalizers(struct link *unreachable)
{
	struct link seen;
	list_init(&seen);
	while (!list_is_empty(unreachable)) {
		struct link *link = unreachable->next;
		rgc_object *object = object_of(link);
		list_remove(link);
		list_append(&seen, link);
		if (!object->type->finalize)
			continue;
		rgc_incref(object);
		object_finalize(object);
		rgc_decref(object);
	}
	list_splice(&seen, unreachable);
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
	list_init(&still);
	split(heap, unreachable, &still, found, false);
	list_splice(unreachable, survivors);
	list_splice(&still, unreachable);
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
	list_remove(link);
	list_append(&heap->garbage, link);
}

static void clear_each(rgc_heap *heap, struct link *unreachable, struct link *cleared)
{
	while (!list_is_empty(unreachable)) {
		struct link *link = unreachable->next;
		rgc_object *object = object_of(link);
		if (heap->debug & RGC_DEBUG_COLLECTABLE)
			print_object(object, "collectable");
		if (heap->debug & RGC_DEBUG_SAVEALL) {
			keep_as_garbage(heap, link);
			continue;
		}
		list_remove(link);
		list_append(cleared, link);
		rgc_incref(object);
		object_clear(object);
#ifdef RGC_DEBUG
		debug_check_cleared(object);
#endif
		rgc_decref(object);
	}
}

/* Returns the number of those that would not go. */
static size_t delete_unreachable(rgc_heap *heap, struct link *unreachable)
{
	struct link cleared;
	size_t left = 0;
	list_init(&cleared);
	clear_each(heap, unreachable, &cleared);
	for (; !list_is_empty(&cleared); left++) {
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
	list_init(&candidates);
	list_init(&unreachable);
	list_splice(&heap->generations[generation], &candidates);
	heap->counts[generation] = 0;
	for (int i = 0; i < generation; i++) {
		list_splice(&heap->generations[i], &candidates);
		heap->counts[i] = 0;
	}
	struct link *older = &heap->generations[generation < OLDEST ? generation + 1 : OLDEST];
	if (generation < OLDEST)
		heap->counts[generation + 1]++;
	struct findings found;
	info->candidates = split(heap, &candidates, &unreachable, &found, generation == OLDEST);
	update_counts(heap, generation, info->candidates - found.count);
	list_splice(&candidates, older);
	say_farewell(heap, &unreachable, older, &found);
	if (!found.simple || !simple_free_all(heap, &unreachable, found.outside)) {
		if (found.simple)
			end_collecting(&unreachable, &found);
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

size_t collect(rgc_heap *heap, int generation)
{
	if (heap->collecting)
		return 0;
	int saved_errno = errno;
	heap->collecting = true;
	struct drop_state drops = drops_begin();
	shared_settle();
	struct rgc_info info = {.generation = generation, .heap_bytes = heap->bytes};
	callbacks_run(heap, RGC_START, &info);
	mprof_gc_begin((uint32_t)generation);
	uint64_t start_ns = now_ns();
	size_t bytes_before = heap->bytes;
	collect_generation(heap, &info);
	info.heap_bytes = heap->bytes;
	info.freed_bytes = bytes_before > heap->bytes ? bytes_before - heap->bytes : 0;
	info.duration_ns = now_ns() - start_ns;
	tell_mprof(&info);
	add_to_stats(heap, &info);
	callbacks_run(heap, RGC_STOP, &info);
	drops_end(drops);
	heap->collecting = false;
	errno = saved_errno;
	return info.collected + info.uncollectable;
}

void collect_automatically(rgc_heap *heap)
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
