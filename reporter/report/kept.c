/*
 * kept.c - see kept.h.  A file is a header, then blocks as traces have them.
 */
#include "report/kept.h"

#include "report/store.h"
#include "trace/block.h"
#include "trace/crc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "MPKEPT\r\n"
#define VERSION 1          /* bumped whenever other figures would be found */
#define EVENTS_MIN 100000u /* fewer are replayed as fast as read */
#define VISITS_PER_BLOCK 65536u
#define BLOCK_VISITS ((enum block_kind)100) /* v count, then per scope v visits, v entry, v exit bytes */

struct kept_header {
	char magic[8];
	uint32_t version;
	uint32_t crc; /* of this struct, with itself zero */
	uint64_t fingerprint, file_bytes, events;
	uint64_t scopes; /* a hash of those followed; 0: figures */
};

/* ---- identity ------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t word)
{
	return (hash ^ word) * UINT64_C(0x100000001b3);
}

static uint64_t hash_scopes(const struct trace_info *info, const struct model_scopes *scopes)
{
	uint64_t hash = mix(mix(UINT64_C(0xcbf29ce484222325), scopes->scope_count), info->node_count);

	for (size_t i = 0; i <= info->node_count; i++)
		hash = mix(hash, scopes->first[i]);
	for (uint32_t i = 0; i < scopes->first[info->node_count]; i++)
		hash = mix(hash, scopes->ids[i]);
	return hash | 1;
}

static struct kept_header header_of(const struct trace_info *info, uint64_t scopes)
{
	struct kept_header header = {.version = VERSION,
				     .fingerprint = info->fingerprint,
				     .file_bytes = info->file_bytes,
				     .events = info->event_count,
				     .scopes = scopes};

	memcpy(header.magic, MAGIC, sizeof(header.magic));
	header.crc = crc32_update(0, &header, sizeof(header));
	return header;
}

/* A trace without its end may go on. */
static bool worth_keeping(const struct trace_info *info)
{
	return info->ended && info->event_count >= EVENTS_MIN;
}

static void name_of(const struct trace_info *info, uint64_t scopes, char name[64])
{
	if (scopes)
		snprintf(name, 64, "%016" PRIx64 "-%016" PRIx64 ".visits", info->fingerprint, scopes);
	else
		snprintf(name, 64, "%016" PRIx64 "-figures", info->fingerprint);
}

/* ---- blocks -------------------------------------------------------------- */

typedef bool payload_fn(void *context, struct varint_cursor *payload);

/* Passes each block's payload on; false if one is not as it should be. */
static bool read_blocks(const struct buffer *file, size_t at, enum block_kind kind, payload_fn *take,
			void *context)
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
		good = header.kind == kind && block_check_header(&header) == 0 &&
		       header.stored_bytes <= file->length - at &&
		       block_decode(codec, &header, file->data + at, &raw) == 0;
		if (good) {
			struct varint_cursor payload = varint_cursor(raw.data, raw.length);
			good = take(context, &payload) && !payload.failed;
		}
		at += header.stored_bytes;
	}
	buffer_finish(&raw);
	block_codec_destroy(codec);
	return good;
}

static bool read_kept(const struct trace_info *info, uint64_t scopes, enum block_kind kind, payload_fn *take,
		      void *context)
{
	struct kept_header expected = header_of(info, scopes);
	struct buffer file = {0};
	char name[64];

	name_of(info, scopes, name);
	bool good = worth_keeping(info) && store_read(name, &file) && file.length >= sizeof(expected) &&
		    memcmp(file.data, &expected, sizeof(expected)) == 0 &&
		    read_blocks(&file, sizeof(expected), kind, take, context);
	buffer_finish(&file);
	return good;
}

/* A file on its way. */
struct writer {
	struct buffer file, payload;
	struct block_codec *codec;
	enum block_kind kind;
	bool failed;
};

static void writer_init(struct writer *writer, const struct trace_info *info, uint64_t scopes,
			enum block_kind kind)
{
	struct kept_header header = header_of(info, scopes);

	*writer = (struct writer){.codec = block_codec_create(), .kind = kind};
	writer->failed = !writer->codec;
	buffer_append(&writer->file, &header, sizeof(header));
}

static void writer_block(struct writer *writer)
{
	if (!writer->failed)
		writer->failed = writer->payload.failed ||
				 block_encode(writer->codec, writer->kind, writer->payload.data,
					      writer->payload.length, &writer->file) < 0;
	buffer_clear(&writer->payload);
}

static void writer_finish(struct writer *writer, const struct trace_info *info, uint64_t scopes)
{
	char name[64];

	name_of(info, scopes, name);
	if (!writer->failed && !writer->file.failed)
		store_write(name, &writer->file);
	buffer_finish(&writer->file);
	buffer_finish(&writer->payload);
	block_codec_destroy(writer->codec);
}

/* ---- figures ------------------------------------------------------------- */

struct figures_reader {
	struct summary_decoder *decoder;
	size_t node_count;
};

static bool take_figures(void *context, struct varint_cursor *payload)
{
	struct figures_reader *reader = context;

	return summary_decode(reader->decoder, payload, reader->node_count) == 0;
}

bool kept_figures(const struct trace_info *info, struct summary_decoder *out)
{
	struct figures_reader reader = {out, info->node_count};

	*out = (struct summary_decoder){0};
	if (read_kept(info, 0, BLOCK_SUMMARY, take_figures, &reader) && summary_complete(out) &&
	    out->totals.events == info->event_count)
		return true;
	summary_decoder_finish(out);
	return false;
}

static struct model_node node_of(const void *model, uint32_t node)
{
	return *model_node(model, node);
}

void kept_keep_figures(const struct trace_info *info, const struct model *model)
{
	struct summary_encoder encoder =
		summary_encoder(model_totals(model), node_of, model, info->node_count);
	struct writer writer;

	if (!worth_keeping(info))
		return;
	writer_init(&writer, info, 0, BLOCK_SUMMARY);
	while (summary_encode(&encoder, &writer.payload))
		writer_block(&writer);
	writer_finish(&writer, info, 0);
}

/* ---- visits -------------------------------------------------------------- */

struct visits_reader {
	const struct model_totals *totals;
	struct model_scope *visits;
	uint32_t left;
};

static bool take_visits(void *context, struct varint_cursor *payload)
{
	struct visits_reader *reader = context;
	uint64_t count = varint_next(payload);

	if (count > reader->left)
		return false;
	reader->left -= (uint32_t)count;
	for (; count > 0; count--) {
		struct model_scope *scope = reader->visits++;

		scope->visits = varint_next(payload);
		scope->entry_bytes = varint_next(payload);
		scope->exit_bytes = varint_next(payload);
		if (payload->failed || scope->visits > reader->totals->events ||
		    scope->entry_bytes > reader->totals->peak_bytes ||
		    scope->exit_bytes > reader->totals->peak_bytes)
			return false;
	}
	return true;
}

bool kept_visits(const struct trace_info *info, const struct model_scopes *scopes,
		 const struct model_totals *totals, struct model_scope *visits)
{
	struct visits_reader reader = {totals, visits, scopes->scope_count};

	return read_kept(info, hash_scopes(info, scopes), BLOCK_VISITS, take_visits, &reader) &&
	       reader.left == 0;
}

void kept_keep_visits(const struct trace_info *info, const struct model_scopes *scopes,
		      const struct model_scope *visits)
{
	uint64_t hash = hash_scopes(info, scopes);
	struct writer writer;

	if (!worth_keeping(info))
		return;
	writer_init(&writer, info, hash, BLOCK_VISITS);
	for (uint32_t i = 0; i < scopes->scope_count; i++) {
		uint32_t left = scopes->scope_count - i;

		if (i % VISITS_PER_BLOCK == 0) {
			if (i > 0)
				writer_block(&writer);
			buffer_varint(&writer.payload, left < VISITS_PER_BLOCK ? left : VISITS_PER_BLOCK);
		}
		buffer_varint(&writer.payload, visits[i].visits);
		buffer_varint(&writer.payload, visits[i].entry_bytes);
		buffer_varint(&writer.payload, visits[i].exit_bytes);
	}
	writer_block(&writer);
	writer_finish(&writer, info, hash);
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
