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
	uint32_t move; /* number of its last move; 0: not known */
	uint64_t after_bytes;
};

struct moves {              /* all zero: none yet */
	struct move *moves; /* by number, from 1; 0 is none, and leads nowhere */
	uint32_t *next;     /* per move: the one that a thread made after it, a guess at the next */
	size_t capacity;    /* of these two */
	uint32_t count;     /* the last number that was given */
	uint32_t limit;     /* more are given up; 0: no limit */
	uint32_t *table;    /* numbers, open addressing, at most two thirds full */
	uint32_t table_mask;
	struct moves_thread *threads;
	size_t thread_count;
	bool failed; /* for want of memory, or beyond the limit: no moves are known */
};

void moves_finish(struct moves *moves);

/* Makes room for threads below this count, and for the first moves.  0 or -ENOMEM. */
int moves_grow(struct moves *moves, size_t thread_count);

/* The number of the move between two different nodes, which it gets if it has none; 0, and failed set, if
 * there is no room. */
uint32_t moves_look_up(struct moves *moves, uint32_t from, uint32_t to);

/* The same of a thread whose last move has this number, or 0 where that is not known: remembers that it came
 * next. */
uint32_t moves_look_up_next(struct moves *moves, uint32_t last, uint32_t from, uint32_t to);

/* And asks what was remembered first.  moves_grow was asked. */
static inline uint32_t moves_find(struct moves *moves, uint32_t last, uint32_t from, uint32_t to)
{
	uint32_t guess = moves->next[last];

	if (__builtin_expect(moves->moves[guess].to == to, 1))
		return guess;
	return moves_look_up_next(moves, last, from, to);
}

static inline void moves_step(struct moves *moves, struct moves_thread *thread, uint32_t node,
			      uint64_t before)
{
	uint32_t number = moves->failed ? 0 : moves_find(moves, thread->move, thread->node, node);

	if (number == 0)
		return;
	struct move *move = &moves->moves[number];
	move->count++;
	if (thread->after_bytes > move->exit_bytes)
		move->exit_bytes = thread->after_bytes;
	if (before > move->entry_bytes)
		move->entry_bytes = before;
	thread->node = node;
	thread->move = number;
}

/* An event of the thread at the node changed live bytes from `before` to `after`. */
static inline void moves_event(struct moves *moves, uint32_t index, uint32_t node, uint64_t before,
			       uint64_t after)
{
	struct moves_thread *thread = &moves->threads[index];

	if (thread->node != node)
		moves_step(moves, thread, node, before);
	thread->after_bytes = after;
}

/* The thread's events stand at these nodes, one after the other, so many times more; as they did twice
 * before, with as much alive at each. */
void moves_again(struct moves *moves, uint32_t index, const uint32_t *nodes, size_t count, uint64_t times);

/* Every thread's last move, to nowhere. */
void moves_end(struct moves *moves);

/* All of them, `count`, in the order of their numbers; NULL: none. */
static inline struct move *moves_all(const struct moves *moves)
{
	return moves->count > 0 ? moves->moves + 1 : NULL;
}

#endif
