/*
 * batch.c - see batch.h.
 */
#include "drain/batch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int batch_init(struct batch *batch, int fd, off_t end)
{
	*batch = (struct batch){.fd = fd, .end = end};
	batch->codec = block_codec_create();
	batch->encoder = events_encoder_create();
	if (batch->codec && batch->encoder)
		return 0;
	batch_finish(batch);
	return -ENOMEM;
}

void batch_finish(struct batch *batch)
{
	struct buffer *buffers[] = {&batch->threads, &batch->labels, &batch->notes,  &batch->rss,
				    &batch->tables,  &batch->blocks, &batch->scratch};
	for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
		buffer_finish(buffers[i]);
	block_codec_destroy(batch->codec);
	events_encoder_destroy(batch->encoder);
	*batch = (struct batch){.fd = -1};
}

static void encode(struct batch *batch, enum block_kind kind, struct buffer *out)
{
	int error = batch->scratch.failed ? -ENOMEM
					  : block_encode(batch->codec, kind, batch->scratch.data,
							 batch->scratch.length, out);
	if (error < 0)
		batch->error = error;
	buffer_clear(&batch->scratch);
}

void batch_table(struct batch *batch, enum block_kind kind)
{
	encode(batch, kind, &batch->tables);
}

void batch_block(struct batch *batch, enum block_kind kind)
{
	encode(batch, kind, &batch->blocks);
}

void batch_close_events(struct batch *batch)
{
	if (events_encoder_pending(batch->encoder) == 0)
		return;
	if (events_encoder_finish(batch->encoder, &batch->scratch) < 0)
		batch->error = -ENOMEM;
	batch_block(batch, BLOCK_EVENTS);
}

void batch_event(struct batch *batch, struct events_item *item)
{
	events_encoder_add(batch->encoder, item);
	batch->allocations += item->type == OPERATION_ALLOC;
	batch->events++;
	if (events_encoder_pending(batch->encoder) >= EVENTS_BLOCK_EVENTS)
		batch_close_events(batch);
}

/* A block that is a count and so many entries. */
static void close_entries(struct batch *batch, enum block_kind kind, struct buffer *entries, uint64_t *count,
			  struct buffer *out)
{
	if (*count == 0)
		return;
	buffer_varint(&batch->scratch, *count);
	buffer_append(&batch->scratch, entries->data, entries->length);
	batch->scratch.failed |= entries->failed;
	encode(batch, kind, out);
	buffer_clear(entries);
	*count = 0;
}

void batch_close(struct batch *batch)
{
	close_entries(batch, BLOCK_LABELS, &batch->labels, &batch->label_entries, &batch->tables);
	close_entries(batch, BLOCK_THREADS, &batch->threads, &batch->thread_entries, &batch->tables);
	batch_close_events(batch);
	close_entries(batch, BLOCK_NOTES, &batch->notes, &batch->note_entries, &batch->blocks);
	close_entries(batch, BLOCK_RSS, &batch->rss, &batch->rss_entries, &batch->blocks);
}

static int write_all(int fd, const uint8_t *bytes, size_t count, off_t at)
{
	while (count > 0) {
		ssize_t written = pwrite(fd, bytes, count, at);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -ENOSPC;
		bytes += written;
		count -= (size_t)written;
		at += written;
	}
	return 0;
}

int batch_write(struct batch *batch)
{
	if (batch->error < 0)
		return batch->error;
	off_t middle = batch->end + (off_t)batch->tables.length;
	int error = write_all(batch->fd, batch->tables.data, batch->tables.length, batch->end);
	if (error == 0)
		error = write_all(batch->fd, batch->blocks.data, batch->blocks.length, middle);
	if (error < 0) {
		/* Best effort: a reader stops at a cut-off block, and the next try overwrites it. */
		if (ftruncate(batch->fd, batch->end) < 0)
			return error;
		return error;
	}
	batch->end = middle + (off_t)batch->blocks.length;
	buffer_clear(&batch->tables);
	buffer_clear(&batch->blocks);
	return 0;
}

bool batch_is_empty(const struct batch *batch)
{
	return events_encoder_pending(batch->encoder) == 0 && batch->blocks.length == 0 &&
	       batch->tables.length == 0 && batch->note_entries == 0 && batch->rss_entries == 0 &&
	       batch->thread_entries == 0 && batch->label_entries == 0;
}
