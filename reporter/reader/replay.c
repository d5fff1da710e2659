/* replay.c - the events of a trace, in order, from its EVENTS blocks. */
#include "reader/private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BATCH_EVENTS 1024
#define MARKS_COLUMN 6 /* after six others; see format.h */

/* Items of the decoder and events of the reader, side by side: one stage of the way each. */
struct batch {
	struct events_item items[BATCH_EVENTS];
	struct trace_event events[BATCH_EVENTS];
};

struct replay {
	struct trace *trace;
	trace_events_fn *events;
	void *context;
	struct diagnostic *diagnostic;
	struct batch batch;
};

int replay_extent(struct trace *trace)
{
	struct varint_cursor payload = varint_cursor(trace->raw.data, trace->raw.length);
	uint64_t first = varint_next(&payload), count = varint_next(&payload);

	varint_next(&payload); /* allocations */
	uint64_t time_ns = varint_next(&payload);
	varint_next(&payload); /* thread */
	varint_next(&payload); /* operations */
	for (int column = 0; column < MARKS_COLUMN; column++)
		varint_next_bytes(&payload, varint_next(&payload));
	varint_next(&payload); /* bytes of the marks */
	while (varint_left(&payload) > 0) {
		varint_next(&payload);
		time_ns += varint_next(&payload);
	}
	if (payload.failed || count > trace->raw.length)
		return -EBADMSG;
	trace->info.event_count = first + count;
	trace->info.duration_ns = time_ns;
	return 0;
}

static void convert(const struct events_item *item, struct trace_event *event)
{
	static const uint8_t types[] = {
		[OPERATION_ALLOC] = EVENT_ALLOC,
		[OPERATION_FREE] = EVENT_FREE,
		[OPERATION_STRAY_FREE] = EVENT_STRAY_FREE,
		[OPERATION_LOST] = EVENT_LOST,
	};

	*event = (struct trace_event){
		.size_bytes = item->type == OPERATION_STRAY_FREE ? item->address : item->size_bytes,
		.time_ns = item->time_ns,
		.node = item->node,
		.origin = item->origin,
		.thread = item->thread,
		.type = types[item->type],
		.tracked = (item->flags & OPERATION_TRACKED) != 0,
		.reallocated = (item->flags & OPERATION_REALLOC) != 0,
		.temporary = (item->flags & OPERATION_TEMPORARY) != 0,
		.collected = (item->flags & OPERATION_COLLECTED) != 0,
	};
}

/* What the receiver refused, in words; it has none of its own. */
static int refused(const struct replay *replay, const struct block_at *block, int result)
{
	if (result == -EBADMSG)
		return file_bad_block(replay->trace, block, result, replay->diagnostic);
	if (result < 0)
		return diagnostic_set(replay->diagnostic, -result, "%s: cannot replay: %s",
				      replay->trace->info.path, strerror(-result));
	return result;
}

static int replay_block(struct replay *replay, const struct block_at *block)
{
	struct trace *trace = replay->trace;
	struct batch *batch = &replay->batch;
	int result = file_load(trace, block, replay->diagnostic);

	if (result)
		return result;
	result = events_decoder_feed(trace->decoder, trace->raw.data, trace->raw.length,
				     (uint32_t)trace->nodes.count, (uint32_t)trace->threads.count);
	if (result)
		return file_bad_block(trace, block, result, replay->diagnostic);
	for (;;) {
		long count = events_decoder_next(trace->decoder, batch->items, BATCH_EVENTS);
		if (count < 0)
			return file_bad_block(trace, block, (int)count, replay->diagnostic);
		if (count == 0)
			return 0;
		for (long i = 0; i < count; i++)
			convert(&batch->items[i], &batch->events[i]);
		result = replay->events(replay->context, batch->events, (size_t)count);
		if (result)
			return refused(replay, block, result);
	}
}

static int check_end(const struct replay *replay)
{
	const struct trace_info *info = &replay->trace->info;
	uint64_t events = events_decoder_events(replay->trace->decoder);

	if (events == info->event_count)
		return 0;
	return diagnostic_set(replay->diagnostic, EBADMSG,
			      "%s: damaged: it says that it has %" PRIu64 " events, but %" PRIu64
			      " are there; copy the trace again, or record it anew",
			      info->path, info->event_count, events);
}

static int replay_blocks(struct replay *replay)
{
	struct trace *trace = replay->trace;
	struct block_at block = {.next = trace->blocks_at};
	int result;

	events_decoder_reset(trace->decoder);
	while ((result = file_next(trace, &block, replay->diagnostic)) > 0) {
		result = 0;
		if (block.header.kind == BLOCK_EVENTS)
			result = replay_block(replay, &block);
		else if (block.header.kind == BLOCK_CURSOR) /* of no interest, but damage is */
			result = file_load(trace, &block, replay->diagnostic);
		if (result)
			return result;
	}
	return result ? result : check_end(replay);
}

int trace_replay(struct trace *trace, trace_events_fn *events, void *context, struct diagnostic *diagnostic)
{
	struct replay *replay;

	if (trace->info.aggregate)
		return diagnostic_set(diagnostic, ENOTSUP,
				      "%s: recorded with --aggregate: it holds sums, not events; "
				      "record without it to see them one by one",
				      trace->info.path);
	replay = malloc(sizeof(*replay));
	if (!replay)
		return diagnostic_set(diagnostic, ENOMEM, "%s: not enough memory to replay it",
				      trace->info.path);
	replay->trace = trace;
	replay->events = events;
	replay->context = context;
	replay->diagnostic = diagnostic;
	int result = replay_blocks(replay);
	free(replay);
	return result;
}
