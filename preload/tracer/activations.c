/*
 * activations.c - see activations.h.
 */
#include "preload/tracer/activations.h"

#include "preload/base/pages.h"
#include "preload/base/signals.h"
#include "preload/record/lines.h"

#include <stdbool.h>

/* Below what was seen of a stack a hit may be by so much, above it likewise: less than the smallest of stacks
 * that lie side by side. */
#define SIDE_BYTES ((uintptr_t)8192)
/* A function's own frame may be as large as this. */
#define FRAME_BYTES ((uintptr_t)16 << 20)
#define AHEAD_BYTES ((uintptr_t)2048) /* a stack that deepens is asked for again only so often */

/* ---- pieces --------------------------------------------------------------------------------- */

/* A handler that runs meanwhile finds the tracer busy; it is kept out all the same, so that what it walks
 * leads through here seldom. */
static TRACER_CODE struct piece *map_piece(void)
{
	uint64_t before;

	if (lines_confined())
		return NULL;
	signals_block(&before);
	struct piece *piece = pages_map(PIECE_BYTES);
	/* A child of a fork in a handler that interrupted us may go on with it. */
	if (piece)
		pages_keep_on_fork(piece, PIECE_BYTES, 1);
	signals_restore(&before);
	return piece;
}

TRACER_CODE struct activation *activations_grow(struct stack *stack)
{
	struct piece *outer = stack->piece, *inner = outer ? outer->inner : NULL;

	if (!inner) {
		inner = stack->pieces < PIECES_MAX ? map_piece() : NULL;
		if (!inner)
			return NULL;
		inner->outer = outer;
		if (outer)
			outer->inner = inner;
	}
	/* Nothing is used of it first, so that no order of the two shows what is not there. */
	stack->used = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	stack->piece = inner;
	stack->pieces++;
	return inner->activations;
}

static TRACER_CODE void clear(struct stack *stack)
{
	stack->used = 0;
	while (stack->piece && stack->piece->outer)
		stack->piece = stack->piece->outer;
	stack->pieces = stack->piece ? 1 : 0;
	stack->unkept_sp = 0;
}

TRACER_CODE void stacks_clear(struct stacks *stacks)
{
	for (uint32_t i = 0; i < stacks->count; i++)
		clear(&stacks->stack[i]);
	stacks->count = 0;
	stacks->victim = 0;
	stacks->current = NULL;
}

/* ---- stacks ----------------------------------------------------------------------------------- */

static bool holds(const struct stack *stack, uintptr_t sp)
{
	return sp - stack->low <= stack->high - stack->low;
}

static TRACER_CODE struct stack *holder(struct stacks *stacks, uintptr_t sp)
{
	for (uint32_t i = 0; i < stacks->count; i++)
		if (holds(&stacks->stack[i], sp))
			return &stacks->stack[i];
	return NULL;
}

static TRACER_CODE void widen(struct stack *stack, uintptr_t sp)
{
	if (sp > stack->high)
		stack->high = sp;
	else
		stack->low = sp - AHEAD_BYTES;
}

/*
 * Whether the stack pointer has just moved on on this stack.  To take one stack for two costs little: an
 * activation and all of its hits are on the same one.  To take two for one would end what goes on on the
 * other.  So it must be near; or in the frame of the innermost function, however large that is.
 */
static TRACER_CODE bool goes_on(const struct stack *stack, uintptr_t sp, uint32_t function, int enters)
{
	const struct activation *top = activations_top(stack);

	if (sp > stack->high ? sp - stack->high <= SIDE_BYTES : stack->low - sp <= SIDE_BYTES)
		return true;
	return !enters && top && top->function == function && sp < top->sp && top->sp - sp <= FRAME_BYTES;
}

/* Where there are too many, one is forgotten: hits of its functions find no activation. */
static TRACER_CODE struct stack *another(struct stacks *stacks, uintptr_t sp)
{
	struct stack *stack;

	if (stacks->count < STACKS_MAX) {
		stack = &stacks->stack[stacks->count];
	} else {
		stack = &stacks->stack[stacks->victim++ % STACKS_MAX];
		clear(stack);
	}
	stack->low = sp - AHEAD_BYTES;
	stack->high = sp;
	if (stacks->count < STACKS_MAX)
		stacks->count++;
	return stack;
}

TRACER_CODE struct stack *stacks_find(struct stacks *stacks, uintptr_t sp, uint32_t function, int enters)
{
	struct stack *stack = holder(stacks, sp);

	if (!stack) {
		stack = stacks->current;
		if (stack && goes_on(stack, sp, function, enters))
			widen(stack, sp);
		else
			stack = another(stacks, sp);
	}
	stacks->current = stack;
	return stack;
}
