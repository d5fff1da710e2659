/*
 * moves.c - see moves.h.
 */
#include "figures/moves.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u

void moves_finish(struct moves *moves)
{
	free(moves->moves);
	free(moves->table);
	free(moves->last);
	free(moves->threads);
	*moves = (struct moves){0};
}

/* More room behind an array, zeroed; false: no memory, and nothing has changed. */
static bool extend(void **array, size_t *count, size_t needed, size_t element_bytes)
{
	if (needed <= *count)
		return true;
	size_t more = *count + *count / 2 > needed ? *count + *count / 2 : needed;
	char *grown = reallocarray(*array, more, element_bytes);

	if (!grown)
		return false;
	memset(grown + *count * element_bytes, 0, (more - *count) * element_bytes);
	*array = grown;
	*count = more;
	return true;
}

int moves_grow(struct moves *moves, size_t node_count, size_t thread_count)
{
	void *last = moves->last, *threads = moves->threads;
	bool grown = extend(&last, &moves->node_count, node_count, sizeof(*moves->last)) &&
		     extend(&threads, &moves->thread_count, thread_count, sizeof(*moves->threads));

	moves->last = last;
	moves->threads = threads;
	return grown ? 0 : -ENOMEM;
}

/* The slot that holds the move, or the empty one where it belongs. */
static uint32_t *find_slot(const struct moves *moves, uint32_t from, uint32_t to)
{
	uint64_t key = ((uint64_t)from << 32 | to) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t at = (uint32_t)((key ^ key >> 29) >> 20) & moves->table_mask;

	for (;; at = (at + 1) & moves->table_mask) {
		uint32_t index = moves->table[at];

		if (index == 0 || (moves->moves[index - 1].from == from && moves->moves[index - 1].to == to))
			return &moves->table[at];
	}
}

static bool grow_table(struct moves *moves)
{
	size_t slots = moves->table ? 2 * ((size_t)moves->table_mask + 1) : FIRST_SLOTS;
	uint32_t *table = slots <= UINT32_MAX ? calloc(slots, sizeof(*table)) : NULL;

	if (!table)
		return false;
	free(moves->table);
	moves->table = table;
	moves->table_mask = (uint32_t)(slots - 1);
	for (uint32_t i = 0; i < moves->count; i++)
		*find_slot(moves, moves->moves[i].from, moves->moves[i].to) = i + 1;
	return true;
}

static bool reserve(struct moves *moves)
{
	size_t capacity = moves->capacity;
	void *array = moves->moves;

	if ((!moves->table || 2 * (uint64_t)moves->count >= moves->table_mask) && !grow_table(moves))
		return false;
	if (!extend(&array, &capacity, (size_t)moves->count + 1, sizeof(*moves->moves)))
		return false;
	moves->moves = array;
	moves->capacity = (uint32_t)capacity;
	return true;
}

struct move *moves_look_up(struct moves *moves, uint32_t from, uint32_t to)
{
	uint32_t *slot = moves->table ? find_slot(moves, from, to) : NULL;

	if (!slot || *slot == 0) {
		if ((moves->limit && moves->count >= moves->limit) || !reserve(moves)) {
			moves->failed = true;
			return NULL;
		}
		slot = find_slot(moves, from, to);
		moves->moves[moves->count++] = (struct move){.from = from, .to = to};
		*slot = moves->count;
	}
	moves->last[from] = *slot;
	return &moves->moves[*slot - 1];
}

void moves_end(struct moves *moves)
{
	for (size_t i = 0; i < moves->thread_count && !moves->failed; i++)
		if (moves->threads[i].node != 0)
			moves_step(moves, &moves->threads[i], 0, 0);
}
