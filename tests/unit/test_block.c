/* test_block.c - blocks round trip; any flipped or missing byte is refused. */
#include "trace/block.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct block_codec *codec;
static struct buffer file, raw;

static void set_up(void)
{
	codec = block_codec_create();
}

static void tear_down(void)
{
	block_codec_destroy(codec);
	buffer_finish(&file);
	buffer_finish(&raw);
}

TestSuite(block, .init = set_up, .fini = tear_down);

static struct format_block_header header_of(const struct buffer *bytes)
{
	struct format_block_header header;
	memcpy(&header, bytes->data, sizeof(header));
	return header;
}

static void check_round_trip(const uint8_t *payload, size_t bytes, bool shrinks)
{
	buffer_clear(&file);
	cr_assert_eq(block_encode(codec, BLOCK_NODES, payload, bytes, &file), 0);
	struct format_block_header header = header_of(&file);
	cr_assert_eq(header.kind, BLOCK_NODES);
	cr_assert_eq(header.flags & BLOCK_STORED, shrinks ? 0 : BLOCK_STORED);
	cr_assert_eq(file.length, sizeof(header) + header.stored_bytes);
	cr_assert_eq(block_decode(codec, &header, file.data + sizeof(header), &raw), 0);
	cr_assert_eq(raw.length, bytes);
	cr_assert(bytes == 0 || memcmp(raw.data, payload, bytes) == 0);
}

Test(block, round_trips)
{
	uint8_t noise[1000], zeroes[5000] = {0};
	srand(7);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)rand();
	check_round_trip(NULL, 0, false);
	check_round_trip(noise, 1, false);
	check_round_trip(noise, sizeof(noise), false);
	check_round_trip(zeroes, sizeof(zeroes), true);
}

Test(block, a_payload_above_the_limit_is_refused)
{
	uint8_t *large = calloc(1, FORMAT_BLOCK_MAX + 1);
	cr_assert_eq(block_encode(codec, BLOCK_NODES, large, FORMAT_BLOCK_MAX + 1, &file), -EMSGSIZE);
	cr_assert_eq(file.length, 0);
	cr_assert_eq(block_encode(codec, BLOCK_NODES, large, FORMAT_BLOCK_MAX, &file), 0);
	free(large);
}

static void check_every_flip(size_t bytes)
{
	for (size_t at = 0; at < bytes; at++) {
		for (int bit = 0; bit < 8; bit++) {
			/* A copy of its own size, so that the sanitizer sees an over-read. */
			file.data[at] ^= (uint8_t)(1 << bit);
			struct format_block_header header = header_of(&file);
			uint8_t *stored = malloc(header.stored_bytes < bytes ? header.stored_bytes + 1 : 1);
			bool readable = header.stored_bytes <= bytes - sizeof(header);
			if (block_check_header(&header) == 0 && readable) {
				memcpy(stored, file.data + sizeof(header), header.stored_bytes);
				cr_assert_eq(block_decode(codec, &header, stored, &raw), -EBADMSG,
					     "byte %zu bit %d", at, bit);
			}
			free(stored);
			file.data[at] ^= (uint8_t)(1 << bit);
		}
	}
}

Test(block, every_flipped_bit_is_noticed)
{
	uint8_t payload[600] = "some payload that compresses well, since most of it is zero";
	cr_assert_eq(block_encode(codec, BLOCK_META, payload, sizeof(payload), &file), 0);
	check_every_flip(file.length);
}

Test(block, impossible_headers_are_refused_before_anything_is_read)
{
	struct format_block_header header = {.raw_bytes = FORMAT_BLOCK_MAX + 1, .stored_bytes = 10};
	cr_assert_eq(block_check_header(&header), -EBADMSG);
	header = (struct format_block_header){.raw_bytes = 10, .stored_bytes = 10};
	cr_assert_eq(block_check_header(&header), -EBADMSG);
	header = (struct format_block_header){.flags = BLOCK_STORED, .raw_bytes = 10, .stored_bytes = 9};
	cr_assert_eq(block_check_header(&header), -EBADMSG);
	header = (struct format_block_header){.flags = 2, .raw_bytes = 10, .stored_bytes = 9};
	cr_assert_eq(block_check_header(&header), -EBADMSG);
}
