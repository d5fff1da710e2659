/*
 * cfi.c - interpreter of call frame instructions (DWARF 5, section 6.4.2, and GNU's additions).
 *
 * Allocates nothing, reads nothing but the instructions.
 */
#include "preload/unwind/cfi.h"

enum {
	DW_CFA_nop = 0x00,
	DW_CFA_set_loc = 0x01,
	DW_CFA_advance_loc1 = 0x02,
	DW_CFA_advance_loc2 = 0x03,
	DW_CFA_advance_loc4 = 0x04,
	DW_CFA_offset_extended = 0x05,
	DW_CFA_restore_extended = 0x06,
	DW_CFA_undefined = 0x07,
	DW_CFA_same_value = 0x08,
	DW_CFA_register = 0x09,
	DW_CFA_remember_state = 0x0a,
	DW_CFA_restore_state = 0x0b,
	DW_CFA_def_cfa = 0x0c,
	DW_CFA_def_cfa_register = 0x0d,
	DW_CFA_def_cfa_offset = 0x0e,
	DW_CFA_def_cfa_expression = 0x0f,
	DW_CFA_expression = 0x10,
	DW_CFA_offset_extended_sf = 0x11,
	DW_CFA_def_cfa_sf = 0x12,
	DW_CFA_def_cfa_offset_sf = 0x13,
	DW_CFA_val_offset = 0x14,
	DW_CFA_val_offset_sf = 0x15,
	DW_CFA_val_expression = 0x16,
	DW_CFA_GNU_args_size = 0x2e,
	DW_CFA_GNU_negative_offset_extended = 0x2f,
	/* Operand in the low six bits. */
	DW_CFA_advance_loc = 0x40,
	DW_CFA_offset = 0x80,
	DW_CFA_restore = 0xc0,
};

struct run {
	struct cfi_machine *machine;
	const struct eh_frame_entry *entry;
	struct bytes in;
	uintptr_t at, pc; /* first address of the current row, the one that is wanted */
	unsigned saved;
	bool in_common; /* the CIE's instructions: they make the initial row */
};

/* Products wrap in unsigned arithmetic: operands are whatever the file says. */
static int64_t factored(const struct run *run, uint64_t operand)
{
	return (int64_t)(operand * (uint64_t)run->entry->data_alignment);
}

static void set_rule(struct run *run, uint64_t number, enum cfi_kind kind, int64_t value)
{
	if (number >= ARCH_REGISTERS)
		return; /* vector registers and the like: nothing here asks for them */
	run->machine->row.kind[number] = (uint8_t)kind;
	run->machine->row.value[number] = value;
}

static void restore_rule(struct run *run, uint64_t number)
{
	if (run->in_common)
		bytes_fail(&run->in);
	else if (number < ARCH_REGISTERS)
		set_rule(run, number, run->machine->initial.kind[number],
			 run->machine->initial.value[number]);
}

/* Moves past an expression block; what is stored is where it begins. */
static int64_t take_expression(struct run *run)
{
	int64_t address = (int64_t)(uintptr_t)run->in.at;
	bytes_block(&run->in);
	return address;
}

static void set_cfa(struct run *run, enum cfi_kind kind, uint64_t number, int64_t value)
{
	struct cfi_row *row = &run->machine->row;
	row->cfa_kind = (uint8_t)kind;
	row->cfa_register = number;
	row->cfa_value = value;
}

static void change_saved_rows(struct run *run, bool remember)
{
	struct cfi_machine *machine = run->machine;
	if (remember ? run->saved == CFI_SAVED_ROWS : run->saved == 0)
		bytes_fail(&run->in);
	else if (remember)
		machine->saved[run->saved++] = machine->row;
	else
		machine->row = machine->saved[--run->saved];
}

static void change_cfa(struct run *run, uint8_t operation)
{
	struct bytes *in = &run->in;
	struct cfi_row *row = &run->machine->row;
	uint64_t number;
	switch (operation) {
	case DW_CFA_def_cfa:
		number = bytes_uleb(in);
		set_cfa(run, CFI_REGISTER, number, (int64_t)bytes_uleb(in));
		break;
	case DW_CFA_def_cfa_sf:
		number = bytes_uleb(in);
		set_cfa(run, CFI_REGISTER, number, factored(run, (uint64_t)bytes_sleb(in)));
		break;
	case DW_CFA_def_cfa_register:
		set_cfa(run, CFI_REGISTER, bytes_uleb(in), row->cfa_value);
		break;
	case DW_CFA_def_cfa_offset:
		row->cfa_value = (int64_t)bytes_uleb(in);
		break;
	case DW_CFA_def_cfa_offset_sf:
		row->cfa_value = factored(run, (uint64_t)bytes_sleb(in));
		break;
	default:
		set_cfa(run, CFI_VALUE_EXPRESSION, 0, take_expression(run));
	}
}

/* Operations whose first operand is the register that they are about. */
static void change_register(struct run *run, uint8_t operation)
{
	struct bytes *in = &run->in;
	uint64_t number = bytes_uleb(in);
	switch (operation) {
	case DW_CFA_offset_extended:
		set_rule(run, number, CFI_OFFSET, factored(run, bytes_uleb(in)));
		break;
	case DW_CFA_offset_extended_sf:
		set_rule(run, number, CFI_OFFSET, factored(run, (uint64_t)bytes_sleb(in)));
		break;
	case DW_CFA_GNU_negative_offset_extended:
		set_rule(run, number, CFI_OFFSET, factored(run, 0 - bytes_uleb(in)));
		break;
	case DW_CFA_val_offset:
		set_rule(run, number, CFI_VALUE_OFFSET, factored(run, bytes_uleb(in)));
		break;
	case DW_CFA_val_offset_sf:
		set_rule(run, number, CFI_VALUE_OFFSET, factored(run, (uint64_t)bytes_sleb(in)));
		break;
	case DW_CFA_register:
		set_rule(run, number, CFI_REGISTER, (int64_t)bytes_uleb(in));
		break;
	case DW_CFA_expression:
		set_rule(run, number, CFI_EXPRESSION, take_expression(run));
		break;
	case DW_CFA_val_expression:
		set_rule(run, number, CFI_VALUE_EXPRESSION, take_expression(run));
		break;
	case DW_CFA_undefined:
		set_rule(run, number, CFI_UNDEFINED, 0);
		break;
	case DW_CFA_same_value:
		set_rule(run, number, CFI_SAME, 0);
		break;
	case DW_CFA_restore_extended:
		restore_rule(run, number);
		break;
	default:
		bytes_fail(in);
	}
}

/* One instruction whose operation fills the whole byte. */
static void execute_extended(struct run *run, uint8_t operation)
{
	struct bytes *in = &run->in;
	switch (operation) {
	case DW_CFA_nop:
		break;
	case DW_CFA_set_loc:
		run->at = bytes_pointer(in, run->entry->pointer_encoding);
		break;
	case DW_CFA_advance_loc1:
		run->at += bytes_unsigned(in, 1) * run->entry->code_alignment;
		break;
	case DW_CFA_advance_loc2:
		run->at += bytes_unsigned(in, 2) * run->entry->code_alignment;
		break;
	case DW_CFA_advance_loc4:
		run->at += bytes_unsigned(in, 4) * run->entry->code_alignment;
		break;
	case DW_CFA_remember_state:
	case DW_CFA_restore_state:
		change_saved_rows(run, operation == DW_CFA_remember_state);
		break;
	case DW_CFA_GNU_args_size:
		bytes_uleb(in);
		break;
	case DW_CFA_def_cfa:
	case DW_CFA_def_cfa_sf:
	case DW_CFA_def_cfa_register:
	case DW_CFA_def_cfa_offset:
	case DW_CFA_def_cfa_offset_sf:
	case DW_CFA_def_cfa_expression:
		change_cfa(run, operation);
		break;
	default:
		change_register(run, operation);
	}
}

static void execute(struct run *run)
{
	uint8_t byte = (uint8_t)bytes_unsigned(&run->in, 1);
	uint8_t operand = byte & 0x3f;
	switch (byte & 0xc0) {
	case DW_CFA_advance_loc:
		run->at += operand * run->entry->code_alignment;
		break;
	case DW_CFA_offset:
		set_rule(run, operand, CFI_OFFSET, factored(run, bytes_uleb(&run->in)));
		break;
	case DW_CFA_restore:
		restore_rule(run, operand);
		break;
	default:
		execute_extended(run, byte);
	}
}

/* Until the instructions end or begin a row beyond the wanted address. */
static bool run_program(struct run *run, struct bytes program)
{
	run->in = program;
	while (run->in.at < run->in.end) {
		/* Only an advance moves `at`, and an advance changes nothing else. */
		execute(run);
		if (run->at > run->pc)
			break;
	}
	return !run->in.bad;
}

bool cfi_row_at(struct cfi_machine *machine, const struct eh_frame_entry *entry, uintptr_t pc)
{
	struct run run = {
		.machine = machine, .entry = entry, .at = entry->start, .pc = pc, .in_common = true};
	memset(&machine->row, 0, sizeof(machine->row));
	if (entry->return_register != ARCH_PC || !run_program(&run, entry->common) || run.at != entry->start)
		return false;
	machine->initial = machine->row;
	run.in_common = false;
	run.saved = 0;
	return run_program(&run, entry->program) && machine->row.cfa_kind != CFI_SAME;
}

struct bytes cfi_expression(int64_t block_address)
{
	const uint8_t *at = (const uint8_t *)(uintptr_t)block_address;
	struct bytes in = {at, at + 10, false};
	uint64_t count = bytes_uleb(&in);
	return (struct bytes){in.at, in.at + count, in.bad};
}
