/*
 * append.h - puts names and source text behind a recording that has ended.
 *
 * Nothing of the recording is written to.  Writers keep each other out by a lock, and whoever finds the file
 * other than it was read leaves it as it is.
 */
#ifndef MPROF_REPORTER_NAMES_APPEND_H
#define MPROF_REPORTER_NAMES_APPEND_H

#include "trace/buffer.h"
#include "trace/format.h"

/* Appends the blocks of such a sequence of bytes to `out`; 0, or -ENOMEM. */
int append_encode(enum block_kind kind, const struct buffer *bytes, struct buffer *out);

/* The file as it was read. */
struct append_place {
	const char *path;
	uint64_t file_bytes;
	uint64_t blocks_end; /* what stands behind is ours, and incomplete */
};

/* Writes blocks at the end.  0 or -errno: -EBUSY where somebody else is at it or was. */
int append_write(const struct append_place *place, const struct buffer *blocks);

#endif
