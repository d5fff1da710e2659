/*
 * step.c - the full semantics of a CFI row, applied to all registers of a frame.
 *
 * For frames that the fast walk cannot leave: signal frames, CFAs in other registers, general
 * expressions.  Reads memory only where that is proven possible.
 */
#include "preload/unwind/step.h"

#include "preload/unwind/expression.h"
#include "preload/unwind/fast_walk.h"
#include "preload/unwind/lookup.h"
#include "preload/unwind/original.h"

static bool known(const struct unwind_registers *registers, uint64_t number)
{
	return number < ARCH_REGISTERS && (registers->valid >> number & 1);
}

static bool find_cfa(struct unwind_state *state, uint64_t *cfa)
{
	const struct cfi_row *row = &state->machine.row;
	const struct unwind_registers *registers = &state->registers;
	if (row->cfa_kind == CFI_VALUE_EXPRESSION)
		return expression_evaluate(cfi_expression(row->cfa_value), registers, &state->readable, NULL,
					   cfa);
	if (!known(registers, row->cfa_register))
		return false;
	*cfa = registers->value[row->cfa_register] + (uint64_t)row->cfa_value;
	return true;
}

/* The caller's value of one register; false if it is lost. */
static bool recover(const struct unwind_state *state, unsigned number, uint64_t cfa, uint64_t *value)
{
	const struct cfi_row *row = &state->machine.row;
	const struct unwind_registers *registers = &state->registers;
	int64_t operand = row->value[number];
	switch ((enum cfi_kind)row->kind[number]) {
	case CFI_SAME:
		*value = number == ARCH_SP ? cfa : registers->value[number];
		return number == ARCH_SP || known(registers, number);
	case CFI_OFFSET:
		return readable_word(&state->readable, cfa + (uint64_t)operand, value);
	case CFI_VALUE_OFFSET:
		*value = cfa + (uint64_t)operand;
		return true;
	case CFI_REGISTER:
		*value = known(registers, (uint64_t)operand) ? registers->value[operand] : 0;
		return known(registers, (uint64_t)operand);
	case CFI_EXPRESSION:
		return expression_evaluate(cfi_expression(operand), registers, &state->readable, &cfa,
					   value) &&
		       readable_word(&state->readable, *value, value);
	case CFI_VALUE_EXPRESSION:
		return expression_evaluate(cfi_expression(operand), registers, &state->readable, &cfa, value);
	case CFI_UNDEFINED:
		break;
	}
	return false;
}

static enum unwind_stop apply_row(struct unwind_state *state, bool signal_frame)
{
	const struct cfi_row *row = &state->machine.row;
	struct unwind_registers caller = {.exact = signal_frame};
	uint64_t cfa;
	if (row->kind[ARCH_PC] == CFI_UNDEFINED)
		return STOP_END;
	if (row->kind[ARCH_PC] == CFI_SAME || !find_cfa(state, &cfa))
		return STOP_CUT;
	for (unsigned number = 0; number < ARCH_REGISTERS; number++)
		if (recover(state, number, cfa, &caller.value[number]))
			caller.valid |= 1u << number;
	if (!known(&caller, ARCH_PC) || !known(&caller, ARCH_SP))
		return STOP_CUT;
	/* A signal may have come in on another stack; an expression may lead to one, and so does
	 * a jump that has its target described (longjmp). */
	bool may_descend =
		signal_frame || row->cfa_kind == CFI_VALUE_EXPRESSION || row->kind[ARCH_SP] != CFI_SAME;
	if (!may_descend && caller.value[ARCH_SP] <= state->registers.value[ARCH_SP])
		return STOP_CUT;
	state->registers = caller;
	return caller.value[ARCH_PC] == 0 ? STOP_END : STOP_NONE;
}

static enum unwind_stop guess(struct unwind_state *state)
{
	struct unwind_registers *registers = &state->registers;
	const uint32_t needed = 1u << ARCH_FP | 1u << ARCH_SP;
	/* An interrupted function may not have made its frame yet. */
	if (registers->exact || (registers->valid & needed) != needed)
		return STOP_CUT;
	uintptr_t pc, sp = registers->value[ARCH_SP], fp = registers->value[ARCH_FP];
	if (!fast_walk_guess(&state->readable, &pc, &sp, &fp))
		return STOP_CUT;
	*registers = (struct unwind_registers){.valid = needed | 1u << ARCH_PC};
	registers->value[ARCH_PC] = pc;
	registers->value[ARCH_SP] = sp;
	registers->value[ARCH_FP] = fp;
	return pc == 0 ? STOP_END : STOP_NONE;
}

static enum unwind_stop step_once(struct unwind_state *state)
{
	const struct unwind_registers *registers = &state->registers;
	struct lookup found = lookup_frame(state, registers->value[ARCH_PC], registers->exact);
	return found.has_row ? apply_row(state, found.signal_frame) : guess(state);
}

/* In a trampoline of the tracer's the program is where it would be without. */
static void leave_trampoline(struct unwind_registers *registers)
{
	uintptr_t pc, sp_delta;
	if (!tracer_original(registers->value[ARCH_PC], &pc, &sp_delta))
		return;
	registers->value[ARCH_PC] = pc;
	registers->value[ARCH_SP] += sp_delta;
	registers->exact = true;
}

enum unwind_stop step_outwards(struct unwind_state *state)
{
	enum unwind_stop stop = step_once(state);
	/* What a trampoline calls is no frame of the program's. */
	while (stop == STOP_NONE && tracer_is_own_code(state->registers.value[ARCH_PC]))
		stop = step_once(state);
	if (stop == STOP_NONE)
		leave_trampoline(&state->registers);
	return stop;
}
