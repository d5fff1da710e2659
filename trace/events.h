/*
 * events.h - BLOCK_EVENTS payloads, both ways: a stream of items to columns and back.
 *
 * The dictionary of operations and all counters run on from block to block, so an encoder or
 * a decoder sees every EVENTS block of a trace, in order.  The decoder trusts nothing: any
 * inconsistency is -EBADMSG, and memory is bounded by nodes, never by what a payload claims.
 * Blocks know no addresses and no clock beyond nanoseconds; see format.h.
 */
#ifndef MPROF_TRACE_EVENTS_H
#define MPROF_TRACE_EVENTS_H

#include "trace/buffer.h"
#include "trace/format.h"
#include "trace/numbering.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A block of events should end at this many: then its payload is far below FORMAT_BLOCK_MAX. */
#define EVENTS_BLOCK_EVENTS 262144

/* An encoder gives at most so many operations to a node; a decoder refuses more. */
#define EVENTS_OPERATIONS_PER_NODE 48

/* And so many that end blocks, given how many others there are. */
static inline uint64_t events_ends_max(uint64_t other_operations)
{
	return 65536 + 4 * other_operations;
}

struct events_item {
	uint64_t size_bytes; /* of the block that begins or ends; 0 for STRAY_FREE */
	uint64_t address;    /* STRAY_FREE only */
	uint64_t time_ns;    /* since the start of the run; never goes back */
	uint32_t node, thread;
	uint32_t operation; /* of the block's allocation */
	uint32_t origin;    /* FREE, LOST: the node of that; decoder only */
	uint16_t flags;     /* OPERATION_TRACKED, _REALLOC, _TEMPORARY, _COLLECTED */
	uint8_t type;       /* enum operation_type */
};

struct events_operation {
	uint64_t size_bytes;
	uint32_t node;
	uint32_t type;   /* enum operation_type | OPERATION_* flags */
	uint32_t origin; /* FREE, LOST: index of the allocation's operation; LOOSE ones: 0 */
};

/* ---- encoder ------------------------------------------------------------- */

struct events_encoder;

struct events_encoder *events_encoder_create(void);          /* NULL: no memory */
void events_encoder_destroy(struct events_encoder *encoder); /* NULL is fine */

/* Goes on where a decoder of the same trace stands, which has read all blocks so far.  For a
 * fresh encoder only.  0 or -ENOMEM. */
struct events_decoder;
int events_encoder_resume(struct events_encoder *encoder, const struct events_decoder *decoder);

/* Adds one item to the open block, and sets an ALLOC's `operation`; the block's end must bring that
 * and the size along.  A time before the last one's counts as the last one's.  Out of memory shows in
 * events_encoder_finish. */
void events_encoder_add(struct events_encoder *encoder, struct events_item *item);

/* The number (trace/numbering.h) of a node at which blocks begin, which it has from now on.  0: no memory. */
uint32_t events_encoder_begin(struct events_encoder *encoder, uint32_t node);

/* All that have one. */
const struct numbering *events_encoder_begins(const struct events_encoder *encoder);

/* The number of the node of an operation that events_encoder_add gave; 0: it gave none such. */
uint32_t events_encoder_origin(const struct events_encoder *encoder, uint32_t operation);

/* Items in the open block. */
size_t events_encoder_pending(const struct events_encoder *encoder);

/* Replaces the contents of `payload` by the open block's payload and opens the next one.
 * 0 or -ENOMEM; after that the encoder is of no more use. */
int events_encoder_finish(struct events_encoder *encoder, struct buffer *payload);

/* ---- decoder ------------------------------------------------------------- */

struct events_decoder *events_decoder_create(void);          /* NULL: no memory */
void events_decoder_destroy(struct events_decoder *decoder); /* NULL is fine */

/* Back to the start of the trace; keeps its memory. */
void events_decoder_reset(struct events_decoder *decoder);

/* Takes the next block's payload, which must stay unchanged until its last item is pulled or
 * the next feed.  node_count and thread_count are what the tables before this block define:
 * an item naming more is refused.  Items of the block before that were not pulled are skipped,
 * unchecked.  0, -EBADMSG or -ENOMEM; on failure the decoder stands where it stood, without a
 * block to pull from. */
int events_decoder_feed(struct events_decoder *decoder, const void *payload, size_t bytes,
			uint32_t node_count, uint32_t thread_count);

/* Pulls up to `max` items of the fed block.  Returns how many, 0 at its end, or -EBADMSG. */
long events_decoder_next(struct events_decoder *decoder, struct events_item *items, size_t max);

/* Totals over the blocks fed so far, the current one included. */
uint64_t events_decoder_events(const struct events_decoder *decoder);
uint64_t events_decoder_allocations(const struct events_decoder *decoder);

/* Time of the last item of the blocks fed so far. */
uint64_t events_decoder_time_ns(const struct events_decoder *decoder);

#endif
