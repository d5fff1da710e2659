/*
 * tally.c - see tally.h.
 */
#include "replay/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_OPERATION UINT32_MAX
#define CHECK_SPACING 16u /* events for each operation, from one check to the next */

struct tally_operation {
	uint64_t size_bytes;   /* of each block; open ones: 0 */
	uint64_t count, bytes; /* bytes: open ones' only */
	uint64_t peak_count,
		peak_bytes; /* the same two when the epoch's peak was reached, if epoch is the current one */
	uint64_t epoch;
	uint32_t node, origin; /* call paths */
	uint32_t type;
	bool ends;     /* a block, or else one begins */
	bool open;     /* its size stands with each event */
	bool declined; /* not counted here */
};

/* Of what an operation began. */
struct tally_left {
	uint64_t blocks, bytes;
};

void tally_finish(struct tally *tally)
{
	free(tally->operations);
	free(tally->left);
	moves_finish(&tally->moves);
	*tally = (struct tally){0};
}

/* ---- operations ---------------------------------------------------------- */

static struct tally_operation describe(const struct events_run *run, const struct events_operation *operation)
{
	uint32_t kind = operation->type & OPERATION_TYPE_MASK;
	bool alloc = kind == OPERATION_ALLOC;
	bool bound = kind == OPERATION_FREE && !(operation->type & OPERATION_LOOSE);
	const struct events_operation *origin = bound ? &run->operations[operation->origin] : operation;

	return (struct tally_operation){
		.size_bytes = origin->size_bytes,
		.node = operation->node,
		.origin = origin->node,
		.type = operation->type,
		.ends = !alloc,
		.open = !(origin->type & OPERATION_FIXED),
		.declined = !alloc && !bound,
	};
}

static bool grow(struct tally *tally, uint32_t operation_count)
{
	size_t capacity = (size_t)operation_count + operation_count / 2;
	void *operations = reallocarray(tally->operations, capacity, sizeof(*tally->operations));

	if (operations)
		tally->operations = operations;
	void *left = operations ? reallocarray(tally->left, capacity, sizeof(*tally->left)) : NULL;
	if (!left)
		return false;
	tally->left = left;
	tally->capacity = capacity < UINT32_MAX ? (uint32_t)capacity : UINT32_MAX;
	return true;
}

int tally_prepare(struct tally *tally, const struct events_run *run)
{
	if (run->operation_count > tally->capacity && !grow(tally, run->operation_count))
		return -ENOMEM;
	for (; tally->count < run->operation_count; tally->count++)
		tally->operations[tally->count] = describe(run, &run->operations[tally->count]);
	return moves_grow(&tally->moves, 0);
}

/* ---- events -------------------------------------------------------------- */

/* Figures' totals, as they stand within a run. */
struct hand {
	uint64_t live_bytes, live_blocks, peak_bytes, epoch;
	uint32_t last; /* operation of the thread's event before; NO_OPERATION: ask figures */
	uint32_t move; /* the tally's last, by number; 0: none yet */
};

static struct hand pick_up(const struct figures *figures)
{
	const struct model_totals *totals = &figures->totals;

	return (struct hand){totals->live_bytes, totals->live_blocks, totals->peak_bytes,
			     figures->epoch,     NO_OPERATION,        0};
}

static void put_down(const struct hand *hand, const struct tally *tally, struct figures *figures,
		     const struct events_run *run)
{
	struct model_totals *totals = &figures->totals;

	totals->live_bytes = hand->live_bytes;
	totals->live_blocks = hand->live_blocks;
	totals->peak_bytes = hand->peak_bytes;
	totals->events = run->before + (uint64_t)(run->next - run->first);
	figures->epoch = hand->epoch;
	if (hand->last != NO_OPERATION)
		figures->moves.threads[run->thread] = (struct moves_thread){
			.node = tally->operations[hand->last].node, .after_bytes = hand->live_bytes};
}

static inline void note_peak(struct hand *hand, struct figures *figures, const struct events_run *run)
{
	if (hand->live_bytes <= hand->peak_bytes)
		return;
	hand->peak_bytes = hand->live_bytes;
	hand->epoch++;
	figures->totals.peak_blocks = hand->live_blocks;
	figures->totals.peak_event = run->before + (uint64_t)(run->next - run->first);
}

/* What lived when the thread came here from its last operation; false: there is no memory for that. */
static inline bool note_move(struct tally *tally, struct hand *hand, uint32_t index)
{
	hand->move = moves_find(&tally->moves, hand->move, hand->last, index);
	if (!hand->move)
		return false;
	struct move *move = &tally->moves.moves[hand->move];
	move->count++;
	if (hand->live_bytes > move->exit_bytes)
		move->exit_bytes = hand->live_bytes;
	return true;
}

static inline void save_peak(struct tally_operation *operation, uint64_t epoch)
{
	if (operation->epoch == epoch)
		return;
	operation->epoch = epoch;
	operation->peak_count = operation->count;
	operation->peak_bytes = operation->bytes;
}

/* False: it ends more than there is. */
static inline bool count_event(struct tally_operation *operation, struct hand *hand, struct events_run *run)
{
	uint64_t size_bytes = operation->size_bytes;

	save_peak(operation, hand->epoch);
	operation->count++;
	if (operation->open) {
		size_bytes = varint_next(&run->sizes);
		operation->bytes += size_bytes;
	}
	if (!operation->ends) {
		hand->live_bytes += size_bytes;
		hand->live_blocks++;
		return true;
	}
	bool there = hand->live_bytes >= size_bytes && hand->live_blocks > 0;
	hand->live_bytes -= size_bytes;
	hand->live_blocks--;
	return there;
}

int tally_run(struct tally *tally, struct figures *figures, struct events_run *run)
{
	struct hand hand = pick_up(figures);
	int error = 0;

	for (; error == 0 && run->next < run->end; run->next++) {
		uint32_t index = *run->next;
		struct tally_operation *operation = &tally->operations[index];
		if (operation->declined)
			break;
		if (hand.last == NO_OPERATION)
			moves_event(&figures->moves, run->thread, operation->node, hand.live_bytes, 0);
		else if (hand.last != index && !note_move(tally, &hand, index))
			error = -ENOMEM;
		hand.last = index;
		if (!count_event(operation, &hand, run))
			error = -EBADMSG;
		note_peak(&hand, figures, run);
	}
	put_down(&hand, tally, figures, run);
	return error;
}

/* ---- checking ------------------------------------------------------------- */

/* An operation that ends blocks comes behind the one that began them. */
static bool fits(const struct tally *tally, const struct events_run *run, uint32_t index)
{
	const struct tally_operation *operation = &tally->operations[index];

	if (!operation->ends) {
		tally->left[index] = (struct tally_left){operation->count, operation->bytes};
		return true;
	}
	if (operation->declined || operation->count == 0)
		return true;
	struct tally_left *left = &tally->left[run->operations[index].origin];
	bool there = left->blocks >= operation->count && left->bytes >= operation->bytes;
	left->blocks -= operation->count;
	left->bytes -= operation->bytes;
	return there;
}

int tally_check(struct tally *tally, const struct events_run *run)
{
	uint64_t at = run->before + (uint64_t)(run->next - run->first);

	if (at - tally->checked_at < (uint64_t)CHECK_SPACING * tally->count)
		return 0;
	tally->checked_at = at;
	for (uint32_t i = 0; i < tally->count; i++)
		if (!fits(tally, run, i))
			return -EBADMSG;
	return 0;
}

/* ---- folding ------------------------------------------------------------- */

/* What the operation's events were to the call path whose blocks they began or ended. */
static void fold_blocks(struct tally_operation *operation, struct figures *figures, uint32_t number)
{
	struct figures_counters *counters = &figures->counters[number];
	uint64_t sign = operation->ends ? UINT64_MAX : 1; /* modulo 2^64 */

	save_peak(operation, figures->epoch);
	counters_save_peak(counters, figures->epoch);
	counters->live_blocks += sign * operation->count;
	counters->live_bytes += sign * (operation->count * operation->size_bytes + operation->bytes);
	counters->peak_blocks += sign * operation->peak_count;
	counters->peak_bytes +=
		sign * (operation->peak_count * operation->size_bytes + operation->peak_bytes);
}

/* The rest, of those that begin. */
static void fold_begins(const struct tally_operation *operation, struct figures *figures, uint32_t number)
{
	figures->counters[number].allocations += operation->count;
	figures->counters[number].allocated_bytes +=
		operation->count * operation->size_bytes + operation->bytes;
}

/* And of those that end. */
static int fold_ends(const struct tally_operation *operation, struct figures *figures, uint32_t number)
{
	uint32_t free_number = figures_free_number(figures, operation->node);
	uint64_t bytes = operation->count * operation->size_bytes + operation->bytes;

	if (free_number == 0)
		return -ENOMEM;
	figures->free_counters[free_number].frees += operation->count;
	figures->free_counters[free_number].freed_bytes += bytes;
	if (operation->type & OPERATION_TEMPORARY)
		figures->temporary[number] += operation->count;
	if (operation->type & OPERATION_COLLECTED) {
		figures->collected[number].blocks += operation->count;
		figures->collected[number].bytes += bytes;
	}
	return 0;
}

static int fold_operation(struct tally_operation *operation, struct figures *figures,
			  struct numbering *begins)
{
	uint32_t number = numbering_number(begins, operation->origin);

	if (number == 0 || figures_reserve(figures, number) != 0)
		return -ENOMEM;
	fold_blocks(operation, figures, number);
	if (operation->ends)
		return fold_ends(operation, figures, number);
	fold_begins(operation, figures, number);
	return 0;
}

/* Moves between operations are moves between their call paths, or none. */
static int fold_moves(const struct tally *tally, struct moves *moves)
{
	for (uint32_t i = 1; i <= tally->moves.count; i++) {
		const struct move *part = &tally->moves.moves[i];
		uint32_t from = tally->operations[part->from].node, to = tally->operations[part->to].node;
		uint32_t number = from == to ? 0 : moves_look_up(moves, from, to);
		if (from == to)
			continue;
		if (number == 0)
			return -ENOMEM;
		struct move *move = &moves->moves[number];
		move->count += part->count;
		if (part->exit_bytes > move->exit_bytes)
			move->exit_bytes = part->exit_bytes;
		if (part->exit_bytes > move->entry_bytes)
			move->entry_bytes = part->exit_bytes;
	}
	return 0;
}

/* No call path may have less than nothing at the end, nor at the peak. */
static bool makes_sense(const struct figures *figures)
{
	for (size_t i = 0; i < figures->begin_capacity; i++) {
		const struct figures_counters *c = &figures->counters[i];
		bool epoch = c->epoch == figures->epoch;
		if (c->live_bytes > c->allocated_bytes || c->live_blocks > c->allocations ||
		    (epoch && (c->peak_bytes > c->allocated_bytes || c->peak_blocks > c->allocations)))
			return false;
	}
	return true;
}

int tally_fold(struct tally *tally, struct figures *figures, struct numbering *begins)
{
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < tally->count; i++)
		if (tally->operations[i].count > 0)
			error = fold_operation(&tally->operations[i], figures, begins);
	if (error == 0)
		error = fold_moves(tally, &figures->moves);
	if (error == 0 && !makes_sense(figures))
		error = -EBADMSG;
	tally_finish(tally);
	return error;
}
