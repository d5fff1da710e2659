/*
 * arch_registers.h - registers as DWARF numbers them.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_REGISTERS_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

/* ARCH_PC is the return address column. */
enum { ARCH_FP = 6, ARCH_SP = 7, ARCH_PC = 16, ARCH_REGISTERS = 17 };

/* All registers of a frame, for the walk that needs them. */
struct unwind_registers {
	uint64_t value[ARCH_REGISTERS];
	uint32_t valid; /* bit per register whose value is known */
	bool exact;     /* pc was interrupted, not returned to */
};

/* The registers as they are in the caller when this returns. */
void arch_capture(struct unwind_registers *registers);

#endif
