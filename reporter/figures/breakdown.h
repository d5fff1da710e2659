/*
 * breakdown.h - each call path's figures by the kind of its blocks (size and allocating thread), by where
 * they were freed and by how long they lived; and figures of each thread: counted in O(1) per event, beside
 * figures.
 *
 * A path's first kind, freeing place and lifetime have no figures of their own: they are what the path has
 * more than its other portions (portions.h).  Peaks are parts in the highest heap of the whole run, by epochs
 * as in figures.h, but of their own, since those of figures may begin anew with an interval.
 */
#ifndef MPROF_REPORTER_FIGURES_BREAKDOWN_H
#define MPROF_REPORTER_FIGURES_BREAKDOWN_H

#include "figures/portions.h"
#include "figures/weight.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- keys ------------------------------------------------------------------ */

#define SIZE_CLASSES 64u                         /* c: from 2^c to 2^(c + 1) - 1; 0 is in the first, too */
#define BREAKDOWN_STEP_NS (UINT64_C(1) << 16)    /* in which lifetimes are counted */
#define BREAKDOWN_KINDS_MOST (UINT32_C(1) << 17) /* that are not their path's first: then threads are one */

/* The thread of kinds that are of several: of all from this one on, and where there are too many kinds. */
#define KIND_SEVERAL UINT32_C(0xffff)
#define BREAKDOWN_THREADS (KIND_SEVERAL + 1) /* that have figures, those that are several as one */

static inline uint32_t size_class(uint64_t value)
{
	return 63 - (uint32_t)__builtin_clzll(value | 1);
}

/* The greatest number of its class. */
static inline uint64_t size_class_least(uint32_t class)
{
	return class > 0 ? UINT64_C(1) << class : 0;
}

static inline uint64_t size_class_most(uint32_t class)
{
	return class < 63 ? (UINT64_C(2) << class) - 1 : UINT64_MAX;
}

/* A thread by index, as kinds know it. */
static inline uint32_t kind_of_thread(uint32_t thread)
{
	return thread < KIND_SEVERAL ? thread : KIND_SEVERAL;
}

static inline uint32_t kind_key(uint32_t class, uint32_t kind_thread)
{
	return (class + 1) << 24 | kind_thread;
}

static inline uint32_t kind_of_block(uint64_t size_bytes, uint32_t kind_thread)
{
	return kind_key(size_class(size_bytes), kind_thread);
}

static inline uint32_t kind_class(uint32_t kind)
{
	return (kind >> 24) - 1;
}

static inline uint32_t kind_thread(uint32_t kind)
{
	return kind & KIND_SEVERAL;
}

/* Of these classes, in whatever steps time is counted, and in other allocations meanwhile. */
static inline uint32_t lifetime_key(uint32_t time_class, uint32_t allocations_class)
{
	return 1 + (time_class << 6 | allocations_class);
}

static inline uint32_t lifetime_of_block(uint64_t steps, uint64_t allocations)
{
	return lifetime_key(size_class(steps), size_class(allocations));
}

static inline uint32_t lifetime_time_class(uint32_t lifetime)
{
	return (lifetime - 1) >> 6;
}

static inline uint32_t lifetime_allocations_class(uint32_t lifetime)
{
	return (lifetime - 1) & 63;
}

/* ---- figures --------------------------------------------------------------- */

/* Of blocks of one kind that began at a call path: one cache line. */
struct kind_figures {
	uint64_t allocations, allocated_bytes;
	uint64_t live_bytes, live_blocks;
	uint64_t peak_bytes, peak_blocks; /* at the epoch's peak, if epoch is the current one */
	uint64_t epoch;
	uint64_t temporary;
};
_Static_assert(sizeof(struct kind_figures) == 64, "one cache line");

/* Of blocks that began at one call path and were freed at another. */
struct pair_figures {
	uint64_t blocks, bytes;
};

/* Of blocks that lived for about as long. */
struct lifetime_figures {
	uint64_t blocks;
};

struct thread_figures {
	uint64_t allocations, allocated_bytes;
	uint64_t frees, freed_bytes;     /* by it, whoever allocated the blocks */
	uint64_t live_bytes, peak_bytes; /* of the blocks that it allocated, whoever frees them */
	uint64_t freed_by_others;        /* of these blocks */
	uint64_t freed_by_others_bytes;
	uint64_t frees_of_others; /* by it, of blocks that others allocated */
	uint64_t freed_of_others_bytes;
};

struct breakdown_path {
	struct portions_path kind, pair, lifetime;
};

struct breakdown {                    /* all zero: nobody wants one */
	struct breakdown_path *paths; /* by the caller's number */
	size_t path_capacity;
	struct portions kinds;     /* struct kind_figures */
	struct portions pairs;     /* struct pair_figures, by number of the place where blocks were freed */
	struct portions lifetimes; /* struct lifetime_figures */
	struct thread_figures *threads;
	size_t thread_capacity;
	uint64_t epoch; /* one more whenever the heap is higher than ever */
	uint64_t highest_bytes;
	bool wanted;
};

void breakdown_init(struct breakdown *breakdown);
void breakdown_finish(struct breakdown *breakdown);

/* Makes room for numbers, or threads, below this count, if it is wanted.  0 or -ENOMEM. */
int breakdown_grow(struct breakdown *breakdown, size_t count);
int breakdown_grow_threads(struct breakdown *breakdown, size_t count);

/* Whether nothing was given up for want of memory. */
static inline bool breakdown_known(const struct breakdown *breakdown)
{
	return breakdown->wanted && !breakdown->kinds.failed && !breakdown->pairs.failed &&
	       !breakdown->lifetimes.failed;
}

/* An end, as figures.h has it. */
struct breakdown_end {
	uint32_t origin, freed;    /* numbers */
	uint32_t kind, lifetime;   /* keys; lifetime 0: none is known, of any block */
	struct thread_figures *by; /* of the thread that frees it, */
	uint32_t kind_thread;      /* and as kinds know it */
	bool temporary;
};

/* What of a path's events is not of its first key. */
void breakdown_begin_other(struct breakdown *breakdown, uint32_t number, uint32_t kind, struct weight weight);
void breakdown_end_other(struct breakdown *breakdown, uint32_t number, uint32_t kind, struct weight weight,
			 bool temporary);
void breakdown_pair_other(struct breakdown *breakdown, uint32_t number, uint32_t freed, struct weight weight);
void breakdown_lifetime_other(struct breakdown *breakdown, uint32_t number, uint32_t lifetime,
			      struct weight weight);

/* Frees what another thread has allocated, if it is known which. */
void breakdown_freed_by_other(struct breakdown *breakdown, struct thread_figures *by, uint32_t kind,
			      struct weight weight);

/* The figures of a thread that room was made for. */
static inline struct thread_figures *breakdown_thread(const struct breakdown *breakdown, uint32_t thread)
{
	return &breakdown->threads[kind_of_thread(thread)];
}

/* A block of this kind begins, allocated by this thread. */
static inline void breakdown_begin(struct breakdown *breakdown, uint32_t number, struct thread_figures *by,
				   uint32_t kind, struct weight weight)
{
	if (__builtin_expect(breakdown->paths[number].kind.first != kind, 0))
		breakdown_begin_other(breakdown, number, kind, weight);
	by->allocations += weight.blocks;
	by->allocated_bytes += weight.bytes;
	by->live_bytes += weight.bytes;
	if (by->live_bytes > by->peak_bytes)
		by->peak_bytes = by->live_bytes;
}

/* What begins, or ends, that leaves the heap as it was in all: see figures_begin_again. */
void breakdown_begin_again(struct breakdown *breakdown, uint32_t number, struct thread_figures *by,
			   uint32_t kind, struct weight weight);
void breakdown_end_again(struct breakdown *breakdown, const struct breakdown_end *end, struct weight weight);

/* The heap has so many bytes, more than in a while. */
static inline void breakdown_peak(struct breakdown *breakdown, uint64_t live_bytes)
{
	if (live_bytes <= breakdown->highest_bytes)
		return;
	breakdown->highest_bytes = live_bytes;
	breakdown->epoch++;
}

static inline void breakdown_end(struct breakdown *breakdown, const struct breakdown_end *end,
				 struct weight weight)
{
	struct breakdown_path *path = &breakdown->paths[end->origin];

	if (__builtin_expect(path->kind.first != end->kind, 0))
		breakdown_end_other(breakdown, end->origin, end->kind, weight, end->temporary);
	if (__builtin_expect(path->pair.first != end->freed, 0))
		breakdown_pair_other(breakdown, end->origin, end->freed, weight);
	if (path->lifetime.first != end->lifetime)
		breakdown_lifetime_other(breakdown, end->origin, end->lifetime, weight);
	end->by->frees += weight.blocks;
	end->by->freed_bytes += weight.bytes;
	if (__builtin_expect(kind_thread(end->kind) == end->kind_thread, 1))
		end->by->live_bytes -= weight.bytes;
	else
		breakdown_freed_by_other(breakdown, end->by, end->kind, weight);
}

#endif
