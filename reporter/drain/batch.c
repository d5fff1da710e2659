/*
 * batch.c - see batch.h.
 */
#include "drain/batch.h"

#include "base/write_at.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (1u << 20)

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
	struct buffer *buffers[] = {&batch->threads, &batch->labels, &batch->notes,
				    &batch->rss,     &batch->strays, &batch->tables,
				    &batch->blocks,  &batch->last,   &batch->scratch};
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

void batch_last(struct batch *batch, enum block_kind kind)
{
	encode(batch, kind, &batch->last);
}

void batch_last_pieces(struct batch *batch, enum block_kind kind, const struct buffer *bytes)
{
	for (size_t at = 0; at < bytes->length; at += PIECE_BYTES) {
		size_t left = bytes->length - at;
		buffer_varint(&batch->scratch, bytes->length);
		buffer_varint(&batch->scratch, at);
		buffer_append(&batch->scratch, bytes->data + at, left < PIECE_BYTES ? left : PIECE_BYTES);
		batch_last(batch, kind);
	}
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
	if (!batch->aggregate)
		events_encoder_add(batch->encoder, item);
	else if (item->type == OPERATION_ALLOC)
		item->operation = item->node;
	batch->allocations += item->type == OPERATION_ALLOC;
	batch->events++;
	if (events_encoder_pending(batch->encoder) >= EVENTS_BLOCK_EVENTS)
		batch_close_events(batch);
}

void batch_stray(struct batch *batch, uint64_t address)
{
	buffer_signed(&batch->strays, (int64_t)(address / 8 - batch->last_stray));
	batch->last_stray = address / 8;
	batch->stray_entries++;
}

uint32_t batch_origin(const struct batch *batch, uint32_t operation)
{
	return batch->aggregate ? numbering_find(events_encoder_begins(batch->encoder), operation)
				: events_encoder_origin(batch->encoder, operation);
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
	close_entries(batch, BLOCK_STRAYS, &batch->strays, &batch->stray_entries, &batch->blocks);
	batch->last_stray = 0;
}

static int write_buffers(struct batch *batch, int fd, off_t at)
{
	const struct buffer *buffers[] = {&batch->tables, &batch->blocks, &batch->last};
	int error = 0;
	for (size_t i = 0; error == 0 && i < sizeof(buffers) / sizeof(*buffers); i++) {
		error = write_at(fd, buffers[i]->data, buffers[i]->length, at);
		at += (off_t)buffers[i]->length;
	}
	return error;
}

static int copy_old(const struct batch *batch, int fd)
{
	uint8_t part[65536];
	for (off_t at = 0; at < batch->end;) {
		size_t left = (size_t)(batch->end - at);
		ssize_t count = pread(batch->fd, part, left < sizeof(part) ? left : sizeof(part), at);
		if (count <= 0)
			return count < 0 ? -errno : -EIO;
		int error = write_at(fd, part, (size_t)count, at);
		if (error < 0)
			return error;
		at += count;
	}
	return 0;
}

/* Where the file is now, if somebody moved it. */
static void find_path(const struct batch *batch, const struct stat *file, char path[PATH_MAX])
{
	char link[32];
	struct stat there;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", batch->fd);
	ssize_t length = readlink(link, path, PATH_MAX - 1);
	path[length > 0 ? length : 0] = '\0';
	if (lstat(path, &there) < 0 || there.st_dev != file->st_dev || there.st_ino != file->st_ino)
		snprintf(path, PATH_MAX, "%s", batch->path);
}

/* The new file takes the old one's name once it is whole, and its descriptor. */
static int take_place(int fd, const struct batch *batch, const char *name, const char *path)
{
	if (rename(name, path) < 0 || dup3(fd, batch->fd, O_CLOEXEC) < 0)
		return -errno;
	return 0;
}

static int replace_trace(struct batch *batch)
{
	char path[PATH_MAX], name[PATH_MAX];
	struct stat old;
	if (fstat(batch->fd, &old) < 0)
		return -errno;
	if (old.st_nlink == 0)
		return 0; /* deleted: nobody can report it, and it is not to come back */
	find_path(batch, &old, path);
	int length = snprintf(name, sizeof(name), "%s.new", path);
	if (length < 0 || (size_t)length >= sizeof(name))
		return -ENAMETOOLONG;
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, old.st_mode & 0777);
	if (fd < 0)
		return -errno;
	int error = copy_old(batch, fd);
	if (error == 0)
		error = write_buffers(batch, fd, batch->end);
	if (error == 0)
		error = take_place(fd, batch, name, path);
	if (error < 0)
		(void)unlink(name);
	close(fd);
	return error;
}

static int append(struct batch *batch)
{
	int error = write_buffers(batch, batch->fd, batch->end);
	/* Best effort: a reader stops at a cut-off block, and the next try overwrites it. */
	if (error < 0 && ftruncate(batch->fd, batch->end) < 0)
		return error;
	return error;
}

int batch_write(struct batch *batch)
{
	if (batch->error < 0)
		return batch->error;
	int error = batch->aggregate ? replace_trace(batch) : append(batch);
	if (error < 0)
		return error;
	batch->end += (off_t)(batch->tables.length + batch->blocks.length);
	if (!batch->aggregate)
		batch->end += (off_t)batch->last.length;
	buffer_clear(&batch->tables);
	buffer_clear(&batch->blocks);
	buffer_clear(&batch->last);
	return 0;
}

bool batch_is_empty(const struct batch *batch)
{
	return events_encoder_pending(batch->encoder) == 0 && batch->blocks.length == 0 &&
	       batch->tables.length == 0 && batch->note_entries == 0 && batch->rss_entries == 0 &&
	       batch->thread_entries == 0 && batch->label_entries == 0;
}
