/*
 * ledger.h - records in merged order become events: addresses become blocks.
 *
 * Repairs what out-of-order clocks invert on one address: an allocation at a live address
 * parks the old block until its free comes, and a free of an unknown address is parked until
 * its allocation comes, both for a short time and only between different threads.
 */
#ifndef MPROF_REPORTER_DRAIN_LEDGER_H
#define MPROF_REPORTER_DRAIN_LEDGER_H

#include "drain/batch.h"
#include "drain/cursor.h"
#include "drain/livemap.h"
#include "drain/queue.h"
#include "drain/waiting.h"
#include "figures/figures.h"

/* Changes to the live map that one record can cause at most, parked ones that it ends aside. */
#define LEDGER_CHANGES 4

struct ledger {
	struct livemap *map;
	struct batch *batch;
	struct figures *figures; /* counts along; NULL: it has not seen all events, or memory ran out */
	uint64_t *last_alloc;    /* per thread: ordinal + 1 of its last allocation, 0: none */
	size_t last_alloc_count;
	struct cursor_totals totals; /* bytes are estimates where blocks are sampled */
	uint64_t sample_bytes;       /* mean interval; 0: every block is recorded */
	bool keeps_strays;           /* a fork child: reports want their addresses */
	uint64_t strays;             /* how many were kept, about: after a recovery it begins anew */
	uint64_t hidden;             /* ordinal of the next hidden allocation */
	uint32_t threads;            /* seen so far: with one, nothing can be inverted */
	struct waiting waiting;      /* for as long as clocks may be apart */
};

/* One record's place: from which queue, at what time. */
struct ledger_moment {
	uint64_t stamp, time_ns;
	uint32_t thread_index, node;
	bool side;
};

/* Whether the event is of a block's life, and ledger_take's. */
static inline bool ledger_concerns(const struct queue_event *event)
{
	return event->type != RECORD_EXT || event->ext == EXT_REALLOC_FAILED ||
	       event->ext == EXT_REALLOC_UNSAMPLED;
}

void ledger_finish(struct ledger *ledger);

/* Takes one record of a block's life.
 * livemap_ready(LEDGER_CHANGES) was asked. */
void ledger_take(struct ledger *ledger, struct queue *queue, const struct queue_event *event,
		 uint64_t time_ns);

/* Gives up on what has waited too long at `stamp`; UINT64_MAX: on everything parked. */
void ledger_expire(struct ledger *ledger, uint64_t stamp, uint64_t time_ns);

/* After recovery: takes over what waited at the commit point.  0 or -ENOMEM. */
int ledger_restore(struct ledger *ledger, const struct cursor *cursor);

/* Bytes of live blocks, tracked ones included. */
int64_t ledger_live_bytes(const struct ledger *ledger);

#endif
