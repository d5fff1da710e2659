/*
 * cursor.h - the drainer's own state as BLOCK_CURSOR keeps it; see format.h for the layout.
 */
#ifndef MPROF_REPORTER_DRAIN_CURSOR_H
#define MPROF_REPORTER_DRAIN_CURSOR_H

#include "trace/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sums over all blocks but hidden ones. */
struct cursor_totals {
	uint64_t frees, allocated_bytes, freed_bytes, peak_bytes;
};

struct cursor_slot {
	uint64_t slot, incarnation, taken, side_taken, thread_index, last_stamp, collections;
};

enum cursor_waiting_kind {
	WAITING_REALLOC = 1, /* a REALLOC_FREE for its outcome */
	WAITING_FREE = 2,    /* a free of an unknown address for its allocation */
	WAITING_BLOCK = 3,   /* a block whose address was handed out again for its free */
};

/* Something whose meaning depends on a record that has not come yet. */
struct cursor_waiting {
	uint64_t kind, thread_index, side; /* side: which of the thread's two streams */
	uint64_t key;                      /* livemap_key */
	uint64_t known; /* 0, or 1 + operation of the allocation: the next three are known */
	uint64_t block, size_bytes, born;
	uint64_t node, flags, stamp; /* flags: OPERATION_* */
	uint64_t block_kind;         /* livemap_entry.kind; behind all else in a trace */
};

/* Where a thread stands, by index. */
struct cursor_thread {
	uint64_t last_alloc, node, after_bytes;
};

/* A huge block's kind, as the ledger remembers it. */
struct cursor_huge {
	uint64_t block, kind;
};

struct cursor {
	uint64_t batch, events, allocations, hidden, nodes, modules, threads;
	struct cursor_totals totals;
	uint64_t rss_time_ns, rss_count;
	struct cursor_slot *slots;
	size_t slot_count;
	struct cursor_waiting *waiting;
	size_t waiting_count;
	struct cursor_thread *positions;
	size_t position_count;
	struct cursor_huge *huge;
	size_t huge_count;
};

void cursor_encode(const struct cursor *cursor, struct buffer *payload);

/* 0, -EBADMSG or -ENOMEM; on success the arrays are the caller's, for cursor_finish. */
int cursor_decode(struct cursor *cursor, const void *payload, size_t bytes);
void cursor_finish(struct cursor *cursor);

#endif
