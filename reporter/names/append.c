/* append.c - see append.h. */
#include "names/append.h"

#include "base/write_at.h"
#include "trace/block.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (4u << 20)

static int encode_piece(struct block_codec *codec, enum block_kind kind, const struct buffer *bytes,
			size_t at, struct buffer *out)
{
	size_t left = bytes->length - at, count = left < PIECE_BYTES ? left : PIECE_BYTES;
	struct buffer payload = {0};
	int error;

	buffer_varint(&payload, bytes->length);
	buffer_varint(&payload, at);
	buffer_append(&payload, bytes->data + at, count);
	error = payload.failed ? -ENOMEM : block_encode(codec, kind, payload.data, payload.length, out);
	buffer_finish(&payload);
	return error;
}

int append_encode(enum block_kind kind, const struct buffer *bytes, struct buffer *out)
{
	struct block_codec *codec = block_codec_create();
	int error = codec && !bytes->failed ? 0 : -ENOMEM;

	for (size_t at = 0; !error && at < bytes->length; at += PIECE_BYTES)
		error = encode_piece(codec, kind, bytes, at, out);
	block_codec_destroy(codec);
	return error;
}

/* What could not be written whole is taken back: a reader passes it over, but the next writer is not to. */
static int write_locked(int fd, const struct append_place *place, const struct buffer *blocks)
{
	off_t end = (off_t)place->blocks_end;
	struct stat status;
	int error;

	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size != place->file_bytes)
		return -EBUSY;
	if (place->file_bytes != place->blocks_end && ftruncate(fd, end) != 0)
		return -errno;
	error = write_at(fd, blocks->data, blocks->length, end);
	if (error && ftruncate(fd, end) != 0)
		return error;
	return error;
}

int append_write(const struct append_place *place, const struct buffer *blocks)
{
	int fd = open(place->path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), error;

	if (fd < 0)
		return -errno;
	error = flock(fd, LOCK_EX | LOCK_NB) == 0 ? write_locked(fd, place, blocks) : -EBUSY;
	close(fd);
	return error;
}
