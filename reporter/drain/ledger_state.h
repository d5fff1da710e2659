/*
 * ledger_state.h - what a ledger knows, for the ledger's own files.
 */
#ifndef MPROF_REPORTER_DRAIN_LEDGER_STATE_H
#define MPROF_REPORTER_DRAIN_LEDGER_STATE_H

#include "drain/batch.h"
#include "drain/cursor.h"
#include "drain/livemap.h"
#include "drain/waiting.h"
#include "figures/figures.h"

/* The kind of a block whose row has no room for it.  Of more than so many live ones the thread is not known.
 */
#define LEDGER_HUGE_MOST 1024u

struct ledger_huge {
	uint64_t block; /* ordinal */
	uint32_t kind;
};

struct ledger {
	struct livemap *map;
	struct batch *batch;
	struct figures *figures; /* counts along; NULL: it has not seen all events, or memory ran out */
	uint64_t *last_alloc;    /* per thread: ordinal + 1 of its last allocation, 0: none */
	size_t last_alloc_count;
	struct ledger_huge *huge; /* those that live; in no order */
	size_t huge_count;
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

#endif
