/*
 * test_base64.c - what is packed and written as base64, as pages have it, comes back as it was, whatever its
 * length.
 */
#include "formats/gzip.h"
#include "html/base64.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static char *packed(const uint8_t *bytes, size_t count, size_t piece)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length), *encoded = base64_open(out), *in = gzip_open(encoded);

	for (size_t at = 0; at < count; at += piece)
		fwrite(bytes + at, 1, count - at < piece ? count - at : piece, in);
	gzip_close(in);
	cr_assert_eq(fclose(encoded), 0);
	cr_assert_eq(fclose(out), 0);
	return text;
}

static uint32_t value_of(char digit)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, digit);

	cr_assert(digit && at, "digit %d", digit);
	return (uint32_t)(at - digits);
}

/* The bytes of base64, in its place; how many. */
static size_t from_base64(char *text)
{
	size_t length = strlen(text), count = 0;
	uint8_t *out = (uint8_t *)text;

	cr_assert_eq(length % 4, 0);
	for (size_t i = 0; i < length; i += 4) {
		size_t padding = (text[i + 3] == '=') + (text[i + 2] == '=');
		uint32_t bits = value_of(text[i]) << 18 | value_of(text[i + 1]) << 12;

		cr_assert(padding == 0 || i + 4 == length, "padding within");
		bits |= padding < 2 ? value_of(text[i + 2]) << 6 : 0;
		bits |= padding < 1 ? value_of(text[i + 3]) : 0;
		for (size_t k = 0; k < 3 - padding; k++)
			out[count++] = (uint8_t)(bits >> (16 - 8 * k));
	}
	return count;
}

static void comes_back(const uint8_t *bytes, size_t count, size_t piece)
{
	char *text = packed(bytes, count, piece);
	uint8_t *back = malloc(count + 1);
	z_stream stream = {.next_in = (Bytef *)text, .next_out = back, .avail_out = (uInt)count + 1};

	stream.avail_in = (uInt)from_base64(text);
	cr_assert_eq(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
	cr_assert_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
	cr_assert_eq(stream.avail_in, 0);
	cr_assert_eq(stream.total_out, count);
	cr_assert(memcmp(back, bytes, count) == 0);
	inflateEnd(&stream);
	free(back);
	free(text);
}

/* Not to be compressed, so that much comes out. */
static uint8_t *noise(size_t count)
{
	uint8_t *bytes = malloc(count + 1);
	uint64_t seed = 1;

	for (size_t i = 0; i < count; i++) {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		bytes[i] = (uint8_t)(seed >> 56);
	}
	return bytes;
}

Test(base64, short_texts_come_back)
{
	uint8_t *bytes = noise(100);

	for (size_t count = 0; count <= 100; count++)
		comes_back(bytes, count, 7);
	free(bytes);
}

Test(base64, long_texts_come_back)
{
	static const size_t counts[] = {49151, 49152, 49153, 300000, 1000001};
	uint8_t *bytes = noise(1000001);

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		comes_back(bytes, counts[i], 10000);
	memset(bytes, 'x', 1000001);
	comes_back(bytes, 1000001, 1);
	free(bytes);
}
