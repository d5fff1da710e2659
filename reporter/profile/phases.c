/*
 * phases.c - see phases.h.
 *
 * One pass over the events: phases that have begun and not ended are few at a time, and each looks at the
 * heap as every event leaves it.
 */
#include "profile/phases.h"

#include "base/memory.h"
#include "profile/private.h"
#include "trace/format.h"

#include <stdlib.h>
#include <string.h>

/* ---- from notes to phases ---------------------------------------------------------------- */

static bool is_phase(const struct trace_note *note)
{
	return note->value_count > 0 && (note->kind == NOTE_MARK || note->kind == NOTE_BEGIN);
}

static struct phase begun(const struct profile *profile, const struct trace_note *note)
{
	bool mark = note->kind == NOTE_MARK;

	return (struct phase){
		.name = trace_label(profile->trace, note->values[0]),
		.mark = mark,
		.unended = !mark,
		.begin_ns = note->time_ns,
		.duration_ns = mark || profile->info->duration_ns < note->time_ns
				       ? 0
				       : profile->info->duration_ns - note->time_ns,
		.begin_event = note->events_before,
		.end_event = mark ? note->events_before : UINT64_MAX,
	};
}

/* The innermost one of that name and thread that has not ended: another thread's, if its own has none. */
static struct phase *find_begun(struct phase *phases, const uint32_t *threads, size_t count, const char *name,
				uint32_t thread)
{
	struct phase *other = NULL;

	for (size_t i = count; i > 0; i--) {
		if (!phases[i - 1].unended || strcmp(phases[i - 1].name, name) != 0)
			continue;
		if (threads[i - 1] == thread)
			return &phases[i - 1];
		other = other ? other : &phases[i - 1];
	}
	return other;
}

static void end(struct phase *phase, const struct trace_note *note)
{
	if (!phase)
		return;
	phase->unended = false;
	phase->end_event = note->events_before;
	phase->duration_ns = note->time_ns > phase->begin_ns ? note->time_ns - phase->begin_ns : 0;
}

static size_t count_phases(const struct trace_info *info)
{
	size_t count = 0;

	for (size_t i = 0; i < info->note_count; i++)
		count += is_phase(&info->notes[i]);
	return count;
}

/* Notes are in the order of events. */
static struct phase *find_phases(struct profile *profile, size_t count)
{
	const struct trace_info *info = profile->info;
	struct phase *phases = pool_alloc(&profile->pool, (count + 1) * sizeof(*phases));
	uint32_t *threads = memory_zeroed(count, sizeof(*threads));
	size_t used = 0;

	for (size_t i = 0; i < info->note_count; i++) {
		const struct trace_note *note = &info->notes[i];

		if (is_phase(note)) {
			threads[used] = note->thread;
			phases[used++] = begun(profile, note);
		} else if (note->kind == NOTE_END && note->value_count > 0) {
			end(find_begun(phases, threads, used, trace_label(profile->trace, note->values[0]),
				       note->thread),
			    note);
		}
	}
	free(threads);
	return phases;
}

/* ---- the heap meanwhile -------------------------------------------------------------------- */

struct watch {
	struct phase *phases;
	size_t count, next; /* the next one to begin */
	struct phase **running;
	size_t running_count;
	uint64_t sample_bytes, events, live_bytes;
};

static void finish(struct watch *watch, struct phase *phase)
{
	phase->end_bytes = watch->live_bytes;
	phase->measured = true;
	phase->allocations = weight_blocks(phase->allocations, watch->sample_bytes);
}

/* Before the next event: whatever ends or begins here. */
static void catch_up(struct watch *watch)
{
	size_t left = 0;

	for (; watch->next < watch->count && watch->phases[watch->next].begin_event <= watch->events;
	     watch->next++) {
		struct phase *phase = &watch->phases[watch->next];

		phase->begin_bytes = phase->peak_bytes = watch->live_bytes;
		watch->running[watch->running_count++] = phase;
	}
	for (size_t i = 0; i < watch->running_count; i++) {
		if (watch->running[i]->end_event <= watch->events)
			finish(watch, watch->running[i]);
		else
			watch->running[left++] = watch->running[i];
	}
	watch->running_count = left;
}

static void see(struct watch *watch, const struct trace_event *event)
{
	struct weight weight = {0};

	if (event->type != EVENT_STRAY_FREE)
		weight = weight_of(event->size_bytes, watch->sample_bytes);
	if (event->type == EVENT_ALLOC)
		watch->live_bytes += weight.bytes;
	else
		watch->live_bytes -= weight.bytes;
	for (size_t i = 0; i < watch->running_count; i++) {
		struct phase *phase = watch->running[i];

		if (event->type == EVENT_ALLOC) {
			phase->allocations += weight.blocks;
			phase->allocated_bytes += weight.bytes;
		}
		if (watch->live_bytes > phase->peak_bytes)
			phase->peak_bytes = watch->live_bytes;
	}
	watch->events++;
}

static int watch_events(void *context, const struct trace_event *events, size_t count)
{
	struct watch *watch = context;

	for (size_t i = 0; i < count; i++) {
		catch_up(watch);
		see(watch, &events[i]);
	}
	return 0;
}

static void measure(struct profile *profile, struct phase *phases, size_t count)
{
	struct watch watch = {.phases = phases,
			      .count = count,
			      .running = memory_zeroed(count, sizeof(struct phase *)),
			      .sample_bytes = profile->info->sample_bytes};
	struct diagnostic ignored;

	if (trace_replay(profile->trace, watch_events, &watch, &ignored) == 0) {
		catch_up(&watch);
		for (size_t i = 0; i < watch.running_count; i++)
			finish(&watch, watch.running[i]);
	}
	free(watch.running);
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
