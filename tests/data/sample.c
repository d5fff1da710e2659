/* sample.c - see sample.h.  Out of memory aborts: this is for tests. */
#include "data/sample.h"

#include "trace/crc.h"
#include "trace/events.h"
#include "trace/format.h"

#include <stdlib.h>
#include <string.h>

static void must(bool ok)
{
	if (!ok)
		abort();
}

void sample_heading(struct buffer *out, unsigned version, const char *session_path)
{
	static const char padding[8];
	size_t path_bytes = strlen(session_path), padded = (path_bytes + 7) & ~(size_t)7;
	struct format_file_header header = {.version = (uint16_t)version,
					    .header_bytes = (uint16_t)(sizeof(header) + padded),
					    .pid = 4321,
					    .started_realtime_ns = UINT64_C(1700000000000000000),
					    .session_path_bytes = (uint32_t)path_bytes};

	memcpy(header.magic, FORMAT_MAGIC, sizeof(header.magic));
	header.crc = crc32_update(0, &header, sizeof(header));
	header.crc = crc32_update(header.crc, session_path, path_bytes);
	header.crc = crc32_update(header.crc, padding, padded - path_bytes);
	buffer_append(out, &header, sizeof(header));
	buffer_append(out, session_path, path_bytes);
	buffer_append(out, padding, padded - path_bytes);
	must(!out->failed);
}

void sample_block(struct buffer *out, enum block_kind kind, struct buffer *payload)
{
	struct block_codec *codec = block_codec_create();

	must(codec && !payload->failed);
	must(block_encode(codec, kind, payload->data, payload->length, out) == 0);
	block_codec_destroy(codec);
	buffer_clear(payload);
}

/* ---- tables -------------------------------------------------------------- */

static void text(struct buffer *payload, const char *string)
{
	buffer_text(payload, string, strlen(string));
}

static void numbers(struct buffer *payload, size_t count, const uint64_t *values)
{
	for (size_t i = 0; i < count; i++)
		buffer_varint(payload, values[i]);
}

#define NUMBERS(payload, ...)                                                                                \
	numbers(payload, sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),                         \
		(const uint64_t[]){__VA_ARGS__})

static void meta(struct buffer *out, struct buffer *payload)
{
	static const char json[] =
		"{\"command\":[\"./app\",\"--fast\",\"\"],\"exe\":\"/usr/bin/app\",\"cwd\":\"/tmp\","
		"\"environment\":{\"HOME\":\"/home/user\",\"EMPTY\":\"\"},\"host\":\"example\","
		"\"kernel\":\"Linux 6.1\",\"pid\":4321,\"parent_pid\":4000,\"parent_trace\":\"p.mprof\","
		"\"fork_id\":2,\"started_realtime_ns\":1700000000000000000,\"page_bytes\":8192,"
		"\"mprof_version\":\"0.1.0\"}";

	buffer_append(payload, json, sizeof(json) - 1);
	sample_block(out, BLOCK_META, payload);
}

static void modules(struct buffer *out, struct buffer *payload)
{
	NUMBERS(payload, 2, 1, 0x400000, 0x10000);
	buffer_signed(payload, -0x400000);
	NUMBERS(payload, 10);
	text(payload, "/usr/bin/app");
	text(payload, "\x01\x02\x03\x04");
	NUMBERS(payload, 2, 0x7f0000000000, 0x200000);
	buffer_signed(payload, 0);
	NUMBERS(payload, 20);
	text(payload, "/usr/lib/libplugin.so");
	text(payload, "");
	sample_block(out, BLOCK_MODULES, payload);
}

/* 1 main (app), 2 and 3 under it, 4 under 3 (plugin; outer frames missing). */
static void nodes(struct buffer *out, struct buffer *payload)
{
	NUMBERS(payload, 1, 4);
	NUMBERS(payload, 1, 1);
	buffer_signed(payload, 0x401100);
	NUMBERS(payload, 1, 1);
	buffer_signed(payload, 0x40);
	NUMBERS(payload, 2, 1 | 1 << 16);
	buffer_signed(payload, -0x20);
	NUMBERS(payload, 1, 2 | 2 << 16);
	buffer_signed(payload, 0x7f0000000100 - 0x401120);
	sample_block(out, BLOCK_NODES, payload);
}

static void labels_and_notes(struct buffer *out, struct buffer *payload)
{
	NUMBERS(payload, 2, 90);
	text(payload, "second phase");
	NUMBERS(payload, 16);
	text(payload, "first phase");
	sample_block(out, BLOCK_LABELS, payload);
	NUMBERS(payload, 2, 100, 0, 2, NOTE_MARK, 10000, 2, 16, 77);
	NUMBERS(payload, 150, 1, 1, NOTE_FORK, 15000, 1, 3);
	sample_block(out, BLOCK_NOTES, payload);
}

/* ---- events -------------------------------------------------------------- */

struct stream {
	struct events_encoder *encoder;
	struct events_item item; /* the next one's place and time */
	uint32_t operations[112];
	uint64_t sizes[112];
};

static void add(struct stream *stream, enum operation_type type)
{
	stream->item.type = (uint8_t)type;
	events_encoder_add(stream->encoder, &stream->item);
	stream->item.time_ns += 100;
}

static void begin(struct stream *stream, unsigned block, uint64_t size_bytes)
{
	stream->item.size_bytes = stream->sizes[block] = size_bytes;
	add(stream, OPERATION_ALLOC);
	stream->operations[block] = stream->item.operation;
}

static void end_block(struct stream *stream, enum operation_type type, unsigned block)
{
	stream->item.size_bytes = stream->sizes[block];
	stream->item.operation = stream->operations[block];
	add(stream, type);
}

static void stray(struct stream *stream, uint64_t address)
{
	stream->item.address = address;
	add(stream, OPERATION_STRAY_FREE);
}

/* Blocks 0 to 99 of 1000 bytes at node 2, then every second one freed at node 3: peak 100000
 * bytes after event 99. */
static void first_events(struct stream *stream)
{
	stream->item.node = 2;
	for (unsigned block = 0; block < 100; block++)
		begin(stream, block, 1000);
	stream->item.node = 3;
	for (unsigned block = 0; block < 100; block += 2)
		end_block(stream, OPERATION_FREE, block);
}

/* Thread 1: ten temporary blocks (41005 bytes), two stray frees, a lost block, a block that
 * realloc grows from 1000 to 2000 bytes, and one of zero bytes that the program tracks itself. */
static void second_events(struct stream *stream)
{
	stream->item.thread = 1;
	stream->item.node = 4;
	for (unsigned block = 100; block < 110; block++) {
		stream->item.flags = 0;
		begin(stream, block, 4096 + block - 100);
		stream->item.flags = OPERATION_TEMPORARY;
		end_block(stream, OPERATION_FREE, block);
	}
	stream->item.flags = 0;
	stray(stream, 0x2000);
	stray(stream, 0x1008);
	stream->item.thread = 0;
	stream->item.node = 0;
	end_block(stream, OPERATION_LOST, 1);
	stream->item.node = 2;
	stream->item.flags = OPERATION_REALLOC;
	end_block(stream, OPERATION_FREE, 3);
	begin(stream, 110, 2000);
	stream->item.flags = OPERATION_TRACKED;
	begin(stream, 111, 0);
}

static void events(struct buffer *out, struct buffer *payload)
{
	struct stream stream = {.encoder = events_encoder_create()};

	must(stream.encoder);
	first_events(&stream);
	must(events_encoder_finish(stream.encoder, payload) == 0);
	sample_block(out, BLOCK_EVENTS, payload);
	second_events(&stream);
	must(events_encoder_finish(stream.encoder, payload) == 0);
	sample_block(out, BLOCK_EVENTS, payload);
	events_encoder_destroy(stream.encoder);
}

/* By hand, from the above: nodes 0, 2, 3 and 4. */
static void summary(struct buffer *out, struct buffer *payload)
{
	NUMBERS(payload, 9900, 99, 1, 0, 0, 4, 0, 0);
	NUMBERS(payload, 1, 0, 0, 1, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	NUMBERS(payload, 2, 102, 102000, 1, 1000, 52, 52000, 100000, 100, 0, 0, 411600, 0, 0);
	NUMBERS(payload, 1, 0, 0, 50, 50000, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	NUMBERS(payload, 1, 10, 41005, 10, 41005, 10, 41005, 0, 0, 10, 2, 1000, 0, 0);
	NUMBERS(payload, 0);
	sample_block(out, BLOCK_SUMMARY, payload);
}

static void move(struct buffer *payload, int64_t from_step, int64_t to_from, uint64_t exit_bytes,
		 uint64_t entry_bytes)
{
	buffer_signed(payload, from_step);
	buffer_signed(payload, to_from);
	NUMBERS(payload, 1, exit_bytes, entry_bytes);
}

/* Thread 0 goes to 2, 3, 2 again (the lost block is not its doing) and away; thread 1 to 4 and away. */
static void moves(struct buffer *out, struct buffer *payload)
{
	NUMBERS(payload, 6, 0, 6);
	move(payload, 0, 2, 0, 0);
	move(payload, 0, 4, 0, 50000);
	move(payload, 2, -2, 50000, 0);
	move(payload, 0, 1, 100000, 100000);
	move(payload, 1, -1, 50000, 49000);
	move(payload, 1, -4, 50000, 0);
	sample_block(out, BLOCK_MOVES, payload);
}

/* The whole run as one interval, from the summary: nodes 2 and 4 had blocks. */
static void intervals(struct buffer *out, struct buffer *payload)
{
	struct buffer entries = {0}, bytes = {0};

	NUMBERS(&entries, 2 << 5 | 2 << 3 | 2 << 1 | 1);
	buffer_signed(&entries, 50000);
	buffer_signed(&entries, 50);
	buffer_signed(&entries, 100000);
	buffer_signed(&entries, 100);
	NUMBERS(&entries, 102000, 102);
	NUMBERS(&entries, 1 << 5 | 2 << 3, 41005, 10);
	NUMBERS(&bytes, 1, 20000, 9900, SAMPLE_EVENTS);
	buffer_signed(&bytes, 50000);
	buffer_signed(&bytes, 50);
	buffer_signed(&bytes, 100000);
	buffer_signed(&bytes, 100);
	NUMBERS(&bytes, 12, 0, 2);
	buffer_text(&bytes, entries.data, entries.length);
	NUMBERS(payload, bytes.length, 0);
	buffer_append(payload, bytes.data, bytes.length);
	sample_block(out, BLOCK_INTERVALS, payload);
	buffer_finish(&entries);
	buffer_finish(&bytes);
}

#define COLUMN(bytes, ...)                                                                                   \
	do {                                                                                                 \
		struct buffer column = {0};                                                                  \
		NUMBERS(&column, __VA_ARGS__);                                                               \
		buffer_text(bytes, column.data, column.length);                                              \
		buffer_finish(&column);                                                                      \
	} while (0)

/* From the same: node 2's blocks were freed at 3, 0 and 2, node 4's there; either is of one thread and one
 * class of sizes. */
static void breakdown(struct buffer *out, struct buffer *payload)
{
	struct buffer bytes = {0};

	COLUMN(&bytes, 0, 0);
	COLUMN(&bytes, 0, 0);
	COLUMN(&bytes, 0, 2);
	NUMBERS(&bytes, 0);
	COLUMN(&bytes, 2, 0);
	COLUMN(&bytes, 6, 2);
	COLUMN(&bytes, 5, 1);
	COLUMN(&bytes, 1, 1);
	COLUMN(&bytes, 0, 0);
	COLUMN(&bytes, 0, 0);
	COLUMN(&bytes, 0, 0);
	COLUMN(&bytes, 5, 0);
	NUMBERS(&bytes, 0);
	COLUMN(&bytes, 102, 102000, 52, 52000, 50000, 100000, 0, 0, 0, 0, 10, 41005, 10, 41005, 0, 5000, 0, 0,
	       0, 0);
	NUMBERS(payload, bytes.length, 0);
	buffer_append(payload, bytes.data, bytes.length);
	sample_block(out, BLOCK_BREAKDOWN, payload);
	buffer_finish(&bytes);
}

static void all_but_end(struct buffer *out)
{
	struct buffer payload = {0};

	sample_heading(out, FORMAT_VERSION, "/dev/shm/mprof.0.4321.1");
	meta(out, &payload);
	modules(out, &payload);
	NUMBERS(&payload, 2, 0, 4321, 0, 1, 4322, 5000);
	sample_block(out, BLOCK_THREADS, &payload);
	nodes(out, &payload);
	events(out, &payload);
	labels_and_notes(out, &payload);
	NUMBERS(&payload, 2, 1000, 10, 5000, 12);
	sample_block(out, BLOCK_RSS, &payload);
	NUMBERS(&payload, 1, 14000, 11); /* after the last sample of the block before */
	sample_block(out, BLOCK_RSS, &payload);
	NUMBERS(&payload, 3, 150, 2, 0x5000, 1000, 2, 0x400, 24, 4);
	sample_block(out, BLOCK_SNAPSHOT, &payload);
	NUMBERS(&payload, 2, 40000);
	sample_block(out, BLOCK_UNLOADED, &payload);
	NUMBERS(&payload, 1, SAMPLE_EVENTS, 112, SAMPLE_NODES, 2, 0);
	sample_block(out, BLOCK_CURSOR, &payload);
	buffer_finish(&payload);
}

static void end(struct buffer *out)
{
	struct buffer payload = {0};

	NUMBERS(&payload, END_EXITED, 50000, SAMPLE_EVENTS, 112, 62, 143005, 93005, 100000, 98304, 0, 0);
	sample_block(out, BLOCK_END, &payload);
	buffer_finish(&payload);
}

void sample_trace(struct buffer *out)
{
	all_but_end(out);
	end(out);
}

void sample_trace_with_summary(struct buffer *out)
{
	struct buffer payload = {0};

	all_but_end(out);
	summary(out, &payload);
	moves(out, &payload);
	breakdown(out, &payload);
	intervals(out, &payload);
	end(out);
	buffer_finish(&payload);
}

/* ---- a collector --------------------------------------------------------- */

static void collector_events(struct buffer *out, struct buffer *payload)
{
	struct stream stream = {.encoder = events_encoder_create()};

	must(stream.encoder);
	stream.item = (struct events_item){.node = 2, .flags = OPERATION_TRACKED};
	for (unsigned block = 0; block < 3; block++)
		begin(&stream, block, 24);
	stream.item.node = 1;
	stream.item.flags = OPERATION_TRACKED | OPERATION_COLLECTED;
	end_block(&stream, OPERATION_FREE, 0);
	stream.item.flags = OPERATION_TRACKED;
	end_block(&stream, OPERATION_FREE, 1);
	must(events_encoder_finish(stream.encoder, payload) == 0);
	sample_block(out, BLOCK_EVENTS, payload);
	events_encoder_destroy(stream.encoder);
}

static void collector_tables(struct buffer *out, struct buffer *payload)
{
	modules(out, payload);
	NUMBERS(payload, 1, 0, 4321, 0);
	sample_block(out, BLOCK_THREADS, payload);
	NUMBERS(payload, 1, 2, 1, 1);
	buffer_signed(payload, 0x401100);
	NUMBERS(payload, 1, 4 << 16);
	buffer_signed(payload, 16 - 0x401100);
	sample_block(out, BLOCK_NODES, payload);
	NUMBERS(payload, 2, 16);
	text(payload, "pair");
	NUMBERS(payload, 90);
	text(payload, "names");
	sample_block(out, BLOCK_LABELS, payload);
}

void sample_trace_with_collector(struct buffer *out)
{
	struct buffer payload = {0};

	sample_heading(out, FORMAT_VERSION, "");
	collector_tables(out, &payload);
	collector_events(out, &payload);
	NUMBERS(&payload, 4, 3, 0, 1, NOTE_GC_BEGIN, 250, 1, 2);
	NUMBERS(&payload, 4, 0, 1, NOTE_GC_END, 350, 6, 2, 9, 1, 0, 24, 77);
	NUMBERS(&payload, 5, 0, 1, NOTE_CACHE, 400, 5, 90, 7, 70, 30, 4096);
	NUMBERS(&payload, 5, 0, 1, NOTE_GC_END, 410, 0);
	sample_block(out, BLOCK_NOTES, &payload);
	NUMBERS(&payload, 200, 2, 0, 0, 0, 2, 0, 0);
	NUMBERS(&payload, 2, 0, 0, 2, 48, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	NUMBERS(&payload, 1, 3, 72, 0, 0, 2, 48, 72, 3, 0, 0, 500, 1, 24);
	NUMBERS(&payload, 0);
	sample_block(out, BLOCK_SUMMARY, &payload);
	NUMBERS(&payload, END_EXITED, 500, 5, 3, 2, 72, 48, 72, 98304, 0, 0);
	sample_block(out, BLOCK_END, &payload);
	buffer_finish(&payload);
}

static void store(struct buffer *out, struct format_block_header header, const struct buffer *payload)
{
	header.flags = BLOCK_STORED;
	header.stored_bytes = (uint32_t)payload->length;
	header.crc = 0;
	header.crc = crc32_update(crc32_update(0, &header, sizeof(header)), payload->data, payload->length);
	buffer_append(out, &header, sizeof(header));
	buffer_append(out, payload->data, payload->length);
}

void sample_stored(const struct buffer *trace, struct buffer *out)
{
	struct block_codec *codec = block_codec_create();
	struct format_file_header file;
	struct format_block_header header;
	struct buffer payload = {0};

	must(codec != NULL);
	memcpy(&file, trace->data, sizeof(file));
	buffer_append(out, trace->data, file.header_bytes);
	for (size_t at = file.header_bytes; at < trace->length; at += sizeof(header) + header.stored_bytes) {
		memcpy(&header, trace->data + at, sizeof(header));
		must(block_decode(codec, &header, trace->data + at + sizeof(header), &payload) == 0);
		store(out, header, &payload);
	}
	must(!out->failed);
	buffer_finish(&payload);
	block_codec_destroy(codec);
}

/* ---- damage with good checksums ------------------------------------------ */

static size_t reseal_heading(uint8_t *trace, size_t bytes)
{
	struct format_file_header header;

	if (bytes < sizeof(header))
		return bytes;
	memcpy(&header, trace, sizeof(header));
	header.crc = 0;
	if (header.header_bytes < sizeof(header) || header.header_bytes > bytes)
		return bytes;
	uint32_t crc = crc32_update(0, &header, sizeof(header));
	header.crc = crc32_update(crc, trace + sizeof(header), header.header_bytes - sizeof(header));
	memcpy(trace, &header, sizeof(header));
	return header.header_bytes;
}

void sample_reseal(void *trace, size_t bytes)
{
	uint8_t *start = trace;
	size_t at = reseal_heading(start, bytes);
	struct format_block_header header;

	while (bytes - at >= sizeof(header)) {
		memcpy(&header, start + at, sizeof(header));
		header.crc = 0;
		if (header.stored_bytes > bytes - at - sizeof(header))
			return;
		uint32_t crc = crc32_update(0, &header, sizeof(header));
		header.crc = crc32_update(crc, start + at + sizeof(header), header.stored_bytes);
		memcpy(start + at, &header, sizeof(header));
		at += sizeof(header) + header.stored_bytes;
	}
}
