/* packed.c - see packed.h. */
#include "html/packed.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#define GZIP_WINDOW (MAX_WBITS + 16) /* zlib's way to ask for gzip's header */
#define CHUNK_BYTES 49152u

struct packer {
	FILE *out;
	z_stream stream;
	uint8_t packed[CHUNK_BYTES + 2]; /* in front, what was left of the last three bytes */
	size_t left;
};

/* ---- base64 ------------------------------------------------------------------------------------ */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void write_three(FILE *out, const uint8_t *bytes, size_t count)
{
	uint32_t bits = (uint32_t)bytes[0] << 16 | (count > 1 ? (uint32_t)bytes[1] << 8 : 0) |
			(count > 2 ? bytes[2] : 0);
	char text[4] = {digits[bits >> 18], digits[bits >> 12 & 63], '=', '='};

	if (count > 1)
		text[2] = digits[bits >> 6 & 63];
	if (count > 2)
		text[3] = digits[bits & 63];
	fwrite(text, 1, sizeof(text), out);
}

/* All bytes but those that are no three yet, unless they are the last. */
static void write_bytes(struct packer *packer, size_t count, bool last)
{
	size_t at = 0;

	for (; at + 3 <= count; at += 3)
		write_three(packer->out, packer->packed + at, 3);
	packer->left = count - at;
	for (size_t i = 0; i < packer->left; i++)
		packer->packed[i] = packer->packed[at + i];
	if (last && packer->left > 0)
		write_three(packer->out, packer->packed, packer->left);
}

/* ---- the stream -------------------------------------------------------------------------------- */

static void pack(struct packer *packer, int flush)
{
	z_stream *stream = &packer->stream;
	int status;

	do {
		stream->next_out = packer->packed + packer->left;
		stream->avail_out = CHUNK_BYTES;
		status = deflate(stream, flush);
		write_bytes(packer, packer->left + CHUNK_BYTES - stream->avail_out, status == Z_STREAM_END);
	} while (flush == Z_FINISH ? status != Z_STREAM_END : stream->avail_out == 0);
}

static ssize_t write_packed(void *cookie, const char *text, size_t count)
{
	struct packer *packer = cookie;

	packer->stream.next_in = (const Bytef *)text;
	packer->stream.avail_in = (uInt)count;
	pack(packer, Z_NO_FLUSH);
	return (ssize_t)count;
}

static int close_packed(void *cookie)
{
	struct packer *packer = cookie;

	pack(packer, Z_FINISH);
	deflateEnd(&packer->stream);
	free(packer);
	return 0;
}

FILE *packed_open(FILE *out)
{
	struct packer *packer = memory_zeroed(1, sizeof(*packer));
	FILE *packed = fopencookie(packer, "w",
				   (cookie_io_functions_t){.write = write_packed, .close = close_packed});

	packer->out = out;
	if (!packed || deflateInit2(&packer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
				    Z_DEFAULT_STRATEGY) != Z_OK)
		memory_exhausted();
	setvbuf(packed, NULL, _IOFBF, CHUNK_BYTES);
	return packed;
}
