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

/* What was proven of a stack may be gone, and another stack stand in its place: a guess, unlike a
 * rule, may lead to what is left of the old one.  The page of sp itself is in use. */
static bool still_readable(uintptr_t sp, uintptr_t frame)
{
	uintptr_t page = ~(uintptr_t)(PAGE_BYTES - 1), last = (frame + WORD_BYTES) & page;
	uintptr_t in_use = (sp - WORD_BYTES) & page;
	if ((frame & page) != in_use && !readable_probe(frame & page))
		return false;
	return last == (frame & page) || readable_probe(last);
}

/* Only where it looks like a frame pointer: aligned, close above, in readable memory, with
 * something like a return address. */
READS_STACK bool arch_guess(struct readable *readable, uintptr_t *pc, uintptr_t *sp, uintptr_t *fp)
{
	uintptr_t frame = *fp;
	if (frame % WORD_BYTES != 0 || frame < *sp || frame - *sp > GUESS_BYTES)
		return false;
	uintptr_t cfa = frame + 2 * WORD_BYTES;
	if (cfa > readable_limit(readable, *sp) && readable_extend(readable, *sp, cfa) == 0)
		return false;
	if (!still_readable(*sp, frame))
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

READS_STACK static bool realigned_cfa(struct readable *readable, uint64_t rule,
				      const struct unwind_cursor *cursor, uintptr_t *limit, uintptr_t *cfa)
{
	uintptr_t slot = cursor->fp + (uintptr_t)rule_cfa_offset(rule);
	if (!holds_slot(readable, cursor->sp, slot, limit))
		return false;
	*cfa = stack_word(slot);
	return true;
}

READS_STACK enum unwind_stop arch_walk(struct unwind_state *state, struct unwind_cursor *cursor)
{
	uintptr_t pc = cursor->pc, sp = cursor->sp, fp = cursor->fp, cfa, fp_slot;
	uintptr_t limit = readable_limit(&state->readable, sp);
	size_t count = cursor->count;
	enum unwind_stop stop = STOP_END;

	while (pc != 0) {
		stop = STOP_CUT;
		if (UNLIKELY(count == UNWIND_FRAMES_MAX))
			break;
		uint64_t rule = rules_find(state, pc);
		state->frames[count++] = (struct unwind_frame){pc, rule_module(rule)};
		enum rule_kind kind = rule_kind(rule);
		int64_t fp_words = rule_fp_words(rule);
		if (LIKELY(kind == RULE_SP || kind == RULE_FP)) {
			uintptr_t base = sp;
			if (kind == RULE_FP) {
				base = fp;
				/* A branch, which is predicted; a conditional move would wait for
				 * the rule. */
				__asm__("" : "+r"(base));
			}
			cfa = base + (uintptr_t)rule_cfa_offset(rule);
			fp_slot = cfa + (uintptr_t)(WORD_BYTES * fp_words);
		} else if (kind == RULE_REALIGNED) {
			*cursor = (struct unwind_cursor){pc, sp, fp, count};
			if (!realigned_cfa(&state->readable, rule, cursor, &limit, &cfa))
				break;
			fp_slot = fp + (uintptr_t)(WORD_BYTES * fp_words);
		} else if (kind == RULE_NONE) {
			if (!arch_guess(&state->readable, &pc, &sp, &fp))
				break;
			limit = readable_limit(&state->readable, sp);
			stop = STOP_END;
			continue;
		} else {
			stop = kind == RULE_END ? STOP_END : STOP_FULL_REGISTERS;
			break;
		}
		if (UNLIKELY(cfa <= sp || !holds_slot(&state->readable, sp, cfa - WORD_BYTES, &limit)))
			break;
		if (fp_words != RULE_FP_SAME) {
			if (UNLIKELY(!holds_slot(&state->readable, sp, fp_slot, &limit)))
				break;
			fp = stack_word(fp_slot);
		}
		pc = stack_word(cfa - WORD_BYTES);
		sp = cfa;
		stop = STOP_END;
	}
	*cursor = (struct unwind_cursor){pc, sp, fp, count};
	return stop;
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
