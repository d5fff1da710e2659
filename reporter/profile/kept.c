/*
 * kept.c - see kept.h.  A file is a header, then blocks as traces have them.
 */
#include "profile/kept.h"

#include "profile/store.h"
#include "trace/block.h"
#include "trace/crc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "MPKEPT\r\n"
#define VERSION 3          /* bumped whenever other figures would be found */
#define EVENTS_MIN 100000u /* fewer are replayed as fast as read */

struct kept_header {
	char magic[8];
	uint32_t version;
	uint32_t crc; /* of this struct, with itself zero */
	uint64_t fingerprint, file_bytes, events;
};

/* ---- identity ------------------------------------------------------------ */

static struct kept_header header_of(const struct trace_info *info)
{
	struct kept_header header = {.version = VERSION,
				     .fingerprint = info->fingerprint,
				     .file_bytes = info->recorded_bytes,
				     .events = info->event_count};

	memcpy(header.magic, MAGIC, sizeof(header.magic));
	header.crc = crc32_update(0, &header, sizeof(header));
	return header;
}

/* A trace without its end may go on. */
static bool worth_keeping(const struct trace_info *info)
{
	return info->ended && info->event_count >= EVENTS_MIN;
}

static void name_of(const struct trace_info *info, char name[64])
{
	snprintf(name, 64, "%016" PRIx64 "-figures", info->fingerprint);
}

/* ---- blocks -------------------------------------------------------------- */

static bool take_payload(unsigned kind, struct varint_cursor *payload, size_t node_count,
			 struct summary_decoder *decoder)
{
	int error = kind == BLOCK_SUMMARY ? summary_decode(decoder, payload, node_count)
					  : summary_decode_moves(decoder, payload, node_count);
	return error == 0 && !payload->failed;
}

/* Decodes each block; false if one is not as it should be. */
static bool read_blocks(const struct buffer *file, size_t at, size_t node_count,
			struct summary_decoder *decoder)
{
	struct block_codec *codec = block_codec_create();
	struct format_block_header header;
	struct buffer raw = {0};
	bool good = codec && buffer_reserve(&raw, 1);

	while (good && at < file->length) {
		good = file->length - at >= sizeof(header);
		if (!good)
			break;
		memcpy(&header, file->data + at, sizeof(header));
		at += sizeof(header);
		good = (header.kind == BLOCK_SUMMARY || header.kind == BLOCK_MOVES) &&
		       block_check_header(&header) == 0 && header.stored_bytes <= file->length - at &&
		       block_decode(codec, &header, file->data + at, &raw) == 0;
		if (good) {
			struct varint_cursor payload = varint_cursor(raw.data, raw.length);
			good = take_payload(header.kind, &payload, node_count, decoder);
		}
		at += header.stored_bytes;
	}
	buffer_finish(&raw);
	block_codec_destroy(codec);
	return good;
}

static bool read_kept(const struct trace_info *info, struct summary_decoder *decoder)
{
	struct kept_header expected = header_of(info);
	struct buffer file = {0};
	char name[64];

	name_of(info, name);
	bool good = worth_keeping(info) && store_read(name, &file) && file.length >= sizeof(expected) &&
		    memcmp(file.data, &expected, sizeof(expected)) == 0 &&
		    read_blocks(&file, sizeof(expected), info->node_count, decoder);
	buffer_finish(&file);
	return good;
}

/* A file on its way. */
struct writer {
	struct buffer file, payload;
	struct block_codec *codec;
	bool failed;
};

static void writer_init(struct writer *writer, const struct trace_info *info)
{
	struct kept_header header = header_of(info);

	*writer = (struct writer){.codec = block_codec_create()};
	writer->failed = !writer->codec;
	buffer_append(&writer->file, &header, sizeof(header));
}

static void writer_block(struct writer *writer, enum block_kind kind)
{
	if (!writer->failed)
		writer->failed =
			writer->payload.failed || block_encode(writer->codec, kind, writer->payload.data,
							       writer->payload.length, &writer->file) < 0;
	buffer_clear(&writer->payload);
}

static void writer_finish(struct writer *writer, const struct trace_info *info)
{
	char name[64];

	name_of(info, name);
	if (!writer->failed && !writer->file.failed)
		store_write(name, &writer->file);
	buffer_finish(&writer->file);
	buffer_finish(&writer->payload);
	block_codec_destroy(writer->codec);
}

/* ---- figures ------------------------------------------------------------- */

bool kept_figures(const struct trace_info *info, struct summary_decoder *out)
{
	*out = (struct summary_decoder){0};
	if (read_kept(info, out) && summary_complete(out) && out->moves &&
	    out->totals.events == info->event_count)
		return true;
	summary_decoder_finish(out);
	return false;
}

static bool next_node(void *walk, uint32_t *node, struct model_node *figures)
{
	return figures_walk_next(walk, node, figures);
}

void kept_keep_figures(const struct trace_info *info, const struct figures_summary *summary)
{
	struct figures_walk walk = figures_walk(summary->nodes);
	struct summary_encoder encoder = {.totals = &summary->totals,
					  .next = next_node,
					  .context = &walk,
					  .used = summary->nodes->count};
	struct writer writer;
	struct moves_encoder moves = {.moves = summary->moves, .count = summary->move_count};

	if (!worth_keeping(info))
		return;
	writer_init(&writer, info);
	while (summary_encode(&encoder, &writer.payload))
		writer_block(&writer, BLOCK_SUMMARY);
	while (moves_encode(&moves, &writer.payload))
		writer_block(&writer, BLOCK_MOVES);
	writer_finish(&writer, info);
}

void kept_forget(const char *path)
{
	struct diagnostic ignored;
	struct trace *trace;
	char prefix[64];

	if (trace_open(path, &trace, &ignored) != 0)
		return;
	snprintf(prefix, sizeof(prefix), "%016" PRIx64 "-", trace_info(trace)->fingerprint);
	store_remove(prefix);
	trace_close(trace);
}
