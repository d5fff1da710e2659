/*
 * moves.h - from which call path to which threads went, how often, and what lived then: O(1) per event.
 *
 * A thread's events, one after the other, stand at call paths; a move is a pair of different ones in
 * succession.  Which scopes (lines, functions) a move leaves and enters depends on nothing but its two
 * paths, so the visits of any scope follow from the moves, whichever scopes will be asked for, and
 * without the events: a program goes the same few ways over and over.
 */
#ifndef MPROF_REPORTER_FIGURES_MOVES_H
#define MPROF_REPORTER_FIGURES_MOVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct move {
	uint32_t from, to;   /* nodes, never the same; 0: before the thread's first or after its last event */
	uint64_t count;      /* how often */
	uint64_t exit_bytes; /* live after the last event at `from`; its maximum */
	uint64_t entry_bytes; /* live before the first event at `to`; its maximum */
};

struct moves_thread {
	uint32_t node; /* of its last event */
	uint64_t after_bytes;
};

struct moves { /* all zero: none yet */
	struct move *moves;
	uint32_t count, capacity;
	uint32_t limit;  /* more are given up; 0: no limit */
	uint32_t *table; /* index + 1, open addressing, at most half full */
	uint32_t table_mask;
	uint32_t *last; /* per node: index + 1 of the last move away from it, a guess at the next one */
	size_t node_count;
	struct moves_thread *threads;
	size_t thread_count;
	bool failed; /* for want of memory, or beyond the limit: no moves are known */
};

void moves_finish(struct moves *moves);

/* Makes room for nodes and threads below these counts.  0 or -ENOMEM. */
int moves_grow(struct moves *moves, size_t node_count, size_t thread_count);

/* The move between two different nodes, new ones included; NULL, and failed set, if there is no room. */
struct move *moves_look_up(struct moves *moves, uint32_t from, uint32_t to);

static inline struct move *moves_find(struct moves *moves, uint32_t from, uint32_t to)
{
	uint32_t guess = moves->last[from];

	if (guess && moves->moves[guess - 1].to == to)
		return &moves->moves[guess - 1];
	return moves_look_up(moves, from, to);
}

static inline void moves_step(struct moves *moves, struct moves_thread *thread, uint32_t node,
			      uint64_t before)
{
	struct move *move = moves_find(moves, thread->node, node);

	if (!move)
		return;
	move->count++;
	if (thread->after_bytes > move->exit_bytes)
		move->exit_bytes = thread->after_bytes;
	if (before > move->entry_bytes)
		move->entry_bytes = before;
	thread->node = node;
}

/* An event of the thread at the node changed live bytes from `before` to `after`. */
static inline void moves_event(struct moves *moves, uint32_t index, uint32_t node, uint64_t before,
			       uint64_t after)
{
	struct moves_thread *thread = &moves->threads[index];

	if (moves->failed)
		return;
	if (thread->node != node)
		moves_step(moves, thread, node, before);
	thread->after_bytes = after;
}

/* Every thread's last move, to nowhere. */
void moves_end(struct moves *moves);

#endif
