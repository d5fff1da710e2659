/* replay.c - the events of a trace, in order, from its EVENTS blocks. */
#include "reader/private.h"

#include "trace/events_run.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BATCH_EVENTS 1024
#define MARKS_COLUMN 6 /* after six others; see format.h */

struct replay {
	struct trace *trace;
	trace_run_fn *run;
	void *context;
	struct diagnostic *diagnostic;
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
	int result = file_load(trace, block, replay->diagnostic);

	if (result)
		return result;
	result = events_decoder_feed(trace->decoder, trace->raw.data, trace->raw.length,
				     (uint32_t)trace->nodes.count, (uint32_t)trace->threads.count);
	if (result)
		return file_bad_block(trace, block, result, replay->diagnostic);
	struct events_run *run;
	while ((result = events_decoder_run(trace->decoder, &run)) > 0) {
		result = replay->run(replay->context, run);
		if (result)
			return refused(replay, block, result);
	}
	return result ? file_bad_block(trace, block, result, replay->diagnostic) : 0;
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

int trace_has_events(const struct trace *trace, struct diagnostic *diagnostic)
{
	if (!trace->info.aggregate)
		return 0;
	return diagnostic_set(diagnostic, ENOTSUP,
			      "%s: recorded with --aggregate: it holds sums, not events; "
			      "record without it to see them one by one",
			      trace->info.path);
}

int trace_replay_runs(struct trace *trace, trace_run_fn *run, void *context, struct diagnostic *diagnostic)
{
	struct replay replay = {trace, run, context, diagnostic};
	int error = trace_has_events(trace, diagnostic);

	return error ? error : replay_blocks(&replay);
}

/* ---- one event, one struct ------------------------------------------------ */

/* Moments whose time is known just so: those of notes, and of the boundaries of the recorded time line. Times
 * of events, which are interpolated, stay on their side of these. */
struct anchors {
	const struct trace_info *info;
	const struct timeline *timeline; /* NULL: there is none */
	size_t note, interval;           /* the next ones */
	uint64_t interval_events;        /* before the end of the next interval */
	uint64_t least_ns;
};

static struct anchors anchors_of(struct trace *trace)
{
	struct anchors anchors = {.info = &trace->info};
	struct diagnostic ignored;

	if (trace_timeline(trace, &anchors.timeline, &ignored) == 0 && anchors.timeline &&
	    anchors.timeline->count > 0)
		anchors.interval_events = anchors.timeline->list[0].events;
	return anchors;
}

static void raise(uint64_t *least_ns, uint64_t time_ns)
{
	*least_ns = time_ns > *least_ns ? time_ns : *least_ns;
}

/* The time of an event before which so many came. */
static uint64_t anchored(struct anchors *anchors, uint64_t before, uint64_t time_ns)
{
	const struct trace_note *notes = anchors->info->notes;
	const struct timeline *timeline = anchors->timeline;

	for (; anchors->note < anchors->info->note_count && notes[anchors->note].events_before <= before;
	     anchors->note++)
		raise(&anchors->least_ns, notes[anchors->note].time_ns);
	while (timeline && anchors->interval < timeline->count && anchors->interval_events <= before) {
		raise(&anchors->least_ns, timeline->list[anchors->interval].end_ns);
		if (++anchors->interval < timeline->count)
			anchors->interval_events += timeline->list[anchors->interval].events;
	}
	if (anchors->note < anchors->info->note_count && time_ns > notes[anchors->note].time_ns)
		time_ns = notes[anchors->note].time_ns;
	if (timeline && anchors->interval < timeline->count &&
	    time_ns > timeline->list[anchors->interval].end_ns)
		time_ns = timeline->list[anchors->interval].end_ns;
	return time_ns > anchors->least_ns ? time_ns : anchors->least_ns;
}

struct batch {
	trace_events_fn *events;
	void *context;
	struct anchors anchors;
	struct trace_event pending[BATCH_EVENTS];
};

static void fill_event(struct anchors *anchors, const struct events_run *run, const struct events_step *step,
		       struct trace_event *event)
{
	uint64_t index = (uint64_t)(run->next - run->first) - 1;
	static const uint8_t types[] = {
		[OPERATION_ALLOC] = EVENT_ALLOC,
		[OPERATION_FREE] = EVENT_FREE,
		[OPERATION_STRAY_FREE] = EVENT_STRAY_FREE,
		[OPERATION_LOST] = EVENT_LOST,
	};
	uint32_t type = step->operation->type;

	*event = (struct trace_event){
		.size_bytes = step->size_bytes + step->address,
		.time_ns = anchored(anchors, run->before + index, events_run_time_ns(run, index)),
		.node = step->operation->node,
		.origin = operation_is_end(type) ? step->origin->node : 0,
		.thread = run->thread,
		.type = types[type & OPERATION_TYPE_MASK],
		.tracked = (type & OPERATION_TRACKED) != 0,
		.reallocated = (type & OPERATION_REALLOC) != 0,
		.temporary = (type & OPERATION_TEMPORARY) != 0,
		.collected = (type & OPERATION_COLLECTED) != 0,
	};
}

/* A run as events. */
static int spell_out(void *context, struct events_run *run)
{
	struct batch *batch = context;
	struct events_step step;
	int result = 0;

	while (result == 0 && run->next < run->end) {
		size_t count = 0;
		while (count < BATCH_EVENTS && events_run_step(run, &step))
			fill_event(&batch->anchors, run, &step, &batch->pending[count++]);
		if (count == 0)
			return 0; /* it is damaged, and its reader will know */
		result = batch->events(batch->context, batch->pending, count);
	}
	return result;
}

int trace_replay(struct trace *trace, trace_events_fn *events, void *context, struct diagnostic *diagnostic)
{
	struct batch *batch = malloc(sizeof(*batch));

	if (!batch)
		return diagnostic_set(diagnostic, ENOMEM, "%s: not enough memory to replay it",
				      trace->info.path);
	batch->events = events;
	batch->context = context;
	batch->anchors = anchors_of(trace);
	int result = trace_replay_runs(trace, spell_out, batch, diagnostic);
	free(batch);
	return result;
}
