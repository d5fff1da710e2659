/*
 * rules.h - how to leave a frame, in eight bytes, remembered per return address.
 *
 * Two levels: a thread's own small table, and one shared by all threads.  Lock-free; safe in
 * signal handlers as long as one thread's state is not entered twice.
 */
#ifndef MPROF_PRELOAD_UNWIND_RULES_H
#define MPROF_PRELOAD_UNWIND_RULES_H

#include "preload/record/epoch.h"
#include "preload/unwind/state.h"

#include <stdatomic.h>

/*
 * rule: CFA offset in bytes (24, signed) | kind (8) | saved frame pointer's offset from the CFA
 * in words (16, signed) | module index + 1 (16).  Never 0, so that 0 is an empty place.
 */
enum rule_kind {
	RULE_NONE = 0,  /* no unwind information; remembered of modules only: another object may come later */
	RULE_SP = 1,    /* CFA = sp + offset */
	RULE_FP = 2,    /* CFA = fp + offset */
	RULE_REALIGNED, /* CFA stands in memory at fp + offset; fp's slot is relative to fp */
	RULE_END,       /* outermost frame */
	RULE_CUT,       /* RULE_NONE in a place from where no guess leads on; never remembered for a pc */
	RULE_FULL,      /* needs full registers */
};

#define RULE_CFA_SHIFT 40
#define RULE_CFA_MAX ((INT64_C(1) << 23) - 1)
#define RULE_FP_SAME INT16_MAX /* fp is not saved: the caller's is the same */

static inline uint64_t rule_make(enum rule_kind kind, int64_t cfa_offset, int16_t fp_words)
{
	return (uint64_t)cfa_offset << RULE_CFA_SHIFT | (uint64_t)kind << 32 |
	       (uint64_t)(uint16_t)fp_words << 16;
}

static inline uint32_t rule_module(uint64_t rule)
{
	return (uint32_t)rule & 0xffff;
}

static inline int64_t rule_fp_words(uint64_t rule)
{
	return (int16_t)(rule >> 16);
}

static inline enum rule_kind rule_kind(uint64_t rule)
{
	return (enum rule_kind)(rule >> 32 & 0xff);
}

/* Whether no walk goes on from there. */
static inline bool rule_ends(uint64_t rule)
{
	return rule_kind(rule) == RULE_END || rule_kind(rule) == RULE_CUT;
}

static inline int64_t rule_cfa_offset(uint64_t rule)
{
	return (int64_t)rule >> RULE_CFA_SHIFT;
}

/* Below here: for the walk.  `pc` is a return address. */
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

#endif
