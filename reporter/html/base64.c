/* base64.c - see base64.h. */
#include "html/base64.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

struct encoder {
	FILE *to;
	uint8_t waiting[3]; /* which are no three yet */
	size_t count;
};

static void write_waiting(struct encoder *encoder)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *bytes = encoder->waiting;
	uint32_t bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
	char text[4] = "====";

	for (size_t i = 0; i <= encoder->count; i++)
		text[i] = digits[bits >> (18 - 6 * i) & 63];
	fwrite(text, 1, sizeof(text), encoder->to);
	*encoder = (struct encoder){.to = encoder->to};
}

static ssize_t write_bytes(void *cookie, const char *bytes, size_t count)
{
	struct encoder *encoder = cookie;

	for (size_t i = 0; i < count; i++) {
		encoder->waiting[encoder->count++] = (uint8_t)bytes[i];
		if (encoder->count == sizeof(encoder->waiting))
			write_waiting(encoder);
	}
	return (ssize_t)count;
}

static int finish(void *cookie)
{
	struct encoder *encoder = cookie;

	if (encoder->count > 0)
		write_waiting(encoder);
	free(encoder);
	return 0;
}

FILE *base64_open(FILE *to)
{
	struct encoder *encoder = memory_zeroed(1, sizeof(*encoder));
	FILE *stream =
		fopencookie(encoder, "w", (cookie_io_functions_t){.write = write_bytes, .close = finish});

	if (!stream)
		memory_exhausted();
	encoder->to = to;
	return stream;
}
