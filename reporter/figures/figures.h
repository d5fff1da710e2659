/*
 * figures.h - what happened at each call-path node and in all: counted in O(1) per event.
 *
 * The one place that counts, for the drainer as it writes events and for the model as it replays
 * them: so both say the same.  Knows neither sessions nor traces, and not which blocks live: the
 * caller keeps that, and says of each block that ends where it began and how large it was.
 *
 * Memory.  Few nodes are more than steps on the way to others, and at most of those blocks either begin or
 * end. So what began somewhere is kept by the caller's number (trace/numbering.h) of the node, and what was
 * ended somewhere by a number of its own.
 *
 * Peak.  Copying every node's live bytes at each new peak would cost nodes x peaks.  Instead each new
 * peak starts an epoch, and a node's first change in an epoch saves what the node held until then:
 * its contribution to the peak that began the epoch.  A node that has not changed since holds its
 * contribution still.  Where intervals.h cuts the run, epochs and peak are those of the interval that is
 * open.
 *
 * What breakdown.h keeps beside them is counted along for those who want it.
 */
#ifndef MPROF_REPORTER_FIGURES_FIGURES_H
#define MPROF_REPORTER_FIGURES_FIGURES_H

#include "figures/breakdown.h"
#include "figures/moves.h"
#include "figures/nodes.h"
#include "figures/weight.h"
#include "trace/numbering.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where blocks are sampled all are estimates, and counts of blocks are in parts, see weight.h. */
struct model_totals {
	uint64_t events; /* as recorded */
	uint64_t allocations, frees;
	uint64_t allocated_bytes, freed_bytes;
	uint64_t live_bytes, live_blocks;                           /* at the end: leaked */
	uint64_t peak_bytes, peak_blocks, peak_time_ns, peak_event; /* the first such event, from 0 */
	uint64_t temporary;   /* freed by the allocating thread before its next allocation */
	uint64_t stray_frees; /* frees of blocks that this trace does not know */
	uint64_t inherited_frees, inherited_freed_bytes; /* of them: resolved through the parent's trace */
	uint64_t lost_frees;   /* blocks that ended unseen; counted in frees and freed_bytes too */
	uint64_t sample_bytes; /* mean interval between samples; 0: every block was recorded */
	uint64_t spread;       /* of allocations, see weight_error_blocks */
};

/* All nodes' figures once counting is over. */
struct figures_summary {
	struct model_totals totals;
	const struct figures_nodes *nodes;
	size_t node_count;        /* all nodes are below */
	const struct move *moves; /* in no order */
	size_t move_count;
	bool moves_known; /* or only a replay can tell them */
};

/* Of the blocks that began at a node: what an allocation touches, on one cache line, and a free too. */
struct figures_counters {
	uint64_t allocations, allocated_bytes;
	uint64_t live_bytes, live_blocks;
	uint64_t peak_bytes, peak_blocks; /* of the epoch's peak, if epoch is the current one */
	uint64_t epoch;
	uint64_t lifetime_ns;
};
_Static_assert(sizeof(struct figures_counters) == 64, "one cache line");

/* Of the blocks that were ended at a node. */
struct figures_free_counters {
	uint64_t frees, freed_bytes, stray_frees;
};

/* What a collector's free touches at the block's node. */
struct figures_collected {
	uint64_t blocks, bytes;
};

struct figures {
	struct model_totals totals;        /* sums over nodes only in figures_totals */
	uint64_t epoch;                    /* one more with each peak; 0: nothing was counted yet */
	struct figures_counters *counters; /* these four by the caller's numbers */
	uint64_t *temporary;
	struct figures_collected *collected;
	uint64_t *touched; /* a bit each: what has changed since somebody asked, intervals.h */
	size_t begin_capacity;
	struct numbering free_numbers;
	struct figures_free_counters *free_counters; /* by these */
	size_t free_capacity;
	struct moves moves;
	struct breakdown breakdown;
};

/* Where an event happened; room was made for its number, and its thread. */
struct figures_place {
	uint64_t time_ns;
	uint32_t node, thread;
	uint32_t number; /* an allocation's: the caller's; an end's: figures_free_number */
	uint32_t kind; /* an allocation's: of its block; an end's: of any block of the thread; breakdown.h */
	struct thread_figures *by; /* the thread's; NULL: figures are not broken down */
};

/* A block that ends. */
struct figures_block {
	uint64_t size_bytes;
	uint64_t lived_ns; /* 0 if not known */
	uint32_t origin;   /* number of the node where it began */
	uint32_t kind;     /* this and the next: breakdown.h */
	uint32_t lifetime;
	bool temporary; /* its thread has allocated nothing since */
	bool lost;      /* ended by a free that was not seen */
	bool collected; /* freed by a collector */
};

#define FIGURES_TOUCHED_WORDS(count) (((count) + 63) / 64)

/* An all-zero struct counts nothing yet; whose blocks are sampled sets totals.sample_bytes first. */
void figures_finish(struct figures *figures);

/* Makes room for the caller's numbers below this count.  0 or -ENOMEM. */
int figures_grow(struct figures *figures, size_t count);
int figures_grow_threads(struct figures *figures, size_t count);

static inline int figures_reserve(struct figures *figures, uint32_t number)
{
	return number < figures->begin_capacity ? 0 : figures_grow(figures, (size_t)number + 1);
}

/* The same of a thread. */
static inline int figures_reserve_thread(struct figures *figures, uint32_t thread)
{
	return thread < figures->moves.thread_count ? 0 : figures_grow_threads(figures, (size_t)thread + 1);
}

/* The number of a node at which blocks end, which it gets if it has none.  0: no memory. */
uint32_t figures_free_number(struct figures *figures, uint32_t node);

/* Brings the node's part in the last peak up to date, before the node changes.  Whether it has to. */
static inline bool counters_save_peak(struct figures_counters *counters, uint64_t epoch)
{
	if (counters->epoch == epoch)
		return false;
	counters->epoch = epoch;
	counters->peak_bytes = counters->live_bytes;
	counters->peak_blocks = counters->live_blocks;
	return true;
}

static inline void figures_save_peak(struct figures *figures, uint32_t number)
{
	if (counters_save_peak(&figures->counters[number], figures->epoch))
		figures->touched[number / 64] |= UINT64_C(1) << number % 64;
}

/* A block that counts so much begins. */
static inline void figures_begin(struct figures *figures, const struct figures_place *at,
				 struct weight weight)
{
	struct figures_counters *counters = &figures->counters[at->number];
	struct model_totals *totals = &figures->totals;
	uint64_t before = totals->live_bytes;

	figures_save_peak(figures, at->number);
	if (at->by)
		breakdown_begin(&figures->breakdown, at->number, at->by, at->kind, weight);
	counters->allocations += weight.blocks;
	counters->allocated_bytes += weight.bytes;
	counters->live_bytes += weight.bytes;
	counters->live_blocks += weight.blocks;
	totals->live_bytes += weight.bytes;
	totals->live_blocks += weight.blocks;
	if (totals->live_bytes > totals->peak_bytes) {
		totals->peak_bytes = totals->live_bytes;
		totals->peak_blocks = totals->live_blocks;
		totals->peak_time_ns = at->time_ns;
		totals->peak_event = totals->events;
		figures->epoch++;
		breakdown_peak(&figures->breakdown, totals->live_bytes);
	}
	totals->events++;
	moves_event(&figures->moves, at->thread, at->node, before, totals->live_bytes);
}

static inline void figures_alloc(struct figures *figures, const struct figures_place *at, uint64_t size_bytes)
{
	struct model_totals *totals = &figures->totals;
	struct weight weight = weight_of(size_bytes, totals->sample_bytes);

	if (totals->sample_bytes)
		totals->spread = weight_add_spread(totals->spread, weight);
	figures_begin(figures, at, weight);
}

/* An end as the breakdown has it; for those below. */
static inline struct breakdown_end figures_breakdown_end(const struct figures_place *at,
							 const struct figures_block *block)
{
	return (struct breakdown_end){.origin = block->origin,
				      .freed = at->number,
				      .kind = block->kind,
				      .lifetime = block->lifetime,
				      .by = at->by,
				      .kind_thread = kind_thread(at->kind),
				      .temporary = block->temporary};
}

/* A block that counts so much ends. */
static inline void figures_finish_block(struct figures *figures, const struct figures_place *at,
					const struct figures_block *block, struct weight weight)
{
	struct figures_counters *origin = &figures->counters[block->origin];
	struct figures_free_counters *here = &figures->free_counters[at->number];
	struct model_totals *totals = &figures->totals;
	uint64_t before = totals->live_bytes;

	figures_save_peak(figures, block->origin);
	if (at->by) {
		const struct breakdown_end end = figures_breakdown_end(at, block);
		breakdown_end(&figures->breakdown, &end, weight);
	}
	origin->live_bytes -= weight.bytes;
	origin->live_blocks -= weight.blocks;
	origin->lifetime_ns += block->lived_ns;
	here->frees += weight.blocks;
	here->freed_bytes += weight.bytes;
	totals->live_bytes -= weight.bytes;
	totals->live_blocks -= weight.blocks;
	totals->events++;
	if (block->lost)
		totals->lost_frees += weight.blocks;
	if (block->temporary)
		figures->temporary[block->origin] += weight.blocks;
	if (block->collected) {
		figures->collected[block->origin].blocks += weight.blocks;
		figures->collected[block->origin].bytes += weight.bytes;
	}
	/* A block that ended unseen says nothing of where its thread stands. */
	if (!block->lost)
		moves_event(&figures->moves, at->thread, at->node, before, totals->live_bytes);
}

static inline void figures_end(struct figures *figures, const struct figures_place *at,
			       const struct figures_block *block)
{
	figures_finish_block(figures, at, block, weight_of(block->size_bytes, figures->totals.sample_bytes));
}

/* So many blocks of a size more begin, or end, as the last one at this place did: where as many of either
 * kind do so in turn that the heap goes the same ways again, and no peak is higher. */
void figures_begin_again(struct figures *figures, const struct figures_place *at, uint64_t size_bytes,
			 uint64_t times);
void figures_end_again(struct figures *figures, const struct figures_place *at,
		       const struct figures_block *block, uint64_t times);

static inline void figures_stray_free(struct figures *figures, const struct figures_place *at)
{
	uint64_t live_bytes = figures->totals.live_bytes;

	figures->free_counters[at->number].stray_frees++;
	figures->totals.events++;
	moves_event(&figures->moves, at->thread, at->node, live_bytes, live_bytes);
}

/* Goes on from totals that were written once, and node by node; for an all-zero struct.  `number` is the
 * caller's, 0 if no blocks began at the node.  0 or -ENOMEM. */
int figures_restore(struct figures *figures, const struct figures_summary *summary);
int figures_restore_node(struct figures *figures, uint32_t node, uint32_t number,
			 const struct model_node *restored);

/* The figures as of now: of a node with this number of the caller's, 0 for none; and of all. */
struct model_node figures_node(const struct figures *figures, uint32_t node, uint32_t number);
struct model_totals figures_totals(const struct figures *figures);

#endif
