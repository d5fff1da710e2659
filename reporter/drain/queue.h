/*
 * queue.h - the consumer's end of one thread's records: chunks and side ring, one event at a time.
 *
 * Never writes to the session before queue_release: what is read stays where it is until
 * the trace has it.  Trusts no index that it finds in shared memory.
 */
#ifndef MPROF_REPORTER_DRAIN_QUEUE_H
#define MPROF_REPORTER_DRAIN_QUEUE_H

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_VALUES_MAX 8
#define QUEUE_NO_THREAD UINT32_MAX

/* A record with its prefixes applied. */
struct queue_event {
	uint64_t stamp;   /* full: ticks >> stamp_shift */
	uint64_t address; /* side ring's EXT_REALLOC_FAILED has one, too */
	uint64_t size_bytes;
	uint64_t payload; /* of RECORD_EXT */
	uint32_t node;
	uint32_t value_count; /* of the queue's values, for a note */
	uint8_t type;         /* enum record_type */
	uint8_t ext;          /* enum ext_type, with RECORD_EXT */
	bool side;            /* from a signal handler inside the shim */
};

struct queue {
	struct session_header *session;
	struct session_thread *slot;
	uint32_t slot_index;
	uint64_t incarnation;
	uint32_t thread_index; /* in the trace; QUEUE_NO_THREAD before the first event */
	uint32_t chunk;        /* index + 1 of the one being read; 0: none */
	/* The same as memory, NULL if it was not looked at yet, and how much of it was committed when that
	 * was last asked: the producer's cache line is left alone until all of that is taken. */
	const struct session_chunk *open;
	uint32_t readable;
	uint64_t taken, side_taken; /* records of events taken; counted from the slot's claim, and ever */
	uint64_t released, side_released; /* the same two, as of the last queue_release */
	uint64_t last_stamp;
	/* The two streams' next events, and which of them comes first; NULL: not looked for. */
	struct queue_event main, side;
	const struct queue_event *head;
	bool has_main, has_side;
	uint64_t main_end;                 /* `taken` once main is taken */
	uint64_t coming_address;           /* of a record some way behind main: a hint to prefetch */
	uint64_t values[QUEUE_VALUES_MAX]; /* EXT_VALUE prefixes of main */
	uint32_t reallocs[2];              /* by stream: REALLOC_FREEs without their outcome; the ledger's */
	uint32_t collections;              /* that the thread is in, one in the other; the notes' */
};

/* Whether a slot with this owner has a queue to be read. */
static inline bool queue_is_used(uint64_t owner)
{
	enum thread_state state = thread_owner_state(owner);
	return state == THREAD_OWNED || state == THREAD_VACANT;
}

/* Begins with the slot's current owner; `taken` etc. may then be set from a commit point. */
void queue_init(struct queue *queue, struct session_header *session, uint32_t slot_index);

/* Looks for the next event, NULL if none is committed. */
const struct queue_event *queue_find(struct queue *queue);

/* The next event, NULL if none is committed; stays the same until queue_take, but that events of the thread
 * itself come before a handler's which was seen first. */
static inline const struct queue_event *queue_peek(struct queue *queue)
{
	/* When the side ring was looked at, more may have been committed than when the chunk was. */
	return queue->head && queue->has_main ? queue->head : queue_find(queue);
}

/* Takes the event that queue_peek returned. */
void queue_take(struct queue *queue);

/* The next records of the thread's own stream as far as they are known to be committed, prefixes and all;
 * *count 0 while the side ring has something that may come first. */
const struct session_record *queue_records(struct queue *queue, uint32_t *count);

/* Takes so many of them, each an event of its own, the last of which is stamped so. */
void queue_take_records(struct queue *queue, uint32_t count, uint64_t stamp);

/* The full stamp of a record that keeps only its low bits, and comes after `last`: a thread's clock does
 * not go back, and longer pauses say their epoch. */
static inline uint64_t queue_stamp(uint64_t low, uint64_t last)
{
	const uint64_t span = UINT64_C(1) << RECORD_STAMP_BITS;
	uint64_t stamp = (last & ~(span - 1)) | low;
	return stamp >= last ? stamp : stamp + span;
}

/* Replaces an impossible node of the next event by the root. */
void queue_limit_node(struct queue *queue, uint32_t nodes_max);

/* How many records are committed and not taken. */
uint64_t queue_waiting(const struct queue *queue);

/* Moves over chunks of which everything is taken, as after recovery.  False: there is none. */
bool queue_skip_taken(struct queue *queue);

/* After the commit: gives back chunks and side records that were taken. */
void queue_release(struct queue *queue);

/* Whether all that is committed has been taken and released. */
bool queue_is_idle(struct queue *queue);

/* Whether the side ring should be released soon. */
bool queue_side_is_filling(const struct queue *queue);

/* Before that: false if the slot is not `owner`'s any more, who was asked for. */
bool queue_begin_retiring(struct queue *queue, uint64_t owner);

/* The owner is gone and all is taken and released: gives back the last chunk and the slot. */
void queue_retire(struct queue *queue);

#endif
