/*
 * activations.h - which traced functions a thread is in, for each of the stacks that it runs on.
 *
 * An activation is known by where its return address stands.  A thread may have several stacks: its own, a
 * signal's, those of coroutines.  They cannot be asked for, so they are told apart by where the stack pointer
 * has been: see activations.c.
 * No lock; memory comes in pieces straight from the kernel, seldom.  One thread's at a time, and no signal
 * handler's; but a handler may jump out of the middle of anything here, after which all is safe to use still.
 */
#ifndef MPROF_PRELOAD_TRACER_ACTIVATIONS_H
#define MPROF_PRELOAD_TRACER_ACTIVATIONS_H

#include <stddef.h>
#include <stdint.h>

/* Code that trampolines lead to, which walks leave out. */
#define TRACER_CODE __attribute__((section("tracer_code")))

struct activation {
	uintptr_t sp; /* at the entry */
	uint64_t entered_ticks;
	uint64_t began_ticks;  /* the visit of the line */
	uint64_t called_ticks; /* of it, what was spent in activations within this one */
	uint32_t function, row;
	uint32_t site; /* of the last hit */
	uint32_t seen; /* sites hit in the visit: a bit each, by their numbers modulo 32 */
};

#define PIECE_BYTES 16384u
#define PIECE_ACTIVATIONS ((PIECE_BYTES - 2 * sizeof(void *)) / sizeof(struct activation))
#define PIECES_MAX 1024u /* of a stack: some 340,000 activations */

struct piece {
	struct piece *outer, *inner;
	struct activation activations[PIECE_ACTIVATIONS];
};

_Static_assert(sizeof(struct piece) <= PIECE_BYTES, "a piece is that many bytes");

struct stack {
	uintptr_t low, high; /* where the stack pointer has been, and a little below; high is the last */
	struct piece *piece; /* of the innermost activation; NULL before there was any */
	uint32_t used;       /* in it; 0: there is none */
	uint32_t pieces;     /* up to this one */
	uintptr_t unkept_sp; /* at the entry of the outermost one that there was no room for; 0: none */
};

#define STACKS_MAX 64u

struct stacks {
	struct stack *current; /* NULL before the first hit */
	uint32_t count, victim;
	struct stack stack[STACKS_MAX];
};

/* The stack that `sp` is on, where it is not in the current one's known range.  `function`: whose hit it is;
 * `enters`: its first. */
struct stack *stacks_find(struct stacks *stacks, uintptr_t sp, uint32_t function, int enters);

/* Room for one more activation; NULL if there is none. */
struct activation *activations_grow(struct stack *stack);

/* Forgets all activations. */
void stacks_clear(struct stacks *stacks);

static inline struct activation *activations_top(const struct stack *stack)
{
	return stack->used ? &stack->piece->activations[stack->used - 1] : NULL;
}

/* To be filled in; counts once activations_pushed is called. */
static inline struct activation *activations_next(struct stack *stack)
{
	if (__builtin_expect(stack->piece && stack->used < PIECE_ACTIVATIONS, 1))
		return &stack->piece->activations[stack->used];
	return activations_grow(stack);
}

static inline void activations_pushed(struct stack *stack)
{
	/* Who jumps out of here, a signal handler, leaves whole activations behind. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	stack->used++;
}

static inline void activations_pop(struct stack *stack)
{
	if (__builtin_expect(stack->used > 1 || !stack->piece->outer, 1)) {
		stack->used--;
		return;
	}
	stack->piece = stack->piece->outer;
	stack->pieces--;
	stack->used = PIECE_ACTIVATIONS;
}

#endif
