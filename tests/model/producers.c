/*
 * producers.c - the recorded threads of a run: each event goes the way that it goes in malloc.
 *
 * Where there is a clock, they build on each other's events, and one may pause the recording.
 */
#include "producers.h"

#include "judge.h"

#include "record/ordinary.h" /* which faults.py puts beside a copy of this */
#include "preload/record/recorder.h"
#include "preload/record/thread.h"

#include <string.h>

static uint32_t knows[PRODUCERS_MAX][PRODUCERS_MAX]; /* main events that one may depend on, of each */
static uint32_t handled[PRODUCERS_MAX];              /* side events of its own */

void producers_reset(void)
{
	memset(knows, 0, sizeof knows);
	memset(handled, 0, sizeof handled);
}

/* ---- events ------------------------------------------------------------------------- */

static uint64_t size_of(unsigned producer, uint32_t ordinal)
{
	uint64_t size_bytes = event_is_odd(ordinal) ? RECORD_SIZE_MAX + 1 : 0;

	for (unsigned i = 0; i < PRODUCERS_MAX; i++)
		size_bytes |= (uint64_t)knows[producer][i] << i * EVENT_NEEDS_BITS;
	return size_bytes | (uint64_t)handled[producer] << EVENT_NEEDS_SIDE * EVENT_NEEDS_BITS;
}

/* As malloc in preload/hooks/interpose.c does it, but that a call path is not looked for in earnest. */
static void record_new(const void *block, uint64_t size_bytes)
{
	const struct unwind_start here = {0};

	if (!ordinary_event(RECORD_ALLOC, &here, block, size_bytes))
		recorder_allocated(NULL, block, size_bytes);
}

static void make_event(unsigned producer, enum stream stream)
{
	uint32_t ordinal = ++world.made[producer][stream];
	uint64_t reading = world.last_reading[producer];

	record_new((void *)(uintptr_t)event_address(producer, stream, ordinal), size_of(producer, ordinal));
	if (stream == MAIN)
		knows[producer][producer] = ordinal;
	else
		handled[producer] = ordinal;
	if (world.setup->clock && stream == MAIN)
		judge_stamp(thread_self->last_stamp, reading);
}

/* ---- threads ------------------------------------------------------------------------ */

/* The next event depends on what others have told of, as when it frees their blocks. */
static void listen(unsigned task)
{
	for (unsigned i = 0; i < world.setup->producers; i++)
		if (i != task)
			knows[task][i] = world_told(i);
}

static void pause_before_last(unsigned task, unsigned event)
{
	if (!world.setup->pauses || task != 1 || event + 1 != world.setup->events)
		return;
	world.pausing = true;
	recorder_pause();
}

void producers_run(unsigned task)
{
	for (unsigned i = 0; i < world.setup->events; i++) {
		uint64_t state = memory_mix(world.last_reading[task], i);
		if (thread_self)
			schedule_at(memory_mix_words(state, thread_self, sizeof *thread_self));
		if (world_threads_talk())
			listen(task);
		pause_before_last(task, i);
		make_event(task, MAIN);
		if (world_threads_talk())
			world_tell(task, knows[task][task]);
	}
	if (world.setup->leaves)
		thread_end();
}

void producers_handle_signal(unsigned task)
{
	world.handling[task] = true;
	/* A thread that is not there yet has no place to put it. */
	for (unsigned i = 0; thread_self && thread_self->session && (i == 0 || i < world.setup->burst); i++)
		make_event(task, SIDE);
	world.handling[task] = false;
}
