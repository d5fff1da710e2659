/*
 * intervals.c - see intervals.h.
 */
#include "figures/intervals.h"

#include "trace/array.h"

#include <errno.h>

#define EVENTS_WORTH 2000u /* what closing costs is little beside so many events */
#define LONG_SHARE 128u    /* of the run so far: as long as that, an interval is worth its end anyway */

void intervals_end(struct intervals *intervals)
{
	array_free(intervals->starts, intervals->start_capacity, sizeof(*intervals->starts));
	intervals->starts = NULL;
	intervals->start_capacity = 0;
}

void intervals_finish(struct intervals *intervals)
{
	timeline_finish(&intervals->timeline);
	intervals_end(intervals);
	*intervals = (struct intervals){0};
}

/* It has its length, and as many events as a closing is worth, or is long for so young a run. */
static bool is_due(const struct intervals *intervals, const struct figures *figures, uint64_t time_ns)
{
	uint64_t length_ns = time_ns - intervals->begin_ns;

	return length_ns >= intervals->length_ns &&
	       (figures->totals.events - intervals->begin_events >= EVENTS_WORTH ||
		length_ns >= time_ns / LONG_SHARE);
}

/* ---- closing ------------------------------------------------------------------------------ */

static int reserve_starts(struct intervals *intervals, size_t count)
{
	size_t old = intervals->start_capacity;

	if (count <= old)
		return 0;
	void *grown = array_grow(intervals->starts, old, count, sizeof(*intervals->starts), ARRAY_DENSE);
	if (!grown)
		return -ENOMEM;
	intervals->starts = grown;
	intervals->start_capacity = count;
	return 0;
}

/* What the path did since the interval began, which begins anew. */
static struct timeline_entry take_path(struct intervals *intervals, const struct figures *figures,
				       uint32_t number)
{
	struct figures_counters now = figures->counters[number];
	struct interval_start *start = &intervals->starts[number];

	counters_save_peak(&now, figures->epoch);
	struct timeline_entry entry = {
		.id = number,
		.change = {(int64_t)(now.live_bytes - start->live_bytes),
			   (int64_t)(now.live_blocks - start->live_blocks)},
		.to_peak = {(int64_t)(now.peak_bytes - start->live_bytes),
			    (int64_t)(now.peak_blocks - start->live_blocks)},
		.allocations = now.allocations - start->allocations,
		.allocated_bytes = now.allocated_bytes - start->allocated_bytes,
	};
	*start = (struct interval_start){now.live_bytes, now.live_blocks, now.allocations,
					 now.allocated_bytes};
	return entry;
}

static void take_paths(struct intervals *intervals, struct figures *figures, struct interval *interval)
{
	uint32_t next_id = 0;

	for (size_t word = 0; word < FIGURES_TOUCHED_WORDS(figures->begin_capacity); word++) {
		uint64_t bits = figures->touched[word];

		figures->touched[word] = 0;
		for (; bits > 0; bits &= bits - 1) {
			uint32_t number = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
			struct timeline_entry entry = take_path(intervals, figures, number);

			interval_add(interval, &next_id, &entry);
		}
	}
}

static struct interval take_interval(struct intervals *intervals, struct figures *figures, uint64_t time_ns)
{
	const struct model_totals *totals = &figures->totals;
	const struct heap_change *begin = &intervals->begin;
	uint64_t begin_ns = intervals->begin_ns, peak_ns = totals->peak_time_ns;
	struct interval interval = {
		.begin_ns = begin_ns,
		.end_ns = time_ns > begin_ns ? time_ns : begin_ns,
		.events = totals->events - intervals->begin_events,
		.change = {(int64_t)(totals->live_bytes - (uint64_t)begin->bytes),
			   (int64_t)(totals->live_blocks - (uint64_t)begin->blocks)},
		.to_peak = {(int64_t)(totals->peak_bytes - (uint64_t)begin->bytes),
			    (int64_t)(totals->peak_blocks - (uint64_t)begin->blocks)},
		.rss_pages = intervals->rss_pages,
	};

	interval.peak_ns = peak_ns < begin_ns          ? begin_ns
			   : peak_ns > interval.end_ns ? interval.end_ns
						       : peak_ns;
	take_paths(intervals, figures, &interval);
	return interval;
}

static void note_highest(struct intervals *intervals, const struct model_totals *totals)
{
	if (totals->peak_bytes <= intervals->highest.peak_bytes)
		return;
	intervals->highest = *totals;
}

/* The next interval's highest heap is at first the one that it begins with. */
static void begin(struct intervals *intervals, struct figures *figures, uint64_t time_ns)
{
	struct model_totals *totals = &figures->totals;

	intervals->begin_ns = time_ns;
	intervals->begin_events = totals->events;
	intervals->begin = (struct heap_change){(int64_t)totals->live_bytes, (int64_t)totals->live_blocks};
	intervals->rss_pages = 0;
	totals->peak_bytes = totals->live_bytes;
	totals->peak_blocks = totals->live_blocks;
	totals->peak_time_ns = time_ns;
	totals->peak_event = totals->events > 0 ? totals->events - 1 : 0;
	figures->epoch++;
}

static bool has_room(const struct intervals *intervals)
{
	return timeline_loose(&intervals->timeline) < INTERVALS_MOST &&
	       intervals->timeline.bytes <= intervals->bytes_most;
}

/* The shortest are joined first, so that all are of about one length; pinned boundaries stay. */
static int make_room(struct intervals *intervals)
{
	struct timeline *timeline = &intervals->timeline;
	size_t before = 0;

	while (!has_room(intervals) &&
	       (timeline->count != before || intervals->length_ns < intervals->begin_ns)) {
		before = timeline->count;
		if (intervals->length_ns < intervals->begin_ns)
			intervals->length_ns *= 2;
		if (timeline_thin(timeline, intervals->length_ns) != 0)
			return -ENOMEM;
	}
	return 0;
}

static void pin_last(struct intervals *intervals)
{
	struct timeline *timeline = &intervals->timeline;

	if (timeline->count == 0 || timeline->list[timeline->count - 1].pinned)
		return;
	timeline->list[timeline->count - 1].pinned = true;
	intervals->pinned++;
}

int intervals_close(struct intervals *intervals, struct figures *figures, uint64_t time_ns, bool pinned)
{
	if (figures->totals.events > intervals->begin_events) {
		if (reserve_starts(intervals, figures->begin_capacity) != 0)
			return -ENOMEM;
		struct interval interval = take_interval(intervals, figures, time_ns);
		bool lost = interval.entries.failed || timeline_add(&intervals->timeline, &interval) != 0;

		buffer_finish(&interval.entries);
		if (lost)
			return -ENOMEM;
		note_highest(intervals, &figures->totals);
		begin(intervals, figures, intervals->timeline.list[intervals->timeline.count - 1].end_ns);
	}
	if (pinned)
		pin_last(intervals);
	return make_room(intervals);
}

bool intervals_idle_is_long(const struct intervals *intervals, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t begin_ns = from_ns > intervals->begin_ns ? from_ns : intervals->begin_ns;
	uint64_t gap_ns = to_ns > begin_ns ? to_ns - begin_ns : 0;

	return gap_ns >= intervals->length_ns && gap_ns >= to_ns / LONG_SHARE;
}

int intervals_idle(struct intervals *intervals, struct figures *figures, uint64_t from_ns, uint64_t to_ns)
{
	int error = intervals_close(intervals, figures, from_ns, false);
	struct interval idle = {.begin_ns = intervals->begin_ns,
				.peak_ns = intervals->begin_ns,
				.end_ns = to_ns,
				.rss_pages = intervals->rss_pages};

	if (error)
		return error;
	if (timeline_add(&intervals->timeline, &idle) != 0)
		return -ENOMEM;
	begin(intervals, figures, to_ns);
	return make_room(intervals);
}

int intervals_pass(struct intervals *intervals, struct figures *figures, uint64_t from_ns, uint64_t to_ns)
{
	if (intervals_idle_is_long(intervals, from_ns, to_ns))
		return intervals_idle(intervals, figures, from_ns, to_ns);
	return is_due(intervals, figures, to_ns) ? intervals_close(intervals, figures, to_ns, false) : 0;
}

/* ---- the whole run --------------------------------------------------------------------------- */

/* A path's part in the run's peak: its changes up to the interval of the peak, and in there up to it. */
static void add_parts(const struct timeline *timeline, size_t highest_at, struct figures *figures)
{
	struct timeline_entry entry;

	for (size_t i = 0; i < timeline->count && i <= highest_at; i++) {
		struct timeline_walk walk = interval_walk(&timeline->list[i]);

		while (timeline_walk_next(&walk, &entry)) {
			const struct heap_change *part = i < highest_at ? &entry.change : &entry.to_peak;
			struct figures_counters *counters = &figures->counters[entry.id];

			counters->peak_bytes += (uint64_t)part->bytes;
			counters->peak_blocks += (uint64_t)part->blocks;
		}
	}
}

int intervals_settle(struct intervals *intervals, struct figures *figures, uint64_t time_ns)
{
	struct model_totals *totals = &figures->totals;
	int error = intervals_close(intervals, figures, time_ns, false);

	if (error)
		return error;
	for (size_t i = 0; i < figures->begin_capacity; i++) {
		if (figures->counters[i].epoch == 0) /* memory that was never used */
			continue;
		figures->counters[i].epoch = figures->epoch;
		figures->counters[i].peak_bytes = figures->counters[i].peak_blocks = 0;
	}
	totals->peak_bytes = intervals->highest.peak_bytes;
	totals->peak_blocks = intervals->highest.peak_blocks;
	totals->peak_time_ns = intervals->highest.peak_time_ns;
	totals->peak_event = intervals->highest.peak_event;
	if (totals->peak_bytes > 0)
		add_parts(&intervals->timeline, timeline_highest(&intervals->timeline), figures);
	return 0;
}

void intervals_go_on(struct intervals *intervals, struct figures *figures)
{
	begin(intervals, figures, intervals->begin_ns);
}

int intervals_restore(struct intervals *intervals, const struct figures *figures, struct timeline *timeline)
{
	if (reserve_starts(intervals, figures->begin_capacity) != 0)
		return -ENOMEM;
	for (size_t i = 0; i < figures->begin_capacity; i++) {
		const struct figures_counters *now = &figures->counters[i];

		if (now->allocations == 0)
			continue;
		intervals->starts[i] = (struct interval_start){now->live_bytes, now->live_blocks,
							       now->allocations, now->allocated_bytes};
	}
	intervals->timeline = *timeline;
	*timeline = (struct timeline){0};
	intervals->highest = figures->totals;
	for (size_t i = 0; i < intervals->timeline.count; i++) {
		intervals->begin_ns = intervals->timeline.list[i].end_ns;
		intervals->pinned += intervals->timeline.list[i].pinned;
	}
	if (intervals->begin_ns / INTERVALS_MOST > intervals->length_ns)
		intervals->length_ns = intervals->begin_ns / INTERVALS_MOST;
	return 0;
}
