/*
 * rules.h - rules, remembered per return address.
 *
 * Two levels: a thread's own small table, and one shared by all threads.  Lock-free; safe in
 * signal handlers as long as one thread's state is not entered twice.
 */
#ifndef MPROF_PRELOAD_UNWIND_RULES_H
#define MPROF_PRELOAD_UNWIND_RULES_H

#include "preload/base/epoch.h"
#include "preload/unwind/rule.h"
#include "preload/unwind/state.h"

/* `pc` is a return address. */
uint64_t rules_find_shared(struct unwind_state *state, uintptr_t pc);

/* Low bits of return addresses are as good as random, and this stands in the chain of
 * dependent steps that makes up a walk's time. */
static inline size_t rules_set(const struct unwind_state *state, uintptr_t pc)
{
	return pc & (state->rules_mask | (RULE_SETS_FEW - 1));
}

static inline __attribute__((always_inline)) uint64_t rules_find(struct unwind_state *state, uintptr_t pc)
{
	const struct rule_place *set = state->rules[rules_set(state, pc)];
	if (__builtin_expect(set[0].pc == pc, 1))
		return set[0].rule;
	if (set[1].pc == pc)
		return set[1].rule;
	return rules_find_shared(state, pc);
}

/* False: code has changed since the thread's last walk, and rules_renew is due. */
static inline bool rules_are_current(const struct unwind_state *state)
{
	return epoch_code() == state->generation;
}

/* Makes the shared table, so that no more memory is asked for later. */
void rules_reserve(void);

/* Forgets the thread's rules. */
void rules_forget(struct unwind_state *state);

/* The same, and from now on they are of the code that is loaded now. */
void rules_renew(struct unwind_state *state);

/* Around a dlclose: rules of code that may go away are forgotten by every thread. */
void unwind_code_changing(void);
void unwind_code_changed(void);

#endif
