/*
 * test_phases.c - phases of random notes, against a model that asks each phase about every event.
 */
#include "profile/phases.h"

#include "profile/private.h"
#include "random.h"
#include "trace/format.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#define EVENTS 300u
#define NOTES 80u
#define NAMES 4u /* of which two are the same text */
#define THREADS 3u

/* ---- a recording ------------------------------------------------------------------------------ */

static struct trace_event events[EVENTS];
static struct trace_note notes[NOTES];
static uint64_t labels[NOTES];
static uint64_t live_after[EVENTS + 1]; /* events */

const char *trace_label(const struct trace *trace, uint64_t id)
{
	static const char texts[NAMES][8] = {"load", "sort", "load", "write"};

	(void)trace;
	return texts[id];
}

/* In two parts. */
int trace_replay(struct trace *trace, trace_events_fn *see, void *context, struct diagnostic *diagnostic)
{
	size_t part = random_below(EVENTS);
	int stop = see(context, events, part);

	(void)trace;
	(void)diagnostic;
	return stop ? stop : see(context, events + part, EVENTS - part);
}

/* Or a phase's figures would follow from that: see tests/e2e/test_time.py. */
int trace_timeline(struct trace *trace, const struct timeline **timeline, struct diagnostic *diagnostic)
{
	(void)trace, (void)diagnostic;
	*timeline = NULL;
	return 0;
}

void profile_collect_sites(struct profile *profile, bool all)
{
	(void)profile, (void)all;
	cr_assert(false, "nobody asks for sites");
}

static void make_recording(void)
{
	uint64_t live[EVENTS], before = 0;
	size_t live_count = 0;

	for (size_t i = 0; i < EVENTS; i++) {
		events[i] = (struct trace_event){.type = EVENT_ALLOC, .size_bytes = random_below(1000)};
		live_after[i + 1] = live_after[i] + events[i].size_bytes;
		if (live_count > 0 && random_below(2)) {
			size_t freed = random_below((uint32_t)live_count);

			events[i] = (struct trace_event){.type = EVENT_FREE, .size_bytes = live[freed]};
			live[freed] = live[--live_count];
			live_after[i + 1] = live_after[i] - events[i].size_bytes;
		} else {
			live[live_count++] = events[i].size_bytes;
		}
	}
	for (size_t i = 0; i < NOTES; i++) {
		before += random_below(2 * EVENTS / NOTES);
		labels[i] = random_below(NAMES);
		notes[i] = (struct trace_note){
			.events_before = before < EVENTS ? before : EVENTS,
			.time_ns = 10 * i,
			.thread = random_below(THREADS),
			.kind = random_below(8) == 0  ? NOTE_MARK
				: random_below(5) < 3 ? NOTE_BEGIN
						      : NOTE_END,
			.values = &labels[i],
			.value_count = 1,
		};
	}
}

/* ---- the model ---------------------------------------------------------------------------------- */

/* Which note ends a phase: each end takes the last that is open, of its own thread first. */
static void find_ends(size_t ended_by[NOTES])
{
	for (size_t i = 0; i < NOTES; i++)
		ended_by[i] = NOTES;
	for (size_t i = 0; i < NOTES; i++) {
		size_t other = NOTES, own = NOTES;

		if (notes[i].kind != NOTE_END)
			continue;
		for (size_t k = 0; k < i; k++) {
			if (notes[k].kind != NOTE_BEGIN || ended_by[k] != NOTES ||
			    strcmp(trace_label(NULL, labels[k]), trace_label(NULL, labels[i])) != 0)
				continue;
			other = k;
			own = notes[k].thread == notes[i].thread ? k : own;
		}
		if (own != NOTES || other != NOTES)
			ended_by[own != NOTES ? own : other] = i;
	}
}

static void expect_phase(const struct phase *phase, size_t begin, size_t end)
{
	uint64_t from = notes[begin].events_before, to = EVENTS, allocations = 0, allocated = 0, peak = 0;

	if (notes[begin].kind == NOTE_MARK)
		end = begin;
	if (end < NOTES)
		to = notes[end].events_before;
	for (uint64_t i = from; i <= to; i++)
		peak = live_after[i] > peak ? live_after[i] : peak;
	for (uint64_t i = from; i < to; i++)
		if (events[i].type == EVENT_ALLOC) {
			allocations++;
			allocated += events[i].size_bytes;
		}
	cr_assert_eq(phase->unended, end == NOTES, "ended: note %zu", begin);
	cr_assert_eq(phase->begin_ns, notes[begin].time_ns);
	cr_assert_eq(phase->begin_bytes, live_after[from], "begin of note %zu", begin);
	cr_assert_eq(phase->end_bytes, live_after[to], "end of note %zu", begin);
	cr_assert_eq(phase->peak_bytes, peak, "peak of note %zu: %" PRIu64 ", not %" PRIu64, begin,
		     phase->peak_bytes, peak);
	cr_assert_eq(phase->allocations, allocations, "allocations of note %zu", begin);
	cr_assert_eq(phase->allocated_bytes, allocated, "bytes of note %zu", begin);
	cr_assert(phase->measured);
}

static struct profile profile_with(const struct trace_info *info)
{
	return (struct profile){.info = info};
}

Test(phases, are_those_of_a_model)
{
	for (uint64_t seed = 1; seed <= 200; seed++) {
		const struct trace_info info = {
			.notes = notes, .note_count = NOTES, .duration_ns = 10 * NOTES};
		struct profile profile = profile_with(&info);
		size_t ended_by[NOTES], count, seen = 0;
		const struct phase *phases;

		random_state = seed;
		make_recording();
		find_ends(ended_by);
		phases = profile_phases(&profile, &count);
		for (size_t i = 0; i < NOTES; i++)
			if (notes[i].kind != NOTE_END)
				expect_phase(&phases[seen++], i, ended_by[i]);
		cr_assert_eq(count, seen);
		pool_finish(&profile.pool);
	}
}

/* A damaged file may say anything. */
Test(phases, notes_in_disorder_are_no_harm)
{
	for (uint64_t seed = 1; seed <= 50; seed++) {
		const struct trace_info info = {.notes = notes, .note_count = NOTES};
		struct profile profile = profile_with(&info);
		const struct phase *phases;
		size_t count;

		random_state = seed;
		make_recording();
		for (size_t i = 0; i < NOTES; i++)
			notes[i].events_before = random_below(4) ? random_below(2 * EVENTS) : random_bits();
		phases = profile_phases(&profile, &count);
		for (size_t i = 0; i < count; i++)
			cr_assert(phases[i].begin_event <= phases[i].end_event && phases[i].measured);
		pool_finish(&profile.pool);
	}
}
