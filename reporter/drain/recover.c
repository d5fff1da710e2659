/*
 * recover.c - whatever happened to the drainer before: the trace up to its last CURSOR, the live
 * map at that point, and what waited then are all there is to know.
 */
#include "drain/state.h"
#include "figures/breakdown_codec.h"
#include "figures/summary.h"

#include "trace/crc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The trace as it is in the file. */
struct trace_bytes {
	const uint8_t *data;
	size_t bytes;
	size_t blocks_at; /* where the first block starts */
	size_t cursor_at; /* the last CURSOR; 0: none */
	size_t end;       /* of the last CURSOR, or the END behind it */
	size_t last_at;   /* an aggregate's: where its end begins, which the next batch replaces */
	bool ended;
};

static int map_trace(struct trace_bytes *trace, int fd)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return -errno;
	trace->bytes = (size_t)status.st_size;
	if (trace->bytes < sizeof(struct format_file_header))
		return -EINVAL;
	void *data = mmap(NULL, trace->bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	trace->data = data;
	return 0;
}

static bool heading_valid(struct trace_bytes *trace)
{
	struct format_file_header header;
	memcpy(&header, trace->data, sizeof(header));
	if (memcmp(header.magic, FORMAT_MAGIC, sizeof(header.magic)) != 0 ||
	    header.version != FORMAT_VERSION || header.header_bytes < sizeof(header) ||
	    header.header_bytes > trace->bytes)
		return false;
	uint32_t expected = header.crc;
	header.crc = 0;
	uint32_t crc = crc32_update(0, &header, sizeof(header));
	trace->blocks_at = header.header_bytes;
	return crc32_update(crc, trace->data + sizeof(header), trace->blocks_at - sizeof(header)) == expected;
}

/* The whole block at `at`: its end, or 0 if there is none before `limit`. */
static size_t block_end(const struct trace_bytes *trace, size_t at, size_t limit,
			struct format_block_header *header)
{
	if (limit - at < sizeof(*header))
		return 0;
	memcpy(header, trace->data + at, sizeof(*header));
	size_t stored = at + sizeof(*header);
	if (block_check_header(header) < 0 || header->stored_bytes > limit - stored ||
	    block_check_payload(header, trace->data + stored) < 0)
		return 0;
	return stored + header->stored_bytes;
}

static void find_last_cursor(struct trace_bytes *trace)
{
	struct format_block_header header;
	size_t next;
	trace->end = trace->blocks_at;
	for (size_t at = trace->blocks_at; (next = block_end(trace, at, trace->bytes, &header)); at = next) {
		if (header.kind == BLOCK_CURSOR) {
			trace->cursor_at = at;
			trace->end = next;
			if (!trace->last_at)
				trace->last_at = at;
		} else if (header.kind == BLOCK_SUMMARY && !trace->last_at) {
			trace->last_at = at;
		} else if (header.kind == BLOCK_END) {
			trace->ended = true;
			trace->end = next;
		}
	}
}

/* ---- restoring ----------------------------------------------------------- */

static int know_labels(struct drain *drain, const struct buffer *payload)
{
	struct varint_cursor at = varint_cursor(payload->data, payload->length);
	for (uint64_t count = varint_next(&at); count > 0 && !at.failed; count--) {
		uint64_t id = varint_next(&at);
		varint_next_bytes(&at, varint_next(&at));
		if (!at.failed && tables_know_label(&drain->tables, id) < 0)
			return -ENOMEM;
	}
	return at.failed ? -EBADMSG : 0;
}

/* What blocks before the CURSOR tell. */
struct known {
	struct events_decoder *decoder;
	struct summary_decoder summary; /* this and the next of an aggregate trace */
	struct buffer intervals, breakdown;
};

static int take_piece(struct buffer *whole, struct varint_cursor *payload)
{
	varint_next(payload); /* bytes in all */
	if (varint_next(payload) != whole->length || payload->failed)
		return -EBADMSG;
	buffer_append(whole, payload->at, varint_left(payload));
	return whole->failed ? -ENOMEM : 0;
}

static int apply_block(struct drain *drain, struct known *known, uint16_t kind, const struct buffer *payload)
{
	struct varint_cursor at = varint_cursor(payload->data, payload->length);
	size_t nodes = drain->tables.nodes_ready;
	if (kind == BLOCK_LABELS)
		return know_labels(drain, payload);
	if (kind == BLOCK_EVENTS)
		return events_decoder_feed(known->decoder, payload->data, payload->length,
					   (uint32_t)drain->recovered.nodes,
					   (uint32_t)drain->recovered.threads);
	if (kind == BLOCK_SUMMARY)
		return summary_decode(&known->summary, &at, nodes);
	if (kind == BLOCK_MOVES)
		return summary_decode_moves(&known->summary, &at, nodes);
	if (kind == BLOCK_INTERVALS)
		return take_piece(&known->intervals, &at);
	if (kind == BLOCK_BREAKDOWN)
		return take_piece(&known->breakdown, &at);
	return 0;
}

static bool tells(uint16_t kind)
{
	return kind == BLOCK_LABELS || kind == BLOCK_EVENTS || kind == BLOCK_SUMMARY || kind == BLOCK_MOVES ||
	       kind == BLOCK_INTERVALS || kind == BLOCK_BREAKDOWN;
}

/* Goes through all blocks before the last CURSOR, for the dictionary of operations or the figures. */
static int replay(struct drain *drain, const struct trace_bytes *trace, struct known *known)
{
	struct format_block_header header;
	struct buffer raw = {0};
	size_t next;
	int error = 0;
	for (size_t at = trace->blocks_at;
	     error == 0 && at < trace->cursor_at && (next = block_end(trace, at, trace->cursor_at, &header));
	     at = next) {
		if (!tells(header.kind))
			continue;
		error = block_decode(drain->batch.codec, &header, trace->data + at + sizeof(header), &raw);
		if (error == 0)
			error = apply_block(drain, known, header.kind, &raw);
	}
	buffer_finish(&raw);
	return error;
}

static int read_cursor(struct drain *drain, const struct trace_bytes *trace)
{
	struct format_block_header header;
	struct buffer raw = {0};
	if (trace->cursor_at == 0)
		return 0;
	memcpy(&header, trace->data + trace->cursor_at, sizeof(header));
	int error = block_decode(drain->batch.codec, &header, trace->data + trace->cursor_at + sizeof(header),
				 &raw);
	if (error == 0)
		error = cursor_decode(&drain->recovered, raw.data, raw.length);
	buffer_finish(&raw);
	return error;
}

static void restore_counters(struct drain *drain)
{
	const struct cursor *cursor = &drain->recovered;
	drain->batch_number = cursor->batch;
	drain->thread_count = (uint32_t)cursor->threads;
	drain->batch.events = cursor->events;
	drain->batch.allocations = cursor->allocations;
	drain->rss_time_ns = cursor->rss_time_ns;
	drain->rss_count = cursor->rss_count;
	drain->tables.modules_ready = drain->tables.modules_written = (uint32_t)cursor->modules;
	if (cursor->nodes > 0)
		drain->tables.nodes_ready = drain->tables.nodes_written = (uint32_t)cursor->nodes;
}

static int restore_node(struct drain *drain, uint32_t node, const struct model_node *restored)
{
	uint32_t number = 0;
	if (restored->allocations > 0) {
		number = events_encoder_begin(drain->batch.encoder, node);
		if (number == 0)
			return -ENOMEM;
	}
	return figures_restore_node(&drain->figures, node, number, restored);
}

static int restore_intervals(struct drain *drain, const struct buffer *bytes)
{
	struct timeline timeline = {0};
	int error = bytes->length > 0 ? timeline_decode(&timeline, bytes->data, bytes->length,
							(size_t)drain->recovered.nodes)
				      : 0;
	if (error == 0)
		error = boundaries_restore(drain, &timeline);
	timeline_finish(&timeline);
	return error;
}

/* Without one an older drainer has counted. */
static int restore_breakdown(struct drain *drain, const struct figures_summary *summary,
			     const struct buffer *bytes)
{
	struct breakdown_tables tables = {0};
	int error;
	if (bytes->length == 0) {
		drain->figures.breakdown.kinds.failed = drain->figures.totals.events > 0;
		return 0;
	}
	error = breakdown_decode(&tables, bytes->data, bytes->length, summary,
				 (size_t)drain->recovered.threads);
	if (error == 0)
		error = breakdown_restore(&drain->figures, events_encoder_begins(drain->batch.encoder),
					  &tables);
	breakdown_tables_finish(&tables);
	return error;
}

static int restore_figures(struct drain *drain, struct known *known)
{
	struct summary_decoder *decoder = &known->summary;
	const struct cursor *cursor = &drain->recovered;
	struct moves *moves = &drain->figures.moves;
	if (!drain->batch.aggregate || drain->batch_number == 0)
		return 0;
	if (!summary_complete(decoder) || decoder->totals.events != cursor->events)
		return -EBADMSG;
	struct figures_summary summary = summary_decoded(decoder);
	struct figures_walk walk = figures_walk(summary.nodes);
	struct model_node restored;
	uint32_t node;
	int error = figures_restore(&drain->figures, &summary);
	while (error == 0 && figures_walk_next(&walk, &node, &restored))
		error = restore_node(drain, node, &restored);
	if (error == 0)
		error = figures_grow_threads(&drain->figures, cursor->position_count);
	for (size_t i = 0; error == 0 && i < cursor->position_count; i++) {
		const struct cursor_thread *position = &cursor->positions[i];
		if (position->node >= cursor->nodes)
			return -EBADMSG;
		moves->threads[i] = (struct moves_thread){.node = (uint32_t)position->node,
							  .after_bytes = position->after_bytes};
	}
	if (error == 0)
		error = restore_breakdown(drain, &summary, &known->breakdown);
	return error ? error : restore_intervals(drain, &known->intervals);
}

static bool cursor_fits(const struct drain *drain, const struct events_decoder *decoder)
{
	const struct cursor *cursor = &drain->recovered;
	return cursor->nodes <= drain->mapping.header->nodes_max &&
	       cursor->modules <= drain->mapping.header->modules_max &&
	       (drain->batch.aggregate || events_decoder_events(decoder) == cursor->events);
}

static int restore_map(struct drain *drain)
{
	struct livemap_point point = {(uint32_t)drain->batch_number, drain->batch.allocations,
				      drain->recovered.hidden};
	bool exact;
	return livemap_recover(drain->map, point, &exact);
}

static int restore_from(struct drain *drain, const struct trace_bytes *trace, struct known *known)
{
	int error = read_cursor(drain, trace);
	if (error < 0)
		return error;
	restore_counters(drain);
	error = replay(drain, trace, known);
	if (error == 0 && !cursor_fits(drain, known->decoder))
		error = -EBADMSG;
	if (error == 0)
		error = events_encoder_resume(drain->batch.encoder, known->decoder);
	if (error == 0)
		error = restore_figures(drain, known);
	if (error == 0)
		error = restore_map(drain);
	if (error == 0)
		error = ledger_restore(&drain->ledger, &drain->recovered);
	drain->last_event_ns = events_decoder_time_ns(known->decoder);
	return error;
}

static int restore(struct drain *drain, const struct trace_bytes *trace)
{
	struct known known = {.decoder = events_decoder_create()};
	int error = known.decoder ? restore_from(drain, trace, &known) : -ENOMEM;
	summary_decoder_finish(&known.summary);
	buffer_finish(&known.intervals);
	buffer_finish(&known.breakdown);
	events_decoder_destroy(known.decoder);
	return error;
}

static int recover_from(struct drain *drain, struct trace_bytes *trace, struct diagnostic *diagnostic)
{
	const char *path = drain->mapping.header->trace_path;
	if (!heading_valid(trace))
		return diagnostic_set(diagnostic, EINVAL, "%s: not a trace of mprof", path);
	find_last_cursor(trace);
	if (trace->ended)
		return 1;
	int error = restore(drain, trace);
	if (error < 0)
		return diagnostic_set(diagnostic, -error, "%s: damaged before offset %zu: %s", path,
				      trace->end, strerror(-error));
	if (trace->bytes > trace->end && ftruncate(drain->trace_fd, (off_t)trace->end) < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	drain->batch.end = (off_t)(drain->batch.aggregate && trace->last_at ? trace->last_at : trace->end);
	return 0;
}

int recover(struct drain *drain, struct diagnostic *diagnostic)
{
	struct trace_bytes trace = {0};
	int result = map_trace(&trace, drain->trace_fd);
	if (result < 0)
		return diagnostic_set(diagnostic, -result, "%s: %s", drain->mapping.header->trace_path,
				      strerror(-result));
	result = recover_from(drain, &trace, diagnostic);
	munmap((void *)(uintptr_t)trace.data, trace.bytes);
	return result;
}
