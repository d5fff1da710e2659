/*
 * heap.h - the collector's lists, counts and settings, and which of them a thread uses.  The layout alone:
 * heaps.c makes and deletes them, and others change the parts that are theirs.
 */
#ifndef RGC_GC_CORE_HEAP_H
#define RGC_GC_CORE_HEAP_H

#include "header.h"
#include "pool.h"

#include <limits.h>
#include <stdatomic.h>

MPROF_RUNTIME

/* callbacks.c */
struct callback {
	struct callback *next;
	rgc_callback function; /* NULL once removed */
	void *data;
	bool is_new; /* added during a phase: waits for the next */
};

/* weakref.c */
struct weak_map {
	struct weak_entry *entries;
	size_t capacity, used; /* capacity is 0 or a power of two */
};

/* at_end.c */
struct at_ends {
	struct link alive; /* each holds one more reference; the newest is the last */
	size_t made;
	bool are_over; /* none is called any more */
};

#define QUARANTINE 4096 /* debug.c */

struct rgc_heap {
	struct pool pool;
	bool pools_buffers; /* small ones: buffer.c */
	struct link generations[RGC_GENERATIONS];
	struct link permanent; /* frozen */
	struct link garbage;   /* each holds one more reference */
	unsigned counts[RGC_GENERATIONS], thresholds[RGC_GENERATIONS];
	unsigned trigger; /* thresholds[0], or UINT_MAX if automatic collection is off */
	bool enabled, collecting;
	unsigned debug;
	size_t bytes;
	size_t long_lived_total, long_lived_pending;
	struct rgc_stats stats[RGC_GENERATIONS];
	struct callback *callbacks;
	unsigned calling_back; /* depth */
	struct weak_map weak;
	struct at_ends at_ends;
	void *interned;     /* containers/intern.c */
	uint32_t number;    /* already shifted to its place in flags */
	atomic_bool in_use; /* is some thread's current heap, or some thread's own */
	rgc_heap *next;     /* in the list of heaps left by ended threads */
#ifdef RGC_DEBUG
	struct link blocks;                      /* struct note of all objects */
	size_t allocations, allocations_at_full; /* RGC_STRESS */
	void *quarantine[QUARANTINE];            /* dead blocks, the oldest at the next place */
	size_t quarantine_next;
#endif
};

/* What a thread knows.  Drops are queued here, not in the heap, because shared objects have none. */
struct thread {
	rgc_heap *heap, *own;
	struct link *pending; /* objects that wait for their end, by link.next */
	bool dropping;        /* drops are queued */
	unsigned nesting;     /* functions that run inside a drop, a collection, or the end of a heap */
	uint64_t id;          /* 0, or this thread's number among owners of shared objects */
};

#pragma GCC visibility push(hidden)

/* In heaps.c: between the two no thread leaves a heap behind or inherits one; and whether the heap is one
 * that an ended thread has left behind, to be asked there. */
void rgc__heaps_left_hold(void);
void rgc__heaps_left_let_go(void);
bool rgc__heap_is_left(const rgc_heap *heap);

#pragma GCC visibility pop

/* In heaps.c. */
extern _Thread_local struct thread rgc__thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* rgc_heap_current, without a call where the thread has a heap already. */
static inline rgc_heap *heap_current(void)
{
	rgc_heap *heap = rgc__thread.heap;
	return likely(heap != NULL) ? heap : rgc_heap_current();
}

static inline void heap_update_trigger(rgc_heap *heap)
{
	heap->trigger = heap->enabled && heap->thresholds[0] ? heap->thresholds[0] : UINT_MAX;
}

/* Takes memory besides an object's block into rgc_heap_bytes; may be negative. */
static inline void heap_bytes_changed(ptrdiff_t bytes)
{
	rgc__thread.heap->bytes += (size_t)bytes;
}

#endif
