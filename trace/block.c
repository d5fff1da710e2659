/*
 * block.c - framing, compression and checksum of trace blocks; knows no block's contents.
 */
#include "trace/block.h"

#include "trace/crc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* A tenth of a trace less than by level 1, for one or two in a hundred of a drainer's instructions. */
#define BLOCK_ZSTD_LEVEL 3

struct block_codec {
	ZSTD_CCtx *compressor; /* made at first use: most owners only read or only write */
	ZSTD_DCtx *decompressor;
};

struct block_codec *block_codec_create(void)
{
	return calloc(1, sizeof(struct block_codec));
}

void block_codec_destroy(struct block_codec *codec)
{
	if (!codec)
		return;
	ZSTD_freeCCtx(codec->compressor);
	ZSTD_freeDCtx(codec->decompressor);
	free(codec);
}

static uint32_t block_crc(const struct format_block_header *header, const void *stored)
{
	struct format_block_header plain = *header;
	plain.crc = 0;
	return crc32_update(crc32_update(0, &plain, sizeof(plain)), stored, header->stored_bytes);
}

/* Compresses to `to`, if that makes it smaller.  Returns the stored size, 0 if it does not. */
static size_t block_compress(struct block_codec *codec, const void *payload, size_t bytes, uint8_t *to)
{
	if (!codec->compressor)
		codec->compressor = ZSTD_createCCtx();
	if (!codec->compressor || bytes < 2)
		return 0;
	size_t stored = ZSTD_compressCCtx(codec->compressor, to, bytes - 1, payload, bytes, BLOCK_ZSTD_LEVEL);
	return ZSTD_isError(stored) ? 0 : stored;
}

int block_encode(struct block_codec *codec, enum block_kind kind, const void *payload, size_t bytes,
		 struct buffer *out)
{
	struct format_block_header header = {.kind = (uint16_t)kind, .raw_bytes = (uint32_t)bytes};
	if (bytes > FORMAT_BLOCK_MAX)
		return -EMSGSIZE;
	if (!buffer_reserve(out, sizeof(header) + bytes))
		return -ENOMEM;
	uint8_t *at = out->data + out->length;
	size_t stored = block_compress(codec, payload, bytes, at + sizeof(header));
	if (stored == 0) {
		header.flags = BLOCK_STORED;
		stored = bytes;
		if (bytes > 0)
			memcpy(at + sizeof(header), payload, bytes);
	}
	header.stored_bytes = (uint32_t)stored;
	header.crc = block_crc(&header, at + sizeof(header));
	memcpy(at, &header, sizeof(header));
	out->length += sizeof(header) + stored;
	return 0;
}

int block_check_header(const struct format_block_header *header)
{
	if (header->flags & ~BLOCK_STORED || header->raw_bytes > FORMAT_BLOCK_MAX)
		return -EBADMSG;
	if (header->flags & BLOCK_STORED)
		return header->stored_bytes == header->raw_bytes ? 0 : -EBADMSG;
	return header->stored_bytes < header->raw_bytes ? 0 : -EBADMSG;
}

int block_check_payload(const struct format_block_header *header, const void *stored)
{
	return block_crc(header, stored) == header->crc ? 0 : -EBADMSG;
}

int block_decode(struct block_codec *codec, const struct format_block_header *header, const void *stored,
		 struct buffer *raw)
{
	buffer_clear(raw);
	if (block_check_header(header) < 0 || block_check_payload(header, stored) < 0)
		return -EBADMSG;
	if (header->flags & BLOCK_STORED) {
		buffer_append(raw, stored, header->stored_bytes);
		return raw->failed ? -ENOMEM : 0;
	}
	if (!codec->decompressor)
		codec->decompressor = ZSTD_createDCtx();
	if (!codec->decompressor || !buffer_reserve(raw, header->raw_bytes))
		return -ENOMEM;
	size_t got = ZSTD_decompressDCtx(codec->decompressor, raw->data, header->raw_bytes, stored,
					 header->stored_bytes);
	if (ZSTD_isError(got) || got != header->raw_bytes)
		return -EBADMSG;
	raw->length = got;
	return 0;
}
