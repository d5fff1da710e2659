/*
 * state.h - what a thread's unwinder keeps between walks, and its scratch space.
 *
 * All zero means empty; the caller's mapping is zeroed in a fork child, which matters: rules
 * carry module indices of the parent's session.
 */
#ifndef MPROF_PRELOAD_UNWIND_STATE_H
#define MPROF_PRELOAD_UNWIND_STATE_H

#include "preload/unwind/cfi.h"
#include "preload/unwind/readable.h"

#define RULE_SETS_BITS 10
#define RULE_SETS (1u << RULE_SETS_BITS)

struct rule_place {
	uintptr_t pc;
	uint64_t rule;
};

struct unwind_state {
	uint32_t generation; /* of the rules below */
	const void *thread;  /* whose stacks `readable` knows */
	struct readable readable;
	struct unwind_registers registers;
	struct cfi_machine machine;
	struct rule_place rules[RULE_SETS][2];
	struct unwind_frame frames[UNWIND_FRAMES_MAX];
};

#endif
