/*
 * block.h - one block of a trace file: compressed, checksummed, and back.
 *
 * Decoding trusts nothing: sizes are checked before anything is allocated, the checksum
 * before anything is decompressed.  One codec belongs to one thread at a time.
 */
#ifndef MPROF_TRACE_BLOCK_H
#define MPROF_TRACE_BLOCK_H

#include "trace/buffer.h"
#include "trace/format.h"

#include <stddef.h>

struct block_codec;

struct block_codec *block_codec_create(void);        /* NULL: no memory */
void block_codec_destroy(struct block_codec *codec); /* NULL is fine */

/* Appends header and stored payload to `out`.  -EMSGSIZE if the payload exceeds
 * FORMAT_BLOCK_MAX, -ENOMEM; then `out` is as it was. */
int block_encode(struct block_codec *codec, enum block_kind kind, const void *payload, size_t bytes,
		 struct buffer *out);

/* Whether a header can be true at all: known flags, sizes within bounds and consistent.  To
 * be asked before stored_bytes are read.  0 or -EBADMSG. */
int block_check_header(const struct format_block_header *header);

/* Whether the checksum holds; `stored` has header->stored_bytes.  0 or -EBADMSG. */
int block_check_payload(const struct format_block_header *header, const void *stored);

/* Checks both and replaces the contents of `raw` by the payload.  0, -EBADMSG or -ENOMEM. */
int block_decode(struct block_codec *codec, const struct format_block_header *header, const void *stored,
		 struct buffer *raw);

#endif
