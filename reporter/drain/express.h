/*
 * express.h - the common records, many at a time.
 *
 * Most records are an allocation where nothing lives, the free of a block that is known, or a realloc of
 * one, in a queue where nothing waits for anything.  These are taken here, in one loop with all that it needs
 * inlined; it does just what queue, ledger and batch do one by one, and leaves everything else to them.
 */
#ifndef MPROF_REPORTER_DRAIN_EXPRESS_H
#define MPROF_REPORTER_DRAIN_EXPRESS_H

#include "drain/state.h"

/* Takes the queue's next records up to this stamp, `max` at most and as long as they are common ones.  How
 * many; 0 says nothing of what is there.  livemap_ready(max * LEDGER_CHANGES) was asked, and the thread has
 * its name. */
uint32_t express_take(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t max);

#endif
