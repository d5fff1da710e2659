/*
 * fast_walk.c - see fast_walk.h.
 *
 * Follows pc, sp and fp only; nearly every frame of compiled code needs no more.  It reads nothing outside
 * proven stack memory.
 */
#include "preload/unwind/fast_walk.h"

#include "preload/base/probe.h"
#include "preload/unwind/rules.h"

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define PAGE_BYTES 4096
#define GUESS_BYTES 65536 /* a frame of code without unwind information is not larger */

/* Whether a guess at `frame` reads only what is mapped for as long as the frame at `sp` is in use: the page
 * of sp itself, or the thread's own stack. */
static inline bool stays_readable(const struct readable *readable, uintptr_t sp, uintptr_t frame)
{
	uintptr_t page = ~(uintptr_t)(PAGE_BYTES - 1), in_use = (sp - ARCH_WORD_BYTES) & page;
	if ((frame & page) == in_use && ((frame + ARCH_WORD_BYTES) & page) == in_use)
		return true;
	return readable_is_own(readable, sp, frame + 2 * ARCH_WORD_BYTES);
}

/* Aligned and close above. */
static inline bool may_be_frame(uintptr_t sp, uintptr_t frame)
{
	return frame % ARCH_WORD_BYTES == 0 && frame >= sp && frame - sp <= GUESS_BYTES;
}

/* Only where it looks like a frame pointer, in readable memory, with something like a return address. */
READS_STACK bool fast_walk_guess(struct readable *readable, uintptr_t *pc, uintptr_t *sp, uintptr_t *fp)
{
	uintptr_t frame = *fp;
	if (!may_be_frame(*sp, frame))
		return false;
	uintptr_t cfa = frame + 2 * ARCH_WORD_BYTES;
	if (cfa > readable_limit(readable, *sp) && readable_extend(readable, *sp, cfa) == 0)
		return false;
	/* What was proven of a stack may be gone, and another stack stand in its place: a guess, unlike a
	 * rule, may lead to what is left of the old one. */
	if (!stays_readable(readable, *sp, frame) &&
	    !(probe_word(frame) && probe_word(frame + ARCH_WORD_BYTES)))
		return false;
	uintptr_t return_address = stack_word(frame + ARCH_WORD_BYTES);
	if (!arch_may_be_return_address(return_address))
		return false;
	*pc = return_address;
	*sp = cfa;
	*fp = stack_word(frame);
	return true;
}

/* True if a slot of the frame at `sp` can be read; raises the limit where that takes proof. */
static inline bool holds_slot(struct readable *readable, uintptr_t sp, uintptr_t slot, uintptr_t *limit)
{
	uintptr_t lowest = sp - ARCH_RED_ZONE_BYTES;
	if (LIKELY(slot - lowest <= *limit - ARCH_WORD_BYTES - lowest))
		return true;
	uintptr_t reached = slot < lowest ? 0 : readable_extend(readable, sp, slot + ARCH_WORD_BYTES);
	if (reached != 0)
		*limit = reached;
	return reached != 0;
}

struct place {
	uintptr_t pc, sp, fp;
};

/* From a frame to its caller's, by a rule of the kinds that need no more than that. */
READS_STACK static inline __attribute__((always_inline)) bool leave(struct readable *readable, uint64_t rule,
								    uintptr_t *limit, struct place *at)
{
	enum rule_kind kind = rule_kind(rule);
	int64_t fp_words = rule_fp_words(rule);
	uintptr_t base = at->sp, cfa, fp_slot;
	if (LIKELY(kind != RULE_REALIGNED)) {
		if (kind == RULE_FP) {
			base = at->fp;
			/* A branch, which is predicted; a conditional move would wait for the rule. */
			__asm__("" : "+r"(base));
		}
		cfa = base + (uintptr_t)rule_cfa_offset(rule);
		fp_slot = cfa + (uintptr_t)(ARCH_WORD_BYTES * fp_words);
	} else {
		uintptr_t slot = at->fp + (uintptr_t)rule_cfa_offset(rule);
		if (!holds_slot(readable, at->sp, slot, limit))
			return false;
		cfa = stack_word(slot);
		fp_slot = at->fp + (uintptr_t)(ARCH_WORD_BYTES * fp_words);
	}
	if (UNLIKELY(cfa <= at->sp || !holds_slot(readable, at->sp, cfa + ARCH_RETURN_OFFSET, limit)))
		return false;
	if (fp_words != RULE_FP_SAME) {
		if (UNLIKELY(!holds_slot(readable, at->sp, fp_slot, limit)))
			return false;
		at->fp = stack_word(fp_slot);
	}
	at->pc = stack_word(cfa + ARCH_RETURN_OFFSET);
	at->sp = cfa;
	return true;
}

static inline bool is_left_by_rule(uint64_t rule)
{
	return rule_kind(rule) - RULE_SP <= RULE_REALIGNED - RULE_SP;
}

/* With copies, so that the walk's own registers can stay in registers. */
static __attribute__((noinline)) bool guess_place(struct readable *readable, uintptr_t *limit,
						  struct place *at)
{
	if (!fast_walk_guess(readable, &at->pc, &at->sp, &at->fp))
		return false;
	*limit = readable_limit(readable, at->sp);
	return true;
}

static inline uintptr_t larger(uintptr_t a, uintptr_t b)
{
	return a > b ? a : b;
}

READS_STACK enum unwind_stop fast_walk(struct unwind_state *state, struct unwind_cursor *cursor)
{
	struct place at = {cursor->pc, cursor->sp, cursor->fp};
	uintptr_t limit = readable_limit(&state->readable, at.sp);
	struct path_frame *walked = state->walked;
	size_t count = cursor->count, max = state->walked_max;
	uintptr_t largest = cursor->largest;
	enum unwind_stop stop = STOP_END;

	while (at.pc != 0 && stop == STOP_END) {
		if (UNLIKELY(count == max)) {
			stop = STOP_CUT;
			break;
		}
		uint64_t rule = rules_find(state, at.pc);
		uintptr_t sp = at.sp;
		walked[count++] = (struct path_frame){at.pc, rule_module(rule)};
		if (LIKELY(is_left_by_rule(rule))) {
			if (!leave(&state->readable, rule, &limit, &at))
				stop = STOP_CUT;
		} else if (rule_kind(rule) == RULE_NONE) {
			struct place guessed = at;
			uintptr_t guessed_limit = limit;
			if (!guess_place(&state->readable, &guessed_limit, &guessed))
				stop = STOP_CUT;
			at = guessed;
			limit = guessed_limit;
		} else {
			stop = rule_kind(rule) == RULE_END ? STOP_END : STOP_FULL_REGISTERS;
			break;
		}
		largest = larger(largest, at.sp - sp);
	}
	*cursor = (struct unwind_cursor){at.pc, at.sp, at.fp, count, largest};
	return stop;
}

/* ---- the walk along the trail -------------------------------------------------- */

/*
 * The rule that is as good as a guess in this place, which leaves it; 0: there is none, since each time it
 * would have to be asked what can be read.  (A walk would no longer guess if an object were loaded where this
 * code was.  By then no stack leads there.)
 */
static __attribute__((noinline)) uint64_t rule_of_guess(struct readable *readable, uint64_t rule,
							uintptr_t *limit, struct place *at)
{
	if (rule_kind(rule) != RULE_NONE)
		return 0;
	if (!may_be_frame(at->sp, at->fp))
		return rule | rule_make(RULE_CUT, 0, 0);
	if (!stays_readable(readable, at->sp, at->fp) || !guess_place(readable, limit, at))
		return 0;
	return rule | rule_make(RULE_FP, 2 * ARCH_WORD_BYTES, -2);
}

READS_STACK static inline __attribute__((always_inline)) bool
leave_by_guess(struct readable *readable, uint64_t *rule, uintptr_t *limit, struct place *at)
{
	struct place guessed = *at;
	uintptr_t guessed_limit = *limit;
	*rule = rule_of_guess(readable, *rule, &guessed_limit, &guessed);
	*at = guessed;
	*limit = guessed_limit;
	return *rule != 0;
}

READS_STACK bool fast_walk_follow(struct unwind_state *state, const struct unwind_start *start,
				  struct trail_meeting *met)
{
	struct trail *trail = &state->trail;
	struct place at = {start->pc, start->sp, start->fp};
	uintptr_t limit = readable_limit(&state->readable, at.sp);
	const struct trail_frame *kept_end = trail->frames + trail->count;
	struct trail_step *step = trail->steps, *full = step + trail->max;
	uintptr_t largest = 0;
	bool ended = false;

	while (!ended && !trail_meets(trail, &kept_end, at.pc, at.sp, at.fp)) {
		if (UNLIKELY(step == full))
			return false;
		uint64_t rule = LIKELY(at.pc != 0) ? rules_find(state, at.pc) : rule_make(RULE_END, 0, 0);
		*step = (struct trail_step){at.pc, at.sp, at.fp, rule};
		if (LIKELY(is_left_by_rule(rule))) {
			if (UNLIKELY(!leave(&state->readable, rule, &limit, &at)))
				return false;
		} else if (rule_kind(rule) != RULE_END &&
			   !leave_by_guess(&state->readable, &step->rule, &limit, &at)) {
			return false;
		}
		largest = larger(largest, at.sp - step->sp);
		ended = rule_ends(step++->rule);
	}
	bool cut = ended && rule_kind(step[-1].rule) == RULE_CUT;
	readable_walked(&state->readable, &(struct readable_walk){start->sp, at.sp, largest, cut});
	*met = (struct trail_meeting){ended ? 0 : (size_t)(kept_end - trail->frames),
				      (size_t)(step - trail->steps)};
	return met->kept + met->steps <= trail->max;
}
