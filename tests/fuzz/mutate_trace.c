/*
 * mutate_trace.c - a mutator for libFuzzer that knows what a trace looks like from outside.
 *
 * Checksums and compression would stop nearly every blind mutation at the door.  So most mutations change the
 * payload of one block, store it uncompressed and make all checksums right again.
 */
#include "data/sample.h"
#include "trace/format.h"

#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t room, unsigned seed);

#define BLOCKS_MAX 64

struct layout {
	size_t starts[BLOCKS_MAX + 1]; /* and the end of the last */
	size_t count;
};

static struct format_block_header header_at(const uint8_t *bytes, size_t at)
{
	struct format_block_header header;

	memcpy(&header, bytes + at, sizeof(header));
	return header;
}

static struct layout find_blocks(const uint8_t *bytes, size_t count)
{
	struct layout layout = {0};
	struct format_file_header file;
	struct format_block_header header;

	if (count < sizeof(file))
		return layout;
	memcpy(&file, bytes, sizeof(file));
	size_t at = layout.starts[0] = file.header_bytes;
	while (layout.count < BLOCKS_MAX && at <= count && count - at >= sizeof(header)) {
		header = header_at(bytes, at);
		if (header.stored_bytes > count - at - sizeof(header))
			break;
		at += sizeof(header) + header.stored_bytes;
		layout.starts[++layout.count] = at;
	}
	return layout;
}

/* The block's payload, decompressed if that works, with `room` bytes of space; freed by the caller. */
static uint8_t *payload_of(const uint8_t *bytes, size_t at, size_t room, size_t *length)
{
	struct format_block_header header = header_at(bytes, at);
	struct block_codec *codec = block_codec_create();
	struct buffer raw = {0};
	uint8_t *payload = malloc(room + 1);

	*length = 0;
	if (codec && payload && block_decode(codec, &header, bytes + at + sizeof(header), &raw) == 0 &&
	    raw.length <= room) {
		*length = raw.length;
		if (raw.length > 0)
			memcpy(payload, raw.data, raw.length);
	}
	buffer_finish(&raw);
	block_codec_destroy(codec);
	return payload;
}

/* Replaces bytes[from, to) by a stored block; returns the new count. */
static size_t put_block(uint8_t *bytes, size_t count, size_t from, size_t to, uint16_t kind,
			const uint8_t *payload, size_t length)
{
	struct format_block_header header = {.kind = kind,
					     .flags = BLOCK_STORED,
					     .stored_bytes = (uint32_t)length,
					     .raw_bytes = (uint32_t)length};

	memmove(bytes + from + sizeof(header) + length, bytes + to, count - to);
	memcpy(bytes + from, &header, sizeof(header));
	memcpy(bytes + from + sizeof(header), payload, length);
	return count - (to - from) + sizeof(header) + length;
}

/* Another payload for one block; or, with `copy`, a changed copy of it in front. */
static size_t mutate_block(uint8_t *bytes, size_t count, size_t room, const struct layout *layout,
			   size_t block, bool copy)
{
	size_t from = layout->starts[block], to = copy ? from : layout->starts[block + 1], length;
	size_t kept = count - (to - from) + sizeof(struct format_block_header);

	if (kept >= room)
		return count;
	uint16_t kind = header_at(bytes, from).kind;
	uint8_t *payload = payload_of(bytes, from, room - kept, &length);
	if (!payload)
		return count;
	length = LLVMFuzzerMutate(payload, length, room - kept);
	count = put_block(bytes, count, from, to, kind, payload, length);
	free(payload);
	return count;
}

static size_t drop_block(uint8_t *bytes, size_t count, const struct layout *layout, size_t block)
{
	size_t from = layout->starts[block], to = layout->starts[block + 1];

	memmove(bytes + from, bytes + to, count - to);
	return count - (to - from);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t room, unsigned seed)
{
	struct layout layout = find_blocks(bytes, count);
	unsigned choice = seed % 16;

	if (layout.count == 0 || choice == 0)
		return LLVMFuzzerMutate(bytes, count, room); /* blind, checksums and all */
	size_t block = seed / 16 % layout.count;
	if (choice == 1)
		count = LLVMFuzzerMutate(bytes, count, room);
	else if (choice == 2)
		count = drop_block(bytes, count, &layout, block);
	else
		count = mutate_block(bytes, count, room, &layout, block, choice == 3);
	sample_reseal(bytes, count);
	return count;
}
