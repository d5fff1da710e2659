/*
 * rounds.c - see rounds.h.
 */
#include "drain/rounds.h"

#include "drain/express_run.h"

#include <string.h>

/* ---- what a round is ----------------------------------------------------- */

/* Whether one record says what the other does, whenever. */
static bool round_same(const struct session_record *a, const struct session_record *b)
{
	return a->w0 == b->w0 && ((a->w1 ^ b->w1) & ((UINT64_C(1) << RECORD_NODE_BITS) - 1)) == 0;
}

static bool is_repeated(const struct session_record *records, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		if (!round_same(&records[i], &records[i + length]))
			return false;
	}
	return true;
}

uint32_t round_length(const struct session_record *records, size_t count)
{
	uint64_t first = records[0].w0;
	for (uint32_t length = 2; length <= ROUND_MOST && 2 * (size_t)length <= count; length++) {
		if (records[length].w0 == first && is_repeated(records, length))
			return length;
	}
	return 0;
}

/* Whether the step begins a block that its round does not end. */
static bool round_outlives(const struct round *round, uint32_t step)
{
	const struct round_step *steps = round->steps;
	if (!steps[step].begins)
		return false;
	for (uint32_t later = step + 1; later < round->count; later++) {
		if (steps[later].key == steps[step].key)
			return false;
	}
	return true;
}

/* ---- many at once -------------------------------------------------------- */

/* How many whole rounds of this length lie ahead, that may be taken and are of one step, and the last one's
 * stamp. */
static uint32_t rounds_ahead(const struct run *run, uint32_t length, uint64_t *last)
{
	uint64_t stamp = queue_stamp(record_stamp(run->record), run->stamp), end = end_of_step(run, stamp);
	uint32_t rounds = 0, taken = 0;
	*last = stamp;
	if (end > run->last_stamp)
		end = run->last_stamp;
	for (const struct session_record *at = run->record; at < run->there; at++) {
		if (at >= run->record + length && !round_same(at, at - length))
			break;
		stamp = queue_stamp(record_stamp(at), stamp);
		if (stamp > end)
			break;
		if (++taken < length)
			continue;
		*last = stamp;
		rounds++;
		taken = 0;
	}
	return rounds;
}

static bool take_one_by_one(struct run *run, uint32_t length, struct round *lesson)
{
	const struct session_record *end = run->record + length;
	round_begin(lesson);
	while (run->record < end) {
		if (!take_next(run, lesson))
			return false;
	}
	return run->record == end;
}

/* What the encoder has of the block of events. */
struct written {
	size_t lengths[EVENTS_COLUMNS];
	uint32_t operations;
};

/* NULL: there is none. */
static struct written written_now(const struct events_encoder *encoder)
{
	struct written now = {.operations = encoder ? encoder->dictionary.count : 0};
	for (size_t i = 0; encoder && i < EVENTS_COLUMNS; i++)
		now.lengths[i] = encoder->columns[i].length;
	return now;
}

/* What was written since, so many times more.  Room was made for all of the run's. */
static void write_again(struct events_encoder *encoder, const struct written *since,
			const struct round *round, uint32_t times)
{
	for (size_t i = 0; i < EVENTS_COLUMNS; i++) {
		struct buffer *column = &encoder->columns[i];
		size_t bytes = column->length - since->lengths[i];
		for (uint32_t n = 0; bytes > 0 && n < times; n++) {
			memcpy(column->data + column->length, column->data + column->length - bytes, bytes);
			column->length += bytes;
		}
	}
	encoder->count += (uint64_t)round->count * times;
	encoder->allocations += (uint64_t)round->allocations * times;
}

static void count_step_again(struct run *run, const struct round_step *step, uint32_t times)
{
	const struct figures_place at = {.node = step->node,
					 .thread = run->thread,
					 .number = step->number,
					 .kind = step->begins ? step->kind : run->kind_thread,
					 .by = run->by};
	const struct figures_block block = {.size_bytes = step->size_bytes,
					    .lived_ns = step->lived_ns,
					    .origin = step->origin,
					    .kind = step->kind,
					    .lifetime = step->lifetime,
					    .temporary = step->temporary,
					    .collected = step->collected};
	if (step->begins)
		figures_begin_again(run->figures, &at, step->size_bytes, times);
	else
		figures_end_again(run->figures, &at, &block, times);
}

/* The last round's blocks that live are so many allocations younger. */
static void renumber(struct run *run, const struct round *round, uint64_t allocations)
{
	struct livemap_spot spot;
	if (run->has_newest)
		run->newest.block += allocations;
	for (uint32_t i = 0; i < round->count; i++) {
		if (!round_outlives(round, i) || (run->has_newest && run->newest.key == round->steps[i].key))
			continue;
		struct livemap_row *row = row_find(run->map, round->steps[i].key, &spot);
		if (row)
			row_set_ordinal(row, row_ordinal(row) + allocations);
	}
}

static void take_again(struct run *run, const struct round *round, uint32_t times)
{
	uint64_t allocations = (uint64_t)round->allocations * times;
	uint32_t nodes[ROUND_MOST];
	for (uint32_t i = 0; i < round->count; i++) {
		count_step_again(run, &round->steps[i], times);
		nodes[i] = round->steps[i].node;
	}
	moves_again(&run->figures->moves, run->thread, nodes, round->count, times);
	renumber(run, round, allocations);
	run->drain->batch.allocations += allocations;
	*run->last_alloc += allocations;
	run->drain->ledger.totals.allocated_bytes += round->allocated_bytes * times;
	run->record += (size_t)round->count * times;
}

bool rounds_take(struct run *run, uint32_t length)
{
	uint64_t last;
	struct round lesson;
	uint32_t rounds = rounds_ahead(run, length, &last);
	if (rounds < 2 || (rounds - 2) * length < ROUNDS_WORTH)
		return false;
	const struct written before = written_now(run->encoder);
	if (!take_one_by_one(run, length, &lesson))
		return false;
	const struct written since = written_now(run->encoder);
	/* With new operations the next round might be told in other words. */
	if (!take_one_by_one(run, length, &lesson) ||
	    written_now(run->encoder).operations != before.operations)
		return false;
	if (run->encoder)
		write_again(run->encoder, &since, &lesson, rounds - 2);
	take_again(run, &lesson, rounds - 2);
	set_time(run, last);
	return true;
}
