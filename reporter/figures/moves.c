/*
 * moves.c - see moves.h.
 */
#include "figures/moves.h"

#include "trace/array.h"

#include <errno.h>

#define FIRST_SLOTS 1024u
#define NOWHERE UINT32_MAX /* no node, nor what else moves go between */

/* Without threads none can be made any more, which are few and stay. */
static void drop_moves(struct moves *moves)
{
	array_free(moves->moves, moves->capacity, sizeof(*moves->moves));
	array_free(moves->next, moves->capacity, sizeof(*moves->next));
	array_free(moves->table, (size_t)moves->table_mask + 1, sizeof(*moves->table));
	moves->moves = NULL;
	moves->next = moves->table = NULL;
	moves->capacity = moves->count = 0;
}

void moves_finish(struct moves *moves)
{
	drop_moves(moves);
	array_free(moves->threads, moves->thread_count, sizeof(*moves->threads));
	*moves = (struct moves){0};
}

static bool reserve_move(struct moves *moves)
{
	if ((size_t)moves->count + 1 < moves->capacity)
		return true;
	size_t capacity = array_generous(moves->capacity, (size_t)moves->count + 2);
	struct move *grown = array_grow(moves->moves, moves->capacity, capacity, sizeof(*grown), ARRAY_DENSE);
	if (!grown)
		return false;
	moves->moves = grown;
	moves->moves[0].to = NOWHERE;
	uint32_t *next = array_grow(moves->next, moves->capacity, capacity, sizeof(*next), ARRAY_DENSE);
	if (!next)
		return false;
	moves->next = next;
	moves->capacity = capacity;
	return true;
}

int moves_grow(struct moves *moves, size_t thread_count)
{
	if (!moves->failed && !reserve_move(moves))
		return -ENOMEM;
	if (thread_count <= moves->thread_count)
		return 0;
	size_t count = array_generous(moves->thread_count, thread_count);
	struct moves_thread *grown =
		array_grow(moves->threads, moves->thread_count, count, sizeof(*grown), ARRAY_DENSE);
	if (!grown)
		return -ENOMEM;
	moves->threads = grown;
	moves->thread_count = count;
	return 0;
}

/* The slot that holds the move, or the empty one where it belongs. */
static uint32_t *find_slot(const struct moves *moves, uint32_t from, uint32_t to)
{
	uint64_t key = ((uint64_t)from << 32 | to) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t at = (uint32_t)((key ^ key >> 29) >> 20) & moves->table_mask;

	for (;; at = (at + 1) & moves->table_mask) {
		uint32_t number = moves->table[at];

		if (number == 0 || (moves->moves[number].from == from && moves->moves[number].to == to))
			return &moves->table[at];
	}
}

/* All that the table says is in the moves, so there are never two. */
static bool reserve_slot(struct moves *moves)
{
	size_t slots = moves->table ? (size_t)moves->table_mask + 1 : 0;

	if (3 * ((uint64_t)moves->count + 1) <= 2 * (uint64_t)slots)
		return true;
	array_free(moves->table, slots, sizeof(*moves->table));
	slots = slots > 0 ? 2 * slots : FIRST_SLOTS;
	moves->table =
		slots <= UINT32_MAX ? array_grow(NULL, 0, slots, sizeof(*moves->table), ARRAY_DENSE) : NULL;
	if (!moves->table)
		return false;
	moves->table_mask = (uint32_t)(slots - 1);
	for (uint32_t number = 1; number <= moves->count; number++)
		*find_slot(moves, moves->moves[number].from, moves->moves[number].to) = number;
	return true;
}

uint32_t moves_look_up(struct moves *moves, uint32_t from, uint32_t to)
{
	uint32_t *slot = moves->table ? find_slot(moves, from, to) : NULL;

	if (slot && *slot > 0)
		return *slot;
	if ((moves->limit && moves->count >= moves->limit) || !reserve_slot(moves) || !reserve_move(moves)) {
		moves->failed = true;
		drop_moves(moves);
		return 0;
	}
	uint32_t number = ++moves->count;
	moves->moves[number] = (struct move){.from = from, .to = to};
	*find_slot(moves, from, to) = number;
	return number;
}

uint32_t moves_look_up_next(struct moves *moves, uint32_t last, uint32_t from, uint32_t to)
{
	uint32_t number = moves_look_up(moves, from, to);

	if (number > 0 && last > 0)
		moves->next[last] = number;
	return number;
}

void moves_again(struct moves *moves, uint32_t index, const uint32_t *nodes, size_t count, uint64_t times)
{
	struct moves_thread at = moves->threads[index];

	for (size_t i = 0; i < count && !moves->failed; i++) {
		if (nodes[i] == at.node)
			continue;
		at.move = moves_find(moves, at.move, at.node, nodes[i]);
		at.node = nodes[i];
		if (at.move > 0)
			moves->moves[at.move].count += times;
	}
}

void moves_end(struct moves *moves)
{
	for (size_t i = 0; i < moves->thread_count && !moves->failed; i++)
		if (moves->threads[i].node != 0)
			moves_step(moves, &moves->threads[i], 0, 0);
}
