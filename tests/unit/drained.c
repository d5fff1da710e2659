/* drained.c - see drained.h. */
#include "drained.h"

#include "trace/block.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t *read_file(const char *path, size_t *bytes)
{
	struct stat status;
	int fd = open(path, O_RDONLY);
	cr_assert_geq(fd, 0);
	cr_assert_eq(fstat(fd, &status), 0);
	*bytes = (size_t)status.st_size;
	uint8_t *data = malloc(*bytes + 1);
	cr_assert_eq(read(fd, data, *bytes), (ssize_t)*bytes);
	close(fd);
	return data;
}

static void take_events(struct drained *drained, struct events_decoder *decoder, const struct buffer *raw)
{
	cr_assert_eq(events_decoder_feed(decoder, raw->data, raw->length, drained->node_count,
					 drained->thread_count),
		     0);
	for (long n = 1; n > 0; drained->count += (size_t)n) {
		if (drained->capacity - drained->count < 4096) {
			drained->capacity = 2 * drained->capacity + 8192;
			drained->items = realloc(drained->items, drained->capacity * sizeof(*drained->items));
		}
		n = events_decoder_next(decoder, drained->items + drained->count, 4096);
		cr_assert_geq(n, 0);
	}
}

static void take_threads(struct drained *drained, struct varint_cursor *at)
{
	for (uint64_t count = varint_next(at); count > 0; count--) {
		cr_assert_eq(varint_next(at), drained->thread_count);
		drained->tids[drained->thread_count++] = (uint32_t)varint_next(at);
		varint_next(at);
	}
}

static void take_nodes(struct drained *drained, struct varint_cursor *at)
{
	cr_assert_eq(varint_next(at), drained->node_count);
	for (uint64_t count = varint_next(at); count > 0; count--) {
		uint64_t distance = varint_next(at);
		cr_assert(distance > 0 && distance <= drained->node_count);
		cr_assert_leq(varint_next(at) & 0xffff, drained->module_count);
		varint_next_signed(at);
		drained->node_count++;
	}
}

static void take_modules(struct drained *drained, struct varint_cursor *at)
{
	for (uint64_t count = varint_next(at); count > 0; count--) {
		cr_assert_eq(varint_next(at), ++drained->module_count);
		for (int i = 0; i < 4; i++)
			varint_next(at);
		varint_next_bytes(at, varint_next(at));
		cr_assert_eq(varint_next(at), 20);
		varint_next_bytes(at, 20);
	}
}

static void take_snapshot(struct drained *drained, struct varint_cursor *at)
{
	varint_next(at);
	cr_assert_leq(varint_next(at), drained->count);
	uint64_t address = 0;
	drained->snapshot_count = varint_next(at);
	for (uint64_t i = 0; i < drained->snapshot_count && i < 16; i++) {
		drained->snapshot_addresses[i] = address += varint_next(at);
		drained->snapshot_sizes[i] = varint_next(at);
		drained->snapshot_nodes[i] = varint_next(at);
	}
}

static void take_end(struct drained *drained, struct varint_cursor *at)
{
	for (size_t i = 0; i < sizeof(drained->end) / sizeof(*drained->end); i++)
		drained->end[i] = varint_next(at);
}

/* An aggregate's later ones take the place of those before. */
static void take_breakdown(struct drained *drained, struct varint_cursor *at)
{
	varint_next(at);
	if (varint_next(at) == 0)
		buffer_clear(&drained->breakdown_bytes);
	buffer_append(&drained->breakdown_bytes, at->at, varint_left(at));
}

static void decode_breakdown(struct drained *drained)
{
	struct figures_summary summary = summary_decoded(&drained->summary);

	cr_assert_eq(breakdown_decode(&drained->breakdown, drained->breakdown_bytes.data,
				      drained->breakdown_bytes.length, &summary, drained->thread_count),
		     0);
}

static void take_block(struct drained *drained, uint16_t kind, const struct buffer *raw)
{
	struct varint_cursor at = varint_cursor(raw->data, raw->length);
	switch (kind) {
	case BLOCK_META:
		cr_assert_null(drained->meta);
		drained->meta = strndup((const char *)raw->data, raw->length);
		return;
	case BLOCK_MODULES:
		take_modules(drained, &at);
		break;
	case BLOCK_NODES:
		take_nodes(drained, &at);
		break;
	case BLOCK_THREADS:
		take_threads(drained, &at);
		break;
	case BLOCK_LABELS:
		drained->label_count += varint_next(&at);
		return;
	case BLOCK_NOTES:
		drained->note_count += varint_next(&at);
		buffer_append(&drained->notes, at.at, varint_left(&at));
		return;
	case BLOCK_RSS:
		drained->rss_samples += varint_next(&at);
		return;
	case BLOCK_SNAPSHOT:
		take_snapshot(drained, &at);
		break;
	case BLOCK_INTERVALS:
		return;
	case BLOCK_BREAKDOWN:
		take_breakdown(drained, &at);
		return;
	case BLOCK_STRAYS:
		for (uint64_t left = varint_next(&at); left > 0 && !at.failed; left--)
			varint_next_signed(&at);
		break;
	case BLOCK_CURSOR:
		cr_assert_eq(varint_next(&at), ++drained->batches);
		cr_assert_eq(varint_next(&at), drained->count);
		return;
	case BLOCK_SUMMARY:
		cr_assert_eq(summary_decode(&drained->summary, &at, drained->node_count), 0);
		break;
	case BLOCK_MOVES:
		cr_assert_eq(summary_decode_moves(&drained->summary, &at, drained->node_count), 0);
		break;
	case BLOCK_END:
		take_end(drained, &at);
		break;
	default:
		cr_assert_fail("block of kind %u", kind);
	}
	cr_assert(!at.failed && varint_left(&at) == 0, "block of kind %u", kind);
}

struct drained drained_read(const char *path)
{
	struct drained drained = {.node_count = 1};
	struct block_codec *codec = block_codec_create();
	struct events_decoder *decoder = events_decoder_create();
	struct buffer raw = {0};
	struct format_block_header header;
	struct format_file_header heading;
	size_t bytes;
	uint8_t *data = read_file(path, &bytes);
	memcpy(&heading, data, sizeof(heading));
	for (size_t at = heading.header_bytes; at < bytes; at += sizeof(header) + header.stored_bytes) {
		cr_assert_eq(drained.end[0], 0, "nothing follows END");
		cr_assert_geq(bytes - at, sizeof(header));
		memcpy(&header, data + at, sizeof(header));
		cr_assert_leq(header.stored_bytes, bytes - at - sizeof(header));
		cr_assert_eq(block_decode(codec, &header, data + at + sizeof(header), &raw), 0);
		if (header.kind == BLOCK_EVENTS)
			take_events(&drained, decoder, &raw);
		else
			take_block(&drained, header.kind, &raw);
	}
	cr_assert(!drained.summary.begun || summary_complete(&drained.summary));
	cr_assert_eq(drained.summary.begun, drained.breakdown_bytes.length > 0);
	if (drained.summary.begun)
		decode_breakdown(&drained);
	buffer_finish(&raw);
	events_decoder_destroy(decoder);
	block_codec_destroy(codec);
	free(data);
	return drained;
}

void drained_finish(struct drained *drained)
{
	free(drained->items);
	free(drained->meta);
	summary_decoder_finish(&drained->summary);
	buffer_finish(&drained->notes);
	buffer_finish(&drained->breakdown_bytes);
	breakdown_tables_finish(&drained->breakdown);
}
