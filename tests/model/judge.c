/*
 * judge.c - each event as it is taken, and the session as a run leaves it, against what was done.
 */
#include "judge.h"

#include "producers.h"

#include "drain/queue.h"

#include <string.h>

/* ---- events ------------------------------------------------------------------------- */

/* What was shown may be older than the thread's own last reading, but not by much. */
void judge_stamp(uint64_t stamp, uint64_t reading_before)
{
	if (stamp > world.now)
		schedule_fail("stamps with what is not yet");
	if (world.shown + CLOCK_AGE < reading_before && stamp <= reading_before)
		schedule_fail("stamps with what was long ago");
}

static bool is_pause(const struct queue_event *event)
{
	return event->type == RECORD_EXT && event->ext == EXT_PAUSE && world.setup->pauses;
}

static bool is_hidden(const struct queue_event *event)
{
	return event->type == RECORD_HIDDEN_ALLOC;
}

/* Who was the last to begin with the queue. */
static bool is_of(const struct queue *queue, unsigned producer)
{
	uint32_t tid =
		queue->thread_index == QUEUE_NO_THREAD ? queue->slot->claimed_tid : queue->thread_index;

	return tid == producer + 1;
}

/* Field by field as some producer's event of that ordinal is written. */
static bool is_whole(const struct queue_event *event, const struct queue *queue, unsigned producer,
		     enum stream stream, uint32_t ordinal)
{
	return (event->type == RECORD_ALLOC || is_hidden(event)) && producer < world.setup->producers &&
	       event->address == event_address(producer, stream, ordinal) &&
	       (event->size_bytes > RECORD_SIZE_MAX) == event_is_odd(ordinal) &&
	       event_needs(event->size_bytes, stream == MAIN ? producer : EVENT_NEEDS_SIDE) == ordinal - 1 &&
	       is_of(queue, producer);
}

/* Whether the second thread had paused before, for all that the event's own can know. */
static bool is_after_pause(unsigned producer, uint32_t ordinal, uint64_t size_bytes)
{
	return world.setup->pauses && (event_needs(size_bytes, 1) == world.setup->events ||
				       (producer == 1 && ordinal == world.setup->events));
}

static void check_causes(const struct figures *figures, unsigned producer, uint64_t size_bytes)
{
	for (unsigned i = 0; i < PRODUCERS_MAX; i++)
		if (figures->last[i][MAIN] < event_needs(size_bytes, i))
			schedule_fail("takes an event before one that it depends on");
	if (figures->last[producer][SIDE] < event_needs(size_bytes, EVENT_NEEDS_SIDE))
		schedule_fail("takes an event before a handler's that it depends on");
}

static void check_order(const struct figures *figures, unsigned producer, enum stream stream,
			uint32_t ordinal)
{
	uint32_t last = figures->last[producer][stream];

	if (ordinal > world.made[producer][stream])
		schedule_fail("takes what is not yet");
	if (ordinal <= last)
		schedule_fail("takes an event twice, or out of order");
	if (ordinal != last + 1 && !world.setup->may_lose)
		schedule_fail("misses an event");
}

void judge_event(struct figures *figures, const struct queue *queue, const struct queue_event *event)
{
	unsigned producer = event_producer(event->address);
	enum stream stream = event->side ? SIDE : MAIN;
	uint32_t ordinal = event_ordinal(event->address);

	if (is_pause(event))
		return;
	if (!is_whole(event, queue, producer, stream, ordinal))
		schedule_fail("takes what nobody wrote");
	if (is_hidden(event) ? !world.pausing : is_after_pause(producer, ordinal, event->size_bytes))
		schedule_fail("takes an event in a pause for another, or the other way round");
	if (world.setup->clock && event->stamp > world.now)
		schedule_fail("takes an event of the future");
	if (world.setup->clock)
		check_causes(figures, producer, event->size_bytes);
	check_order(figures, producer, stream, ordinal);
	figures->last[producer][stream] = ordinal;
	figures->count++;
}

/* ---- the end ------------------------------------------------------------------------ */

/* The low half of an atomic: nobody else is there any more. */
__attribute__((no_sanitize_thread)) static uint32_t final_value(const volatile void *at)
{
	uint32_t value;
	memcpy(&value, (const void *)(uintptr_t)at, sizeof value);
	return value;
}

/* No chunk is in two places; only a kill may lose one, or a slot with one. */
static void check_chunks(void)
{
	bool seen[CHUNKS_MAX + 1] = {false};
	uint32_t free = final_value(&world_session->free_chunks), count = 0;

	for (; free; free = final_value(&session_chunk(world_session, free - 1)->free_next)) {
		if (free > world.setup->chunks || seen[free])
			schedule_fail("leaves a chunk twice on the stack of free ones");
		seen[free] = true;
		count++;
	}
	uint32_t used = final_value(&world_session->chunks_used);
	/* A slot that was left keeps its last one. */
	uint32_t kept = world.setup->leaves ? final_value(&world_session->threads_used) : 0;
	if (count > used || count + 2 * world.setup->kills + kept < used)
		schedule_fail("leaves chunks that nobody has");
}

void judge_end(uint32_t committed)
{
	uint32_t made = 0, lost = final_value(&world_session->lost_events);

	for (unsigned i = 0; i < PRODUCERS_MAX; i++)
		lost += final_value(&session_thread(world_session, i)->lost_events);

	for (unsigned i = 0; i < world.setup->producers; i++) {
		made += world.made[i][MAIN] + world.made[i][SIDE];
		if (!schedule_ended(i))
			schedule_fail("waits for ever");
	}
	if (lost && !world.setup->may_lose)
		schedule_fail("gives up an event");
	if (committed + lost != made)
		schedule_fail("ends without all events");
	check_chunks();
}
