/*
 * boundaries.c - where the time line's intervals begin and end: at times, at marks, and at the end of what is
 * written.
 *
 * Nothing is asked per record: merge.c takes records up to a stamp, and asks here when it gets there.
 */
#include "drain/state.h"

#include <errno.h>

#define TRACE_SHARE 32u /* entries may take such a part of the trace's bytes, before they are packed */

/* Without figures, of which intervals are made, there are none. */
static bool has_intervals(const struct drain *drain)
{
	return drain->ledger.figures && !drain->timeless;
}

static void set_next(struct drain *drain, uint64_t stamp)
{
	drain->boundary_stamp = stamp + timebase_stamps(&drain->timebase, drain->intervals.length_ns);
	drain->intervals.bytes_most = INTERVALS_BYTES_LEAST + (uint64_t)drain->batch.end / TRACE_SHARE;
}

/* Without memory for intervals there are no figures either: a report replays the events, and an aggregate
 * trace has nothing else. */
static void check(struct drain *drain, int error)
{
	if (!error)
		return;
	drain->ledger.figures = NULL;
	if (drain->batch.aggregate)
		drain->batch.error = error;
}

void boundaries_init(struct drain *drain)
{
	drain->intervals.length_ns = INTERVALS_FIRST_NS;
	drain->intervals.bytes_most = INTERVALS_BYTES_LEAST;
	drain->boundary_stamp = 0;
}

void boundaries_cross(struct drain *drain, uint64_t stamp)
{
	uint64_t time_ns = timebase_stamp_ns(&drain->timebase, stamp);

	if (!has_intervals(drain)) {
		drain->boundary_stamp = UINT64_MAX;
		return;
	}
	time_ns = time_ns > drain->last_event_ns ? time_ns : drain->last_event_ns;
	check(drain, intervals_pass(&drain->intervals, &drain->figures, drain->last_event_ns, time_ns));
	set_next(drain, stamp);
}

void boundaries_mark(struct drain *drain, uint64_t time_ns)
{
	if (has_intervals(drain) && drain->intervals.pinned < INTERVALS_PINNED_MOST)
		check(drain, intervals_close(&drain->intervals, &drain->figures, time_ns, true));
}

int boundaries_restore(struct drain *drain, struct timeline *timeline)
{
	const struct numbering *begins = events_encoder_begins(drain->batch.encoder);
	int error;

	/* A trace that an older drainer began. */
	if (timeline->count == 0 && drain->figures.totals.events > 0) {
		drain->timeless = true;
		return 0;
	}
	error = timeline_renumber(timeline, begins->of_node, begins->node_capacity);
	if (!error)
		error = intervals_restore(&drain->intervals, &drain->figures, timeline);
	if (!error)
		intervals_go_on(&drain->intervals, &drain->figures);
	return error;
}

/* ---- written ------------------------------------------------------------------------------------- */

bool boundaries_settle(struct drain *drain)
{
	if (has_intervals(drain))
		check(drain, intervals_settle(&drain->intervals, &drain->figures, drain->last_event_ns));
	if (!drain->batch.aggregate) /* whose summary is the last thing */
		intervals_end(&drain->intervals);
	return drain->ledger.figures != NULL;
}

void boundaries_write(struct drain *drain)
{
	const struct numbering *begins = events_encoder_begins(drain->batch.encoder);
	struct buffer bytes = {0};

	if (!has_intervals(drain))
		return;
	int error =
		timeline_encode(&drain->intervals.timeline, begins->nodes, (size_t)begins->count + 1, &bytes);
	if (!error)
		batch_last_pieces(&drain->batch, BLOCK_INTERVALS, &bytes);
	else
		drain->batch.error = error;
	buffer_finish(&bytes);
	intervals_go_on(&drain->intervals, &drain->figures);
}
