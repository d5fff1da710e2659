/*
 * context.h - the hot path's only question: the node of the call path that led here.
 *
 * Three answers, each dearer than the one before: a stack that is known whole
 * (memo.h), one that shares outer frames with the thread's last one (trail.h), a walk.
 * All give what a walk would give at this moment.
 */
#ifndef MPROF_PRELOAD_UNWIND_CONTEXT_H
#define MPROF_PRELOAD_UNWIND_CONTEXT_H

#include "preload/unwind/rules.h"

/* Where the stack is not in the memo. */
uint32_t unwind_context_anew(struct unwind_state *state, struct contexts *contexts,
			     const struct unwind_start *start);

/* The first answer alone: 0 where the stack is not in the memo.  For who knows that no code has changed: see
 * rules_are_current. */
READS_STACK static inline __attribute__((always_inline)) uint32_t
unwind_context_known(struct unwind_state *state, const struct unwind_view *here)
{
	return memo_find(state->memo, here);
}

/* Same as contexts_path of what unwind_walk yields, and with the same rules: see unwind.h. */
READS_STACK static inline uint32_t unwind_context(struct unwind_state *state, struct contexts *contexts,
						  const struct unwind_start *start)
{
	/* Who asked for the first answer alone has just looked; where another stack has the same key, an
	 * anew answer is right as well. */
	const struct unwind_view here = unwind_view_of(start);
	bool worth = rules_are_current(state) && state->memo != NULL &&
		     state->memo->missed != memo_key(here.pc, here.sp);
	uint32_t node = worth ? unwind_context_known(state, &here) : 0;
	return __builtin_expect(node != 0, 1) ? node : unwind_context_anew(state, contexts, start);
}

#endif
