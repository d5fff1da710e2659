/*
 * expression.h - evaluation of the DWARF expressions that occur in call frame information.
 *
 * Bounded in time and memory; reads memory only where that is proven possible.
 */
#ifndef MPROF_PRELOAD_UNWIND_EXPRESSION_H
#define MPROF_PRELOAD_UNWIND_EXPRESSION_H

#include "arch_registers.h"
#include "preload/unwind/bytes.h"
#include "preload/unwind/readable.h"

/* Evaluates `operations`, with *initial pushed first unless it is NULL.  False: malformed, an
 * unknown operation, an unknown register or unreadable memory. */
bool expression_evaluate(struct bytes operations, const struct unwind_registers *registers,
			 const struct readable *readable, const uint64_t *initial, uint64_t *result);

#endif
