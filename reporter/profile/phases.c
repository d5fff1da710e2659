/*
 * phases.c - from notes to phases: which one ends which.  See phases.h; what they came to is
 * phase_figures.c's.
 */
#include "profile/phases.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/strings.h"
#include "profile/private.h"
#include "trace/format.h"

#include <stdlib.h>
#include <string.h>

/* The innermost phase of a name, or of a name in a thread. */
struct innermost {
	size_t phase; /* its index + 1; 0: there is none */
	/* Of a name in any thread: */
	size_t kind;
	uint32_t seen; /* phases and marks so far */
};

/* Each phase knows the next outer one of its name, and of its name and thread; those that have ended are
 * taken out when they are met. */
struct pairing {
	struct profile *profile;
	struct phase *phases;
	size_t count, kinds, *outer, *outer_in_thread;
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
	struct innermost *any = innermost_of(pairing, name, ANY_THREAD);

	if (any->kind == 0)
		any->kind = ++pairing->kinds;
	pairing->phases[index] = (struct phase){
		.name = trace_label(pairing->profile->trace, note->values[0]),
		.kind = any->kind,
		.number = ++any->seen,
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

const struct phase *phases_list(struct profile *profile, size_t *count)
{
	if (!profile->phases) {
		profile->phase_count = count_phases(profile->info);
		profile->phases = find_phases(profile, profile->phase_count);
	}
	*count = profile->phase_count;
	return profile->phases;
}
