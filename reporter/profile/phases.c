/*
 * phases.c - see phases.h.
 *
 * One pass over the events, O(1) each however many phases have begun: sums are differences of running ones,
 * and peaks.h has the greatest heap since each beginning.
 */
#include "profile/phases.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/strings.h"
#include "profile/peaks.h"
#include "profile/private.h"
#include "trace/format.h"

#include <stdlib.h>
#include <string.h>

/* ---- from notes to phases ---------------------------------------------------------------- */

/* The innermost phase of a name, or of a name in a thread: its index + 1; 0: there is none. */
struct innermost {
	size_t phase;
};

/* Each phase knows the next outer one of its name, and of its name and thread; those that have ended are
 * taken out when they are met. */
struct pairing {
	struct profile *profile;
	struct phase *phases;
	size_t count, *outer, *outer_in_thread;
	uint64_t event; /* how many came before the note; notes are in the order of events, or taken to be */
	struct map known;
	struct strings names;
	struct pool pool;
};

#define ANY_THREAD UINT64_MAX

static struct innermost *innermost_of(struct pairing *pairing, const char *name, uint64_t thread)
{
	struct innermost *found = map_get(&pairing->known, (uintptr_t)name, thread);

	if (!found) {
		found = pool_alloc(&pairing->pool, sizeof(*found));
		map_put(&pairing->known, (uintptr_t)name, thread, found);
	}
	return found;
}

static struct phase *innermost_begun(const struct pairing *pairing, struct innermost *innermost,
				     const size_t *outer)
{
	while (innermost->phase > 0 && !pairing->phases[innermost->phase - 1].unended)
		innermost->phase = outer[innermost->phase - 1];
	return innermost->phase > 0 ? &pairing->phases[innermost->phase - 1] : NULL;
}

static void begin(struct pairing *pairing, const struct trace_note *note, const char *name)
{
	const struct trace_info *info = pairing->profile->info;
	bool mark = note->kind == NOTE_MARK;
	size_t index = pairing->count++;

	pairing->phases[index] = (struct phase){
		.name = trace_label(pairing->profile->trace, note->values[0]),
		.mark = mark,
		.unended = !mark,
		.begin_ns = note->time_ns,
		.duration_ns =
			mark || info->duration_ns < note->time_ns ? 0 : info->duration_ns - note->time_ns,
		.begin_event = pairing->event,
		.end_event = mark ? pairing->event : UINT64_MAX,
	};
	if (mark)
		return;
	struct innermost *any = innermost_of(pairing, name, ANY_THREAD);
	struct innermost *own = innermost_of(pairing, name, note->thread);
	pairing->outer[index] = any->phase;
	pairing->outer_in_thread[index] = own->phase;
	any->phase = own->phase = index + 1;
}

/* The innermost one of that name and thread that has not ended: another thread's, if its own has none. */
static void end(struct pairing *pairing, const struct trace_note *note, const char *name)
{
	struct phase *phase =
		innermost_begun(pairing, innermost_of(pairing, name, note->thread), pairing->outer_in_thread);

	if (!phase)
		phase = innermost_begun(pairing, innermost_of(pairing, name, ANY_THREAD), pairing->outer);
	if (!phase)
		return;
	phase->unended = false;
	phase->end_event = pairing->event;
	phase->duration_ns = note->time_ns > phase->begin_ns ? note->time_ns - phase->begin_ns : 0;
}

static bool is_phase(const struct trace_note *note)
{
	return note->value_count > 0 && (note->kind == NOTE_MARK || note->kind == NOTE_BEGIN);
}

static size_t count_phases(const struct trace_info *info)
{
	size_t count = 0;

	for (size_t i = 0; i < info->note_count; i++)
		count += is_phase(&info->notes[i]);
	return count;
}

static struct phase *find_phases(struct profile *profile, size_t count)
{
	const struct trace_info *info = profile->info;
	struct pairing pairing = {.profile = profile,
				  .phases = pool_alloc(&profile->pool, (count + 1) * sizeof(struct phase)),
				  .outer = memory_zeroed(count, sizeof(size_t)),
				  .outer_in_thread = memory_zeroed(count, sizeof(size_t))};

	strings_init(&pairing.names);
	for (size_t i = 0; i < info->note_count; i++) {
		const struct trace_note *note = &info->notes[i];

		if (!is_phase(note) && (note->kind != NOTE_END || note->value_count == 0))
			continue;
		const char *name =
			strings_intern(&pairing.names, trace_label(profile->trace, note->values[0]));
		if (note->events_before > pairing.event)
			pairing.event = note->events_before;
		if (is_phase(note))
			begin(&pairing, note, name);
		else
			end(&pairing, note, name);
	}
	strings_finish(&pairing.names);
	map_finish(&pairing.known);
	pool_finish(&pairing.pool);
	free(pairing.outer);
	free(pairing.outer_in_thread);
	return pairing.phases;
}

/* ---- the heap meanwhile -------------------------------------------------------------------- */

struct watch {
	struct phase *phases;
	struct phase **by_end;
	size_t count, begun, ended;
	struct peaks peaks;
	uint64_t sample_bytes, events, live_bytes, allocations, allocated_bytes;
};

static void begin_watching(struct watch *watch, struct phase *phase)
{
	peaks_begin(&watch->peaks, watch->live_bytes);
	phase->begin_bytes = watch->live_bytes;
	phase->allocations = watch->allocations;
	phase->allocated_bytes = watch->allocated_bytes;
}

static void end_watching(const struct watch *watch, struct phase *phase)
{
	phase->end_bytes = watch->live_bytes;
	phase->peak_bytes = peaks_since(&watch->peaks, (size_t)(phase - watch->phases));
	phase->allocations = weight_blocks(watch->allocations - phase->allocations, watch->sample_bytes);
	phase->allocated_bytes = watch->allocated_bytes - phase->allocated_bytes;
	phase->measured = true;
}

/* Whatever begins or ends before event `until`. */
static void catch_up(struct watch *watch, uint64_t until)
{
	while (watch->begun < watch->count && watch->phases[watch->begun].begin_event <= until)
		begin_watching(watch, &watch->phases[watch->begun++]);
	while (watch->ended < watch->count && watch->by_end[watch->ended]->end_event <= until)
		end_watching(watch, watch->by_end[watch->ended++]);
}

static void see(struct watch *watch, const struct trace_event *event)
{
	struct weight weight = {0};

	if (event->type != EVENT_STRAY_FREE)
		weight = weight_of(event->size_bytes, watch->sample_bytes);
	if (event->type == EVENT_ALLOC) {
		watch->live_bytes += weight.bytes;
		watch->allocations += weight.blocks;
		watch->allocated_bytes += weight.bytes;
	} else {
		watch->live_bytes -= weight.bytes;
	}
	peaks_see(&watch->peaks, watch->live_bytes);
	watch->events++;
}

static int watch_events(void *context, const struct trace_event *events, size_t count)
{
	struct watch *watch = context;

	for (size_t i = 0; i < count; i++) {
		catch_up(watch, watch->events);
		see(watch, &events[i]);
	}
	return 0;
}

static int by_end(const void *left, const void *right)
{
	const struct phase *a = *(struct phase *const *)left, *b = *(struct phase *const *)right;

	return a->end_event < b->end_event ? -1 : a->end_event > b->end_event;
}

static void measure(struct profile *profile, struct phase *phases, size_t count)
{
	struct watch watch = {.phases = phases,
			      .count = count,
			      .by_end = memory_zeroed(count, sizeof(struct phase *)),
			      .sample_bytes = profile->info->sample_bytes};
	struct diagnostic ignored;

	for (size_t i = 0; i < count; i++)
		watch.by_end[i] = &phases[i];
	qsort(watch.by_end, count, sizeof(*watch.by_end), by_end);
	if (trace_replay(profile->trace, watch_events, &watch, &ignored) == 0)
		catch_up(&watch, UINT64_MAX);
	peaks_finish(&watch.peaks);
	free(watch.by_end);
}

const struct phase *profile_phases(struct profile *profile, size_t *count)
{
	struct phase *phases;

	*count = count_phases(profile->info);
	if (*count == 0)
		return NULL;
	phases = find_phases(profile, *count);
	if (!profile->info->aggregate)
		measure(profile, phases, *count);
	return phases;
}
