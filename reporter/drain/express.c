/*
 * express.c - see express.h.
 */
#include "drain/express.h"

#include "drain/express_run.h"
#include "drain/rounds.h"

#define LOOKAHEAD 16        /* records: far enough for memory to answer twice, */
#define SOON 8              /* and once */
#define LARGE_MAP 16384u    /* rows, which caches do not hold beside all else */
#define ROUNDS_SOON 32u     /* records until the next look for rounds */
#define ROUNDS_PATIENCE 16u /* such looks without any */
#define ROUNDS_LATER 256u   /* records until the next look then */

/* Asks memory for what records further on will want: the index's line, and later the row that it leads to. */
INLINE void look_ahead(const struct run *run)
{
	const struct session_record *coming = run->record + LOOKAHEAD, *soon = run->record + SOON;
	if (run->record >= run->seeing)
		return;
	row_prefetch_home(run->map, livemap_key(record_address(coming), false));
	if (run->map_is_large && record_type_of(soon) != RECORD_ALLOC)
		row_prefetch(run->map, livemap_key(record_address(soon), false));
}

static inline uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* Whether records of this queue mean what they say, without regard to others. */
static bool is_simple(const struct drain *drain, const struct queue *queue)
{
	const struct ledger *ledger = &drain->ledger;
	return ledger->figures && ledger->sample_bytes == 0 && ledger->waiting.count == 0 &&
	       queue->thread_index < ledger->last_alloc_count &&
	       queue->thread_index < ledger->figures->moves.thread_count && !drain->batch.error;
}

/* Sets up a run of at most so many records that change the map; false: none. */
static bool begin_run(struct run *run, struct drain *drain, struct queue *queue, uint32_t max)
{
	struct batch *batch = &drain->batch;
	uint32_t count;
	run->first = run->record = queue_records(queue, &count);
	run->seeing = run->record + (count > LOOKAHEAD ? count - LOOKAHEAD : 0);
	if (!batch->aggregate) {
		/* The block of events is not ended here. */
		count = least(count, EVENTS_BLOCK_EVENTS - 1 - events_encoder_pending(batch->encoder));
		run->encoder = batch->encoder;
		if (!events_quick_reserve(batch->encoder, count))
			return false;
	}
	run->there = run->record + count;
	run->end = run->record + least(count, max);
	run->allocations = batch->allocations;
	run->free_flags = queue->collections > 0 ? OPERATION_COLLECTED : 0;
	return count > 0;
}

/* What the queue, the batch and the ledger know once the run is over: figures have seen every block there is,
 * and each record was an event.  How many were taken. */
static uint32_t end_run(struct run *run, struct queue *queue)
{
	const struct model_totals *figures = &run->figures->totals;
	struct batch *batch = &run->drain->batch;
	struct cursor_totals *totals = &run->drain->ledger.totals;
	uint32_t taken = (uint32_t)(run->record - run->first);
	if (taken == 0)
		return 0;
	settle(run);
	tell_time(run, run->stamp);
	batch->events += taken;
	totals->frees += taken - (batch->allocations - run->allocations);
	totals->freed_bytes = totals->allocated_bytes - figures->live_bytes;
	/* Figures have that of the open interval. */
	if (figures->peak_bytes > totals->peak_bytes)
		totals->peak_bytes = figures->peak_bytes;
	run->drain->last_event_ns = run->time_ns;
	queue_take_records(queue, taken, run->stamp);
	return taken;
}

INLINE struct run run_of(struct drain *drain, struct queue *queue, uint64_t last_stamp)
{
	return (struct run){.drain = drain,
			    .map = drain->map,
			    .map_is_large = drain->map->live > LARGE_MAP,
			    .figures = drain->ledger.figures,
			    .begins = *events_encoder_begins(drain->batch.encoder),
			    .ends = drain->ledger.figures->free_numbers,
			    .last_alloc = &drain->ledger.last_alloc[queue->thread_index],
			    .last_stamp = last_stamp,
			    .stamp = queue->last_stamp,
			    .time_ns = drain->last_event_ns,
			    .thread = queue->thread_index,
			    .kind_thread = kind_of_thread(queue->thread_index),
			    .by = breakdown_thread(&drain->ledger.figures->breakdown, queue->thread_index)};
}

static uint32_t take_common(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t max)
{
	struct run run = run_of(drain, queue, last_stamp);
	if (!begin_run(&run, drain, queue, max))
		return 0;
	while (run.record < run.end) {
		look_ahead(&run);
		if (!take_next(&run, NULL))
			break;
	}
	return end_run(&run, queue);
}

/* How long the round is that begins with the queue's next record; 0: none is worth looking at. */
static uint32_t next_round(struct queue *queue, uint64_t last_stamp)
{
	uint32_t count;
	const struct session_record *records = queue_records(queue, &count);
	if (count <= ROUNDS_WORTH ||
	    queue_stamp(record_stamp(&records[ROUNDS_WORTH]), queue->last_stamp) > last_stamp)
		return 0;
	return round_length(records, count);
}

/* Takes rounds, if there are any, and counts them to `taken`; of what may change the map, to `max`, what was
 * taken one by one goes. */
static bool take_rounds(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t *max,
			uint32_t *taken)
{
	uint32_t length = next_round(queue, last_stamp);
	if (length == 0 || 2 * length > *max)
		return false;
	struct run run = run_of(drain, queue, last_stamp);
	if (!begin_run(&run, drain, queue, *max))
		return false;
	bool found = rounds_take(&run, length);
	uint32_t count = end_run(&run, queue);
	*max -= least(count, 2 * length);
	*taken += count;
	return found;
}

/* Records until the next look for rounds: to look takes a while, so where there are none it is done less
 * often. */
static uint32_t until_look(const struct drain *drain)
{
	uint32_t pause = drain->without_rounds < ROUNDS_PATIENCE ? ROUNDS_SOON : ROUNDS_LATER;
	return pause > drain->since_look ? pause - drain->since_look : 0;
}

static uint32_t take_any_rounds(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t *max)
{
	uint32_t taken = 0;
	drain->since_look = 0;
	drain->without_rounds++;
	while (take_rounds(drain, queue, last_stamp, max, &taken))
		drain->without_rounds = 0;
	return taken;
}

uint32_t express_take(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t max)
{
	uint32_t taken = 0, common, most;
	if (!is_simple(drain, queue))
		return 0;
	do {
		if (until_look(drain) == 0)
			taken += take_any_rounds(drain, queue, last_stamp, &max);
		most = least(max, until_look(drain));
		common = take_common(drain, queue, last_stamp, most);
		drain->since_look += common;
		taken += common;
		max -= common;
	} while (max > 0 && common == most);
	return taken;
}
