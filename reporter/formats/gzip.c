/* gzip.c - see gzip.h. */
#include "formats/gzip.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_BITS (15 + 16) /* the largest window, and gzip's head, which has no time then */
#define GZIP_MEMORY 9

struct packing {
	z_stream stream;
	FILE *to;
	unsigned char packed[65536];
};

/* Packs what there is, and at the end all that zlib has kept. */
static void pack(struct packing *packing, int flush)
{
	do {
		packing->stream.next_out = packing->packed;
		packing->stream.avail_out = sizeof(packing->packed);
		deflate(&packing->stream, flush);
		fwrite(packing->packed, 1, sizeof(packing->packed) - packing->stream.avail_out, packing->to);
	} while (packing->stream.avail_out == 0);
}

static ssize_t write_bytes(void *cookie, const char *bytes, size_t count)
{
	struct packing *packing = cookie;

	packing->stream.next_in = (unsigned char *)(uintptr_t)bytes;
	packing->stream.avail_in = (uInt)count;
	pack(packing, Z_NO_FLUSH);
	return (ssize_t)count;
}

static int finish(void *cookie)
{
	struct packing *packing = cookie;

	packing->stream.avail_in = 0;
	pack(packing, Z_FINISH);
	deflateEnd(&packing->stream);
	free(packing);
	return 0;
}

FILE *gzip_open(FILE *to)
{
	const cookie_io_functions_t functions = {.write = write_bytes, .close = finish};
	struct packing *packing = memory_zeroed(1, sizeof(*packing));
	FILE *stream;

	packing->to = to;
	if (deflateInit2(&packing->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_BITS, GZIP_MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		memory_exhausted();
	stream = fopencookie(packing, "w", functions);
	if (!stream)
		memory_exhausted();
	return stream;
}

void gzip_close(FILE *stream)
{
	fclose(stream);
}
