/*
 * cfi.h - where a frame keeps its caller's registers: one row of DWARF's CFI table.
 *
 * No state but the caller's; safe in signal handlers.
 */
#ifndef MPROF_PRELOAD_UNWIND_CFI_H
#define MPROF_PRELOAD_UNWIND_CFI_H

#include "arch_registers.h"
#include "preload/unwind/eh_frame.h"

/* How to get the caller's value of a register; `value` is an offset from the CFA in bytes, a
 * register number, or the address of an expression block (length, then operations). */
enum cfi_kind {
	CFI_SAME = 0,
	CFI_UNDEFINED,
	CFI_OFFSET,
	CFI_VALUE_OFFSET,
	CFI_REGISTER,
	CFI_EXPRESSION,
	CFI_VALUE_EXPRESSION,
};

struct cfi_row {
	int64_t value[ARCH_REGISTERS];
	uint8_t kind[ARCH_REGISTERS];
	uint8_t cfa_kind; /* CFI_REGISTER or CFI_VALUE_EXPRESSION */
	uint64_t cfa_register;
	int64_t cfa_value; /* offset to add, or address of the expression block */
};

#define CFI_SAVED_ROWS 8

/* Scratch of the interpreter, too large for a small signal stack. */
struct cfi_machine {
	struct cfi_row row, initial, saved[CFI_SAVED_ROWS];
};

/* Computes machine->row for `pc`, which lies in the entry.  False: malformed or unknown. */
bool cfi_row_at(struct cfi_machine *machine, const struct eh_frame_entry *entry, uintptr_t pc);

/* The operations of an expression block that cfi_row_at has accepted. */
struct bytes cfi_expression(int64_t block_address);

#endif
