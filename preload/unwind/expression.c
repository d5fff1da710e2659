/*
 * expression.c - a stack machine for DWARF expressions (DWARF 5, section 2.5).
 *
 * Operations that make no sense in call frame information (pieces, calls, TLS) are refused.
 * Any error empties the input and sets `bad`, so no step needs a test of its own.
 */
#include "preload/unwind/expression.h"

#define DEPTH_MAX 32
#define STEPS_MAX 1000 /* branches may go backwards */

enum {
	DW_OP_addr = 0x03,
	DW_OP_deref = 0x06,
	DW_OP_const1u = 0x08,
	DW_OP_const1s = 0x09,
	DW_OP_const2u = 0x0a,
	DW_OP_const2s = 0x0b,
	DW_OP_const4u = 0x0c,
	DW_OP_const4s = 0x0d,
	DW_OP_const8u = 0x0e,
	DW_OP_const8s = 0x0f,
	DW_OP_constu = 0x10,
	DW_OP_consts = 0x11,
	DW_OP_dup = 0x12,
	DW_OP_drop = 0x13,
	DW_OP_over = 0x14,
	DW_OP_pick = 0x15,
	DW_OP_swap = 0x16,
	DW_OP_rot = 0x17,
	DW_OP_abs = 0x19,
	DW_OP_and = 0x1a,
	DW_OP_div = 0x1b,
	DW_OP_minus = 0x1c,
	DW_OP_mod = 0x1d,
	DW_OP_mul = 0x1e,
	DW_OP_neg = 0x1f,
	DW_OP_not = 0x20,
	DW_OP_or = 0x21,
	DW_OP_plus = 0x22,
	DW_OP_plus_uconst = 0x23,
	DW_OP_shl = 0x24,
	DW_OP_shr = 0x25,
	DW_OP_shra = 0x26,
	DW_OP_xor = 0x27,
	DW_OP_bra = 0x28,
	DW_OP_eq = 0x29,
	DW_OP_ge = 0x2a,
	DW_OP_gt = 0x2b,
	DW_OP_le = 0x2c,
	DW_OP_lt = 0x2d,
	DW_OP_ne = 0x2e,
	DW_OP_skip = 0x2f,
	DW_OP_lit0 = 0x30,
	DW_OP_lit31 = 0x4f,
	DW_OP_breg0 = 0x70,
	DW_OP_breg31 = 0x8f,
	DW_OP_bregx = 0x92,
	DW_OP_deref_size = 0x94,
	DW_OP_nop = 0x96,
};

struct evaluation {
	struct bytes in;
	const uint8_t *start;
	const struct unwind_registers *registers;
	const struct readable *readable;
	uint64_t stack[DEPTH_MAX];
	size_t depth;
};

static void push(struct evaluation *e, uint64_t value)
{
	if (e->depth == DEPTH_MAX)
		bytes_fail(&e->in);
	else
		e->stack[e->depth++] = value;
}

static uint64_t pop(struct evaluation *e)
{
	if (e->depth > 0)
		return e->stack[--e->depth];
	bytes_fail(&e->in);
	return 0;
}

static void pick(struct evaluation *e, uint64_t from_top)
{
	if (from_top < e->depth)
		push(e, e->stack[e->depth - 1 - from_top]);
	else
		bytes_fail(&e->in);
}

static void push_register(struct evaluation *e, uint64_t number, int64_t offset)
{
	if (number < ARCH_REGISTERS && (e->registers->valid >> number & 1))
		push(e, e->registers->value[number] + (uint64_t)offset);
	else
		bytes_fail(&e->in);
}

static void dereference(struct evaluation *e, uint64_t size)
{
	uint64_t value = 0;
	if (size == 0 || size > sizeof(value) || !readable_word(e->readable, pop(e), &value))
		bytes_fail(&e->in);
	push(e, size < sizeof(value) ? value & ((UINT64_C(1) << 8 * (size & 7)) - 1) : value);
}

static void jump(struct evaluation *e, bool taken)
{
	int64_t distance = bytes_signed(&e->in, 2);
	int64_t target = e->in.at - e->start + distance;
	if (!taken)
		return;
	if (target < 0 || target > e->in.end - e->start)
		bytes_fail(&e->in);
	else
		e->in.at = e->start + target;
}

static bool push_constant(struct evaluation *e, uint8_t operation)
{
	struct bytes *in = &e->in;
	if (operation >= DW_OP_const1u && operation <= DW_OP_const8s) {
		size_t size = (size_t)1 << ((operation - DW_OP_const1u) >> 1);
		bool is_signed = (operation - DW_OP_const1u) & 1;
		push(e, is_signed ? (uint64_t)bytes_signed(in, size) : bytes_unsigned(in, size));
	} else if (operation >= DW_OP_lit0 && operation <= DW_OP_lit31) {
		push(e, (uint64_t)(operation - DW_OP_lit0));
	} else if (operation >= DW_OP_breg0 && operation <= DW_OP_breg31) {
		push_register(e, (uint64_t)(operation - DW_OP_breg0), bytes_sleb(in));
	} else if (operation == DW_OP_addr) {
		push(e, bytes_unsigned(in, 8));
	} else if (operation == DW_OP_constu) {
		push(e, bytes_uleb(in));
	} else if (operation == DW_OP_consts) {
		push(e, (uint64_t)bytes_sleb(in));
	} else if (operation == DW_OP_bregx) {
		uint64_t number = bytes_uleb(in);
		push_register(e, number, bytes_sleb(in));
	} else {
		return false;
	}
	return true;
}

static void rotate(struct evaluation *e, size_t count)
{
	if (e->depth < count) {
		bytes_fail(&e->in);
		return;
	}
	uint64_t *base = &e->stack[e->depth - count], top = base[count - 1];
	for (size_t i = count - 1; i > 0; i--)
		base[i] = base[i - 1];
	base[0] = top;
}

static bool shuffle(struct evaluation *e, uint8_t operation)
{
	switch (operation) {
	case DW_OP_dup:
		pick(e, 0);
		return true;
	case DW_OP_drop:
		pop(e);
		return true;
	case DW_OP_over:
		pick(e, 1);
		return true;
	case DW_OP_pick:
		pick(e, bytes_unsigned(&e->in, 1));
		return true;
	case DW_OP_swap:
		rotate(e, 2);
		return true;
	case DW_OP_rot:
		rotate(e, 3);
		return true;
	default:
		return false;
	}
}

static bool apply_unary(struct evaluation *e, uint8_t operation)
{
	uint64_t value;
	switch (operation) {
	case DW_OP_abs:
		value = pop(e);
		push(e, (int64_t)value < 0 ? 0 - value : value);
		return true;
	case DW_OP_neg:
		push(e, 0 - pop(e));
		return true;
	case DW_OP_not:
		push(e, ~pop(e));
		return true;
	case DW_OP_plus_uconst:
		value = pop(e);
		push(e, value + bytes_uleb(&e->in));
		return true;
	case DW_OP_deref:
		dereference(e, sizeof(uint64_t));
		return true;
	case DW_OP_deref_size:
		dereference(e, bytes_unsigned(&e->in, 1));
		return true;
	default:
		return false;
	}
}

/* Shifts by 64 or more leave nothing, or the sign. */
static uint64_t shifted(uint8_t operation, uint64_t value, uint64_t by)
{
	if (operation == DW_OP_shra)
		return (uint64_t)((int64_t)value >> (by < 64 ? by : 63));
	if (by >= 64)
		return 0;
	return operation == DW_OP_shl ? value << by : value >> by;
}

static uint64_t divided(struct evaluation *e, uint8_t operation, uint64_t left, uint64_t right)
{
	if (right == 0) {
		bytes_fail(&e->in);
		return 0;
	}
	if (operation == DW_OP_mod)
		return left % right;
	/* The quotient that overflows is the one by -1. */
	return (int64_t)right == -1 ? 0 - left : (uint64_t)((int64_t)left / (int64_t)right);
}

static bool compared(uint8_t operation, int64_t left, int64_t right)
{
	switch (operation) {
	case DW_OP_eq:
		return left == right;
	case DW_OP_ge:
		return left >= right;
	case DW_OP_gt:
		return left > right;
	case DW_OP_le:
		return left <= right;
	case DW_OP_lt:
		return left < right;
	default:
		return left != right;
	}
}

static void apply_binary(struct evaluation *e, uint8_t operation)
{
	uint64_t right = pop(e), left = pop(e);
	switch (operation) {
	case DW_OP_and:
		push(e, left & right);
		break;
	case DW_OP_or:
		push(e, left | right);
		break;
	case DW_OP_xor:
		push(e, left ^ right);
		break;
	case DW_OP_plus:
		push(e, left + right);
		break;
	case DW_OP_minus:
		push(e, left - right);
		break;
	case DW_OP_mul:
		push(e, left * right);
		break;
	case DW_OP_div:
	case DW_OP_mod:
		push(e, divided(e, operation, left, right));
		break;
	case DW_OP_shl:
	case DW_OP_shr:
	case DW_OP_shra:
		push(e, shifted(operation, left, right));
		break;
	case DW_OP_eq:
	case DW_OP_ge:
	case DW_OP_gt:
	case DW_OP_le:
	case DW_OP_lt:
	case DW_OP_ne:
		push(e, compared(operation, (int64_t)left, (int64_t)right));
		break;
	default:
		bytes_fail(&e->in);
	}
}

static void execute(struct evaluation *e)
{
	uint8_t operation = (uint8_t)bytes_unsigned(&e->in, 1);
	if (operation == DW_OP_nop)
		return;
	if (operation == DW_OP_skip || operation == DW_OP_bra)
		jump(e, operation == DW_OP_skip || pop(e) != 0);
	else if (!push_constant(e, operation) && !shuffle(e, operation) && !apply_unary(e, operation))
		apply_binary(e, operation);
}

bool expression_evaluate(struct bytes operations, const struct unwind_registers *registers,
			 const struct readable *readable, const uint64_t *initial, uint64_t *result)
{
	struct evaluation e = {
		.in = operations, .start = operations.at, .registers = registers, .readable = readable};
	if (initial != NULL)
		push(&e, *initial);
	for (unsigned steps = 0; e.in.at < e.in.end; steps++) {
		if (steps == STEPS_MAX)
			return false;
		execute(&e);
	}
	*result = pop(&e);
	return !e.in.bad;
}
