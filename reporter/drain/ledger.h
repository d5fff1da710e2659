/*
 * ledger.h - records in merged order become events: addresses become blocks.
 *
 * Repairs what out-of-order clocks invert on one address: an allocation at a live address
 * parks the old block until its free comes, and a free of an unknown address is parked until
 * its allocation comes, both for a short time and only between different threads.
 */
#ifndef MPROF_REPORTER_DRAIN_LEDGER_H
#define MPROF_REPORTER_DRAIN_LEDGER_H

#include "drain/ledger_state.h"
#include "drain/queue.h"

/* Changes to the live map that one record can cause at most, parked ones that it ends aside. */
#define LEDGER_CHANGES 4

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
