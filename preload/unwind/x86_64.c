/*
 * x86_64.c - what is particular to x86-64: rules, the fast walk, register capture.
 *
 * The fast walk follows pc, rsp and rbp only; nearly every frame of compiled code needs no
 * more.  It reads nothing outside proven stack memory.
 */
#include "preload/unwind/rules.h"

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define WORD_BYTES 8
#define PAGE_BYTES 4096
#define RED_ZONE_BYTES 128
#define GUESS_BYTES 65536 /* a frame of code without unwind information is not larger */
#define LOWEST_CODE 4096

enum { DW_OP_deref = 0x06, DW_OP_breg6 = 0x76 };

/* ---- rules ------------------------------------------------------------------ */

/* An expression "rbp + offset", dereferenced or not. */
static bool frame_pointer_expression(int64_t block_address, bool dereferenced, int64_t *offset)
{
	struct bytes in = cfi_expression(block_address);
	if (bytes_unsigned(&in, 1) != DW_OP_breg6)
		return false;
	*offset = bytes_sleb(&in);
	if (dereferenced && bytes_unsigned(&in, 1) != DW_OP_deref)
		return false;
	return !in.bad && in.at == in.end;
}

static uint64_t pack(enum rule_kind kind, int64_t cfa_offset, int64_t fp_offset)
{
	if (cfa_offset > RULE_CFA_MAX || cfa_offset < -RULE_CFA_MAX || fp_offset % WORD_BYTES != 0 ||
	    fp_offset / WORD_BYTES >= INT16_MAX || fp_offset / WORD_BYTES < INT16_MIN)
		return rule_make(RULE_FULL, 0, 0);
	return rule_make(kind, cfa_offset, (int16_t)(fp_offset / WORD_BYTES));
}

/* Functions that align their stack (gcc's DRAP) keep the CFA in a slot below rbp. */
static uint64_t realigned_rule(const struct cfi_row *row)
{
	int64_t cfa_slot, fp_slot;
	if (row->kind[ARCH_FP] == CFI_EXPRESSION &&
	    frame_pointer_expression(row->cfa_value, true, &cfa_slot) &&
	    frame_pointer_expression(row->value[ARCH_FP], false, &fp_slot))
		return pack(RULE_REALIGNED, cfa_slot, fp_slot);
	return rule_make(RULE_FULL, 0, 0);
}

uint64_t arch_rule(const struct cfi_row *row, bool signal_frame)
{
	if (row->kind[ARCH_PC] == CFI_UNDEFINED)
		return rule_make(RULE_END, 0, 0);
	bool plain = row->kind[ARCH_PC] == CFI_OFFSET && row->value[ARCH_PC] == -WORD_BYTES &&
		     row->kind[ARCH_SP] == CFI_SAME;
	if (!plain || signal_frame)
		return rule_make(RULE_FULL, 0, 0);
	if (row->cfa_kind == CFI_VALUE_EXPRESSION)
		return realigned_rule(row);
	if (row->cfa_register != ARCH_SP && row->cfa_register != ARCH_FP)
		return rule_make(RULE_FULL, 0, 0);
	enum rule_kind kind = row->cfa_register == ARCH_SP ? RULE_SP : RULE_FP;
	if (row->kind[ARCH_FP] == CFI_OFFSET)
		return pack(kind, row->cfa_value, row->value[ARCH_FP]);
	if (row->kind[ARCH_FP] == CFI_SAME)
		return pack(kind, row->cfa_value, 0) | rule_make(RULE_NONE, 0, RULE_FP_SAME);
	return rule_make(RULE_FULL, 0, 0);
}

/* ---- the fast walk ---------------------------------------------------------- */

/* Whether a guess at `frame` reads only what is mapped for as long as the frame at `sp` is in use: the page
 * of sp itself, or the thread's own stack. */
static inline bool stays_readable(struct readable *readable, uintptr_t sp, uintptr_t frame)
{
	uintptr_t page = ~(uintptr_t)(PAGE_BYTES - 1), in_use = (sp - WORD_BYTES) & page;
	if ((frame & page) == in_use && ((frame + WORD_BYTES) & page) == in_use)
		return true;
	return readable_is_own(readable, sp, frame + 2 * WORD_BYTES);
}

/* Aligned and close above. */
static inline bool may_be_frame(uintptr_t sp, uintptr_t frame)
{
	return frame % WORD_BYTES == 0 && frame >= sp && frame - sp <= GUESS_BYTES;
}

/* Only where it looks like a frame pointer, in readable memory, with something like a return address. */
READS_STACK bool arch_guess(struct readable *readable, uintptr_t *pc, uintptr_t *sp, uintptr_t *fp)
{
	uintptr_t frame = *fp;
	if (!may_be_frame(*sp, frame))
		return false;
	uintptr_t cfa = frame + 2 * WORD_BYTES;
	if (cfa > readable_limit(readable, *sp) && readable_extend(readable, *sp, cfa) == 0)
		return false;
	/* What was proven of a stack may be gone, and another stack stand in its place: a guess, unlike a
	 * rule, may lead to what is left of the old one. */
	if (!stays_readable(readable, *sp, frame) &&
	    !(readable_probe(frame) && readable_probe(frame + WORD_BYTES)))
		return false;
	uintptr_t return_address = stack_word(frame + WORD_BYTES);
	if ((return_address != 0 && return_address < LOWEST_CODE) || return_address >> 47 != 0)
		return false;
	*pc = return_address;
	*sp = cfa;
	*fp = stack_word(frame);
	return true;
}

/* True if a slot of the frame at `sp` can be read; raises the limit where that takes proof. */
static inline bool holds_slot(struct readable *readable, uintptr_t sp, uintptr_t slot, uintptr_t *limit)
{
	uintptr_t lowest = sp - RED_ZONE_BYTES;
	if (LIKELY(slot - lowest <= *limit - WORD_BYTES - lowest))
		return true;
	uintptr_t reached = slot < lowest ? 0 : readable_extend(readable, sp, slot + WORD_BYTES);
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
		fp_slot = cfa + (uintptr_t)(WORD_BYTES * fp_words);
	} else {
		uintptr_t slot = at->fp + (uintptr_t)rule_cfa_offset(rule);
		if (!holds_slot(readable, at->sp, slot, limit))
			return false;
		cfa = stack_word(slot);
		fp_slot = at->fp + (uintptr_t)(WORD_BYTES * fp_words);
	}
	if (UNLIKELY(cfa <= at->sp || !holds_slot(readable, at->sp, cfa - WORD_BYTES, limit)))
		return false;
	if (fp_words != RULE_FP_SAME) {
		if (UNLIKELY(!holds_slot(readable, at->sp, fp_slot, limit)))
			return false;
		at->fp = stack_word(fp_slot);
	}
	at->pc = stack_word(cfa - WORD_BYTES);
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
	if (!arch_guess(readable, &at->pc, &at->sp, &at->fp))
		return false;
	*limit = readable_limit(readable, at->sp);
	return true;
}

READS_STACK enum unwind_stop arch_walk(struct unwind_state *state, struct unwind_cursor *cursor)
{
	struct place at = {cursor->pc, cursor->sp, cursor->fp};
	uintptr_t limit = readable_limit(&state->readable, at.sp);
	struct unwind_frame *walked = state->walked;
	size_t count = cursor->count, max = state->walked_max;
	enum unwind_stop stop = STOP_END;

	while (at.pc != 0 && stop == STOP_END) {
		if (UNLIKELY(count == max)) {
			stop = STOP_CUT;
			break;
		}
		uint64_t rule = rules_find(state, at.pc);
		walked[count++] = (struct unwind_frame){at.pc, rule_module(rule)};
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
	}
	*cursor = (struct unwind_cursor){at.pc, at.sp, at.fp, count};
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
	return rule | rule_make(RULE_FP, 2 * WORD_BYTES, -2);
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

READS_STACK bool arch_follow(struct unwind_state *state, const struct unwind_start *start,
			     struct trail_meeting *met)
{
	struct trail *trail = &state->trail;
	struct place at = {start->pc, start->sp, start->fp};
	uintptr_t limit = readable_limit(&state->readable, at.sp);
	const struct trail_frame *kept_end = trail->frames + trail->count;
	struct trail_step *step = trail->steps, *full = step + trail->max;
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
		ended = rule_ends(step++->rule);
	}
	*met = (struct trail_meeting){ended ? 0 : (size_t)(kept_end - trail->frames),
				      (size_t)(step - trail->steps)};
	return met->kept + met->steps <= trail->max;
}

/* The words that leaving the step's frame read to get to `outer`, last first.  Returns how many. */
static inline size_t add_words(const struct trail_step *step, const struct trail_frame *outer,
			       struct trail_word *words)
{
	uintptr_t slot_base = outer->sp;
	size_t count = 0;
	bool realigned = rule_kind(step->rule) == RULE_REALIGNED;
	int64_t fp_words = rule_fp_words(step->rule);
	words[count++] = (struct trail_word){outer->sp - WORD_BYTES, outer->pc};
	if (realigned)
		slot_base = step->fp;
	if (outer->needs_fp && fp_words != RULE_FP_SAME)
		words[count++] =
			(struct trail_word){slot_base + (uintptr_t)(WORD_BYTES * fp_words), outer->fp};
	if (realigned)
		words[count++] =
			(struct trail_word){step->fp + (uintptr_t)rule_cfa_offset(step->rule), outer->sp};
	return count;
}

static inline bool needs_fp(const struct trail_step *step, bool outer_needs_fp)
{
	enum rule_kind kind = rule_kind(step->rule);
	if (kind == RULE_FP || kind == RULE_REALIGNED || kind == RULE_CUT)
		return true;
	return outer_needs_fp && rule_fp_words(step->rule) == RULE_FP_SAME;
}

void arch_place(struct trail *trail, struct trail_meeting met)
{
	const struct trail_frame *first = trail->frames;
	struct trail_frame *frame = trail->frames + met.kept;
	struct trail_word *all_words = trail->words;
	const struct trail_step *steps = trail->steps;
	size_t words = met.kept > 0 ? frame[-1].words : 0;
	for (size_t i = met.steps; i-- > 0; frame++) {
		const struct trail_step *step = &steps[i];
		bool outermost = frame == first;
		if (!outermost)
			words += add_words(step, frame - 1, all_words + words);
		frame->pc = step->pc;
		frame->sp = step->sp;
		frame->fp = step->fp;
		frame->words = (uint32_t)words;
		frame->needs_fp = needs_fp(step, !outermost && frame[-1].needs_fp);
	}
}

/* ---- registers -------------------------------------------------------------- */

_Static_assert(offsetof(struct unwind_registers, value) == 0, "arch_capture stores at the start");
_Static_assert(offsetof(struct unwind_registers, valid) == 136, "arch_capture stores the mask");
_Static_assert(offsetof(struct unwind_registers, exact) == 140, "arch_capture clears it");

/* Only what a call preserves is worth keeping: rbx, rbp, rsp, r12-r15, and pc. */
__attribute__((naked)) void arch_capture(struct unwind_registers *registers __attribute__((unused)))
{
	__asm__("movq %rbx, 24(%rdi)\n\t"
		"movq %rbp, 48(%rdi)\n\t"
		"leaq 8(%rsp), %rax\n\t"
		"movq %rax, 56(%rdi)\n\t"
		"movq %r12, 96(%rdi)\n\t"
		"movq %r13, 104(%rdi)\n\t"
		"movq %r14, 112(%rdi)\n\t"
		"movq %r15, 120(%rdi)\n\t"
		"movq (%rsp), %rax\n\t"
		"movq %rax, 128(%rdi)\n\t"
		"movl $0x1f0c8, 136(%rdi)\n\t" /* bits 3, 6, 7, 12-16 */
		"movb $0, 140(%rdi)\n\t"
		"ret");
}
