/*
 * batch.h - what is to be appended to the trace at once, up to the next CURSOR.
 *
 * Collected in memory, written by one call, kept until the file has all of it: a full disk
 * delays a batch, it never loses one.  Knows blocks, not sessions.
 *
 * An aggregate trace has no events, and its end (summary, CURSOR) is replaced by each batch: then a whole
 * new file takes the old one's place, so that whoever is killed leaves one or the other.
 */
#ifndef MPROF_REPORTER_DRAIN_BATCH_H
#define MPROF_REPORTER_DRAIN_BATCH_H

#include "trace/block.h"
#include "trace/events.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct batch {
	int fd;
	const char *path; /* of the trace; borrowed */
	off_t end;        /* of the trace: where the batch goes */
	struct block_codec *codec;
	struct events_encoder *encoder;
	uint64_t events, allocations; /* of the whole trace, this batch included */
	/* Entries of table blocks, without the count in front. */
	struct buffer threads, labels, notes, rss, strays;
	uint64_t thread_entries, label_entries, note_entries, rss_entries, stray_entries;
	uint64_t last_stray;  /* address / 8 */
	struct buffer tables; /* whole blocks that go before the events */
	struct buffer blocks; /* whole blocks: events and what goes behind */
	struct buffer last;   /* whole blocks: CURSOR, summary, END */
	bool aggregate;       /* no events are kept, and `last` takes the place of the one before */
	struct buffer scratch;
	int error; /* sticky: the batch cannot be completed */
};

/* Takes over no descriptor.  0 or -ENOMEM. */
int batch_init(struct batch *batch, int fd, off_t end);
void batch_finish(struct batch *batch);

/* Adds an event, or counts it if they are not kept; an ALLOC's `operation` is set: what batch_origin knows
 * it by. */
void batch_event(struct batch *batch, struct events_item *item);

/* Adds the address of a STRAY_FREE. */
void batch_stray(struct batch *batch, uint64_t address);

/* The number of the node of an allocation, by what batch_event knows it by; 0: there is none. */
uint32_t batch_origin(const struct batch *batch, uint32_t operation);

/* Adds a block as it is; payload in `scratch`, which is emptied. */
void batch_table(struct batch *batch, enum block_kind kind); /* before the events */
void batch_block(struct batch *batch, enum block_kind kind); /* behind them */
void batch_last(struct batch *batch, enum block_kind kind);  /* at the end */

/* Adds bytes at the end, in as many blocks as it takes: "in pieces" of format.h. */
void batch_last_pieces(struct batch *batch, enum block_kind kind, const struct buffer *bytes);

/* Ends the open block of events, so that the next block stands behind them. */
void batch_close_events(struct batch *batch);

/* Closes the open blocks of events, notes, threads... so that only the CURSOR is missing. */
void batch_close(struct batch *batch);

/* Writes the closed batch behind the trace's end, which is moved, and empties it.  0, or -errno with the
 * batch unchanged and the file as long as before. */
int batch_write(struct batch *batch);

/* Whether anything has been added since the last write. */
bool batch_is_empty(const struct batch *batch);

#endif
