/*
 * test_intervals.c - time lines against an oracle that keeps every call path's heap after every event: as
 * they are recorded, joined down to one interval, written, read, and gone on with.
 */
#include "figures/intervals.h"

#include "random.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PATHS 50u /* numbers 1 to PATHS - 1 */
#define EVENTS 3000u
#define STEP_NS 1000u /* from event to event */

/* ---- the oracle ---------------------------------------------------------------------------------- */

struct path {
	uint64_t bytes, blocks, allocations, allocated_bytes;
};

/* After so many events. */
static struct path after[EVENTS + 1][PATHS];
static uint64_t heap_after[EVENTS + 1];

static struct figures figures;
static struct intervals intervals;
static bool pins[EVENTS + 1]; /* behind so many events */

struct block {
	uint64_t size_bytes;
	uint32_t number;
};

static struct block live[EVENTS];
static size_t live_count;

static void allocate(struct path *paths, const struct figures_place *at)
{
	struct block block = {random_below(3) ? random_below(500) : 0, at->number};
	struct weight weight = weight_of(block.size_bytes, figures.totals.sample_bytes);
	struct path *path = &paths[block.number];

	figures_alloc(&figures, at, block.size_bytes);
	path->bytes += weight.bytes;
	path->blocks += weight.blocks;
	path->allocations += weight.blocks;
	path->allocated_bytes += weight.bytes;
	live[live_count++] = block;
}

static void end_one(struct path *paths, const struct figures_place *at)
{
	size_t index = random_below((uint32_t)live_count);
	struct block block = live[index];
	struct weight weight = weight_of(block.size_bytes, figures.totals.sample_bytes);
	struct figures_place here = *at;

	here.number = figures_free_number(&figures, at->node);
	figures_end(&figures, &here,
		    &(struct figures_block){.size_bytes = block.size_bytes, .origin = block.number});
	paths[block.number].bytes -= weight.bytes;
	paths[block.number].blocks -= weight.blocks;
	live[index] = live[--live_count];
}

static void one_event(size_t index)
{
	struct path *paths = after[index + 1];
	struct figures_place at = {.time_ns = (index + 1) * STEP_NS, .thread = 0};
	/* Long ups and downs. */
	bool up = random_below(100) < (index / 300 % 2 ? 30u : 70u);

	memcpy(paths, after[index], sizeof(after[index]));
	at.node = at.number = 1 + random_below(random_below(4) ? 8 : PATHS - 1);
	cr_assert_eq(figures_reserve(&figures, PATHS), 0);
	cr_assert_eq(figures_reserve_thread(&figures, 0), 0);
	if (up || live_count == 0)
		allocate(paths, &at);
	else
		end_one(paths, &at);
	heap_after[index + 1] = 0;
	for (size_t i = 0; i < PATHS; i++)
		heap_after[index + 1] += paths[i].bytes;
}

/* ---- what a time line must say -------------------------------------------------------------------- */

/* What the entries are, by path. */
static void unpack(const struct interval *interval, struct timeline_entry entries[PATHS])
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;

	memset(entries, 0, PATHS * sizeof(*entries));
	while (timeline_walk_next(&walk, &entry)) {
		cr_assert(entry.id > 0 && entry.id < PATHS);
		entries[entry.id] = entry;
	}
	cr_assert(!walk.at.failed);
}

static size_t highest_between(size_t begin, size_t end)
{
	size_t highest = begin;

	for (size_t i = begin; i <= end; i++)
		highest = heap_after[i] > heap_after[highest] ? i : highest;
	return highest;
}

static void expect_interval(const struct interval *interval, size_t begin, size_t end)
{
	struct timeline_entry entries[PATHS];
	size_t peak = highest_between(begin, end);

	unpack(interval, entries);
	cr_assert_eq(interval->change.bytes, (int64_t)(heap_after[end] - heap_after[begin]));
	cr_assert_eq(interval->to_peak.bytes, (int64_t)(heap_after[peak] - heap_after[begin]));
	for (size_t i = 1; i < PATHS; i++) {
		const struct path *from = &after[begin][i], *to = &after[end][i], *high = &after[peak][i];

		cr_assert_eq(entries[i].change.bytes, (int64_t)(to->bytes - from->bytes));
		cr_assert_eq(entries[i].change.blocks, (int64_t)(to->blocks - from->blocks));
		cr_assert_eq(entries[i].to_peak.bytes, (int64_t)(high->bytes - from->bytes),
			     "events %zu to %zu, peak after %zu, path %zu", begin, end, peak, i);
		cr_assert_eq(entries[i].to_peak.blocks, (int64_t)(high->blocks - from->blocks));
		cr_assert_eq(entries[i].allocations, to->allocations - from->allocations);
		cr_assert_eq(entries[i].allocated_bytes, to->allocated_bytes - from->allocated_bytes);
	}
}

static void expect_timeline(const struct timeline *timeline, size_t events)
{
	size_t begin = 0;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct interval *interval = &timeline->list[i];

		expect_interval(interval, begin, begin + interval->events);
		cr_assert_eq(interval->begin_ns, i == 0 ? 0 : timeline->list[i - 1].end_ns);
		begin += interval->events;
		cr_assert_eq(interval->pinned, pins[begin], "behind %zu events", begin);
	}
	cr_assert_eq(begin, events);
	/* No pin was lost on the way. */
	for (size_t i = 1, at = 0, event = 0; i <= events; i++) {
		if (!pins[i])
			continue;
		while (at < timeline->count && event < i)
			event += timeline->list[at++].events;
		cr_assert_eq(event, i, "the boundary behind %zu events is gone", i);
	}
}

static void expect_peak(size_t events)
{
	size_t peak = highest_between(0, events);

	cr_assert_eq(figures.totals.peak_bytes, heap_after[peak]);
	if (heap_after[peak] > 0 && figures.totals.peak_event > 0)
		cr_assert_eq(figures.totals.peak_event + 1, peak);
	for (uint32_t i = 1; i < PATHS; i++) {
		struct model_node node = figures_node(&figures, i, i);

		cr_assert_eq(node.peak_bytes, after[peak][i].bytes, "path %u at the peak, after %zu", i,
			     peak);
		cr_assert_eq(node.peak_blocks, after[peak][i].blocks);
		cr_assert_eq(node.live_bytes, after[events][i].bytes);
	}
}

/* ---- recording ----------------------------------------------------------------------------------------- */

static void begin_recording(uint64_t seed, uint64_t sample_bytes)
{
	random_state = seed;
	live_count = 0;
	memset(pins, 0, sizeof(pins));
	figures = (struct figures){.totals.sample_bytes = sample_bytes};
	intervals = (struct intervals){.length_ns = STEP_NS, .bytes_most = INTERVALS_BYTES_LEAST};
}

static void end_recording(void)
{
	figures_finish(&figures);
	intervals_finish(&intervals);
}

static void record(size_t from, size_t to, uint32_t close_one_in, uint32_t pin_one_in)
{
	for (size_t i = from; i < to; i++) {
		one_event(i);
		bool pin = random_below(pin_one_in) == 0;

		if (!pin && random_below(close_one_in) != 0)
			continue;
		cr_assert_eq(intervals_close(&intervals, &figures, (i + 1) * STEP_NS + 1, pin), 0);
		pins[i + 1] = pin;
	}
}

/* By node: another order than that of numbers. */
static uint32_t node_of(uint32_t number)
{
	return number == 0 ? 998 : (number - 1) * 7 % 997;
}

static void expect_same_after_writing(size_t events)
{
	uint32_t nodes[PATHS], numbers[1000] = {0};
	struct buffer bytes = {0};
	struct timeline read = {0};

	for (uint32_t i = 0; i < PATHS; i++)
		numbers[nodes[i] = node_of(i)] = i;
	cr_assert_eq(timeline_encode(&intervals.timeline, nodes, PATHS, &bytes), 0);
	cr_assert_eq(timeline_decode(&read, bytes.data, bytes.length, 1000), 0);
	cr_assert_eq(timeline_renumber(&read, numbers, 1000), 0);
	expect_timeline(&read, events);
	timeline_finish(&read);
	buffer_finish(&bytes);
}

Test(intervals, are_those_of_an_oracle_down_to_one)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		begin_recording(seed, seed % 3 == 0 ? 300 : 0);
		record(0, EVENTS, seed % 2 ? 5 : 100, seed > 3 ? 200 : 1000000);
		cr_assert_eq(intervals_settle(&intervals, &figures, (EVENTS + 1) * STEP_NS), 0);
		cr_assert_lt(timeline_loose(&intervals.timeline), INTERVALS_MOST);
		expect_peak(EVENTS);
		for (size_t count = 0; count != intervals.timeline.count;) {
			count = intervals.timeline.count;
			expect_timeline(&intervals.timeline, EVENTS);
			expect_same_after_writing(EVENTS);
			cr_assert_eq(timeline_thin(&intervals.timeline, UINT64_MAX), 0);
		}
		cr_assert(seed > 3 || intervals.timeline.count == 1);
		end_recording();
	}
}

/* As a drainer that was killed goes on from what it wrote. */
Test(intervals, go_on_from_what_was_written)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct timeline written = {0};
		uint32_t numbers[PATHS];
		struct buffer bytes = {0};
		size_t half = EVENTS / 2;

		begin_recording(seed, 0);
		record(0, half, 50, 300);
		cr_assert_eq(intervals_settle(&intervals, &figures, (half + 1) * STEP_NS), 0);
		for (uint32_t i = 0; i < PATHS; i++)
			numbers[i] = i;
		cr_assert_eq(timeline_encode(&intervals.timeline, numbers, PATHS, &bytes), 0);
		cr_assert_eq(timeline_decode(&written, bytes.data, bytes.length, PATHS), 0);
		intervals_finish(&intervals);
		intervals = (struct intervals){.length_ns = STEP_NS, .bytes_most = INTERVALS_BYTES_LEAST};
		cr_assert_eq(intervals_restore(&intervals, &figures, &written), 0);
		intervals_go_on(&intervals, &figures);
		record(half, EVENTS, 50, 300);
		cr_assert_eq(intervals_settle(&intervals, &figures, (EVENTS + 1) * STEP_NS), 0);
		expect_timeline(&intervals.timeline, EVENTS);
		expect_peak(EVENTS);
		buffer_finish(&bytes);
		end_recording();
	}
}

/* What nothing happens in is no interval; a mark there is at the boundary before. */
Test(intervals, marks_where_nothing_happens_have_the_boundary_before)
{
	begin_recording(1, 0);
	cr_assert_eq(intervals_close(&intervals, &figures, 1, true), 0);
	cr_assert_eq(intervals.timeline.count, 0);
	record(0, 10, 1000000, 1000000);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(intervals_close(&intervals, &figures, 20 * STEP_NS, i > 0), 0);
	cr_assert_eq(intervals.timeline.count, 1);
	cr_assert_eq(intervals.pinned, 1);
	cr_assert(intervals.timeline.list[0].pinned);
	end_recording();
}

/* A program that waits: the heap stays as it was, and rises when it goes on. */
Test(intervals, idle_times_are_intervals_of_their_own)
{
	const struct interval *list;

	begin_recording(1, 0);
	cr_assert_eq(intervals_idle(&intervals, &figures, 0, 3 * STEP_NS), 0);
	record(0, 100, 1000000, 1000000);
	cr_assert_not(intervals_idle_is_long(&intervals, 100 * STEP_NS, 100 * STEP_NS + STEP_NS / 2));
	cr_assert(intervals_idle_is_long(&intervals, 100 * STEP_NS, 200 * STEP_NS));
	cr_assert_eq(intervals_idle(&intervals, &figures, 100 * STEP_NS, 200 * STEP_NS), 0);
	record(100, 150, 1000000, 1000000);
	cr_assert_eq(intervals_settle(&intervals, &figures, 250 * STEP_NS), 0);
	list = intervals.timeline.list;
	cr_assert_eq(intervals.timeline.count, 4);
	cr_assert(list[0].events == 0 && list[0].end_ns == 3 * STEP_NS);
	cr_assert(list[2].events == 0 && list[2].begin_ns == 100 * STEP_NS &&
		  list[2].end_ns == 200 * STEP_NS);
	cr_assert(list[2].change.bytes == 0 && list[2].entry_count == 0);
	expect_peak(150);
	expect_same_after_writing(150);
	cr_assert_eq(timeline_thin(&intervals.timeline, UINT64_MAX), 0);
	expect_timeline(&intervals.timeline, 150);
	end_recording();
}

/* Whatever bytes there are, they are refused or make sense. */
Test(intervals, damage_is_refused)
{
	struct buffer bytes = {0};
	uint32_t nodes[PATHS];

	begin_recording(5, 0);
	record(0, EVENTS, 300, 1000);
	cr_assert_eq(intervals_settle(&intervals, &figures, (EVENTS + 1) * STEP_NS), 0);
	for (uint32_t i = 0; i < PATHS; i++)
		nodes[i] = i;
	cr_assert_eq(timeline_encode(&intervals.timeline, nodes, PATHS, &bytes), 0);
	for (size_t i = 0; i < 2000; i++) {
		struct timeline read = {0};
		size_t at = random_below((uint32_t)bytes.length), length = bytes.length;
		uint8_t was = bytes.data[at];

		if (i % 2)
			length = at;
		else
			bytes.data[at] ^= (uint8_t)(1u << random_below(8));
		int error = timeline_decode(&read, bytes.data, length, PATHS);
		cr_assert(i % 2 ? error == -EBADMSG : error == 0 || error == -EBADMSG);
		timeline_finish(&read);
		bytes.data[at] = was;
	}
	buffer_finish(&bytes);
	end_recording();
}
