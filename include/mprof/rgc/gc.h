/*
 * gc.h - the collector, after Python's module `gc`.  Part of mprof/rgc.h.
 *
 * Everything here concerns the calling thread's current heap.  Functions that cannot fail otherwise behave as
 * in an empty heap if the thread's first heap cannot be made.
 */
#ifndef MPROF_RGC_GC_H
#define MPROF_RGC_GC_H

#include <mprof/rgc/type.h>

#include <stdbool.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RGC_GENERATIONS 3

/* Automatic collection, on by default. */
RGC_API void rgc_enable(void);
RGC_API void rgc_disable(void);
RGC_API bool rgc_isenabled(void);

/*
 * Collects `generation` (0 young, 1, 2 all) and those younger, enabled or not.  The number of unreachable
 * objects found; 0 at once if a collection is running; -1 with EINVAL for a bad generation.  Needs no memory.
 */
RGC_API ssize_t rgc_collect(int generation);

/*
 * An allocation collects when the objects made less those freed since the last collection exceed threshold0,
 * where those count whose types own references; generation 1 takes part when more than threshold1 collections
 * of 0 have passed since its last one, 2 likewise, and only once the objects new to it are a quarter of those
 * that its last collection left. threshold0 = 0 turns automatic collection off.  Defaults: 2000, 10, 10.
 */
RGC_API void rgc_set_threshold(unsigned threshold0, unsigned threshold1, unsigned threshold2);
RGC_API void rgc_get_threshold(unsigned thresholds[RGC_GENERATIONS]);

/* The counts that are compared with the thresholds. */
RGC_API void rgc_get_count(unsigned counts[RGC_GENERATIONS]);

/* Sums over all collections of one generation. */
struct rgc_stats {
	uint64_t collections;
	uint64_t candidates;    /* objects examined */
	uint64_t collected;     /* unreachable objects that were freed */
	uint64_t uncollectable; /* unreachable objects that could not be freed */
	uint64_t freed_bytes;   /* by which rgc_heap_bytes fell during the collections */
	uint64_t duration_ns;
};
RGC_API void rgc_get_stats(struct rgc_stats stats[RGC_GENERATIONS]);

/*
 * Tracked objects: of one generation, or of all but the frozen with generation -1.  Stores the first
 * `capacity` of them, borrowed, and returns how many there are; -1 with EINVAL for a bad generation.
 */
RGC_API ssize_t rgc_get_objects(int generation, rgc_object **objects, size_t capacity);

/* Tracked objects, frozen ones too, that own a reference to one of the `count` targets; as above. */
RGC_API size_t rgc_get_referrers(void *const *targets, size_t count, rgc_object **objects, size_t capacity);

/* Objects that one object owns references to, once per reference; as above. */
RGC_API size_t rgc_get_referents(void *object, rgc_object **objects, size_t capacity);

/* Whether the collector watches the object. */
RGC_API bool rgc_is_tracked(const void *object);
/* Whether its finalizer has been called. */
RGC_API bool rgc_is_finalized(const void *object);

/* Makes the collector watch an object, or stop watching it; for types with references, others are never
 * watched. */
RGC_API void rgc_track(void *object);
RGC_API void rgc_untrack(void *object);
/* For objects of RGC_TYPE_LAZY types, after storing `child` (NULL is ignored) in one: tracks it if the child
 * is, or could come to be, part of a cycle. */
RGC_API void rgc_track_child(void *object, const void *child);

/* Sets all tracked objects apart: later collections ignore them.  unfreeze makes them part of generation 2.
 */
RGC_API void rgc_freeze(void);
RGC_API void rgc_unfreeze(void);
RGC_API size_t rgc_get_freeze_count(void);

/*
 * Unreachable objects that the collector keeps: those that survived their own clearing (a type whose `clear`
 * does not drop what `traverse` visits), and all with RGC_DEBUG_SAVEALL.  It holds a reference to each, and
 * never examines them again.  rgc_garbage stores and returns as rgc_get_objects; rgc_garbage_clear drops
 * these references.
 */
RGC_API size_t rgc_garbage(rgc_object **objects, size_t capacity);
RGC_API void rgc_garbage_clear(void);

enum rgc_phase { RGC_START, RGC_STOP };

/* What is known of a collection; at RGC_START only generation and heap_bytes. */
struct rgc_info {
	int generation;
	size_t candidates, collected, uncollectable;
	size_t freed_bytes;
	size_t heap_bytes; /* rgc_heap_bytes now */
	uint64_t duration_ns;
};

/* Called before and after every collection, in the order of addition.  It may allocate; it may add and remove
 * callbacks, which counts from the next phase on.  Must return ("User code" in mprof/rgc.h). */
typedef void (*rgc_callback)(enum rgc_phase phase, const struct rgc_info *info, void *data);

/* Adds a callback to the current heap; 0, or -1 with ENOMEM.  One (callback, data) can be added several
 * times.  When a thread ends, its own heap's are removed, and then a last collection is made: data may be on
 * its stack. */
RGC_API int rgc_callback_add(rgc_callback callback, void *data);
/* Removes the first addition of the pair; 0, or -1 with ENOENT. */
RGC_API int rgc_callback_remove(rgc_callback callback, void *data);

/* Flags for messages on standard error, and for keeping what was found. */
#define RGC_DEBUG_STATS 1u         /* figures of each collection */
#define RGC_DEBUG_COLLECTABLE 2u   /* each collectable object found */
#define RGC_DEBUG_UNCOLLECTABLE 4u /* each uncollectable object found */
#define RGC_DEBUG_SAVEALL 32u      /* keep unreachable objects in the garbage list instead of freeing them */
#define RGC_DEBUG_LEAK (RGC_DEBUG_COLLECTABLE | RGC_DEBUG_UNCOLLECTABLE | RGC_DEBUG_SAVEALL)
RGC_API void rgc_set_debug(unsigned flags);
RGC_API unsigned rgc_get_debug(void);

#ifdef __cplusplus
}
#endif

#endif
