/*
 * arch.h - what the unwinder needs to know of a processor: one file per architecture behind it.
 */
#ifndef MPROF_PRELOAD_UNWIND_ARCH_H
#define MPROF_PRELOAD_UNWIND_ARCH_H

#include "preload/unwind/unwind.h"

/* Register numbers are DWARF's; ARCH_PC is the return address column. */
#if defined(__x86_64__)
enum { ARCH_FP = 6, ARCH_SP = 7, ARCH_PC = 16, ARCH_REGISTERS = 17 };
#else
#error "no unwinder for this architecture yet: add a file beside x86_64.c"
#endif

struct cfi_row;
struct readable;
struct trail;
struct trail_meeting;

/* Why a walk stopped. */
enum unwind_stop {
	STOP_NONE = 0,
	STOP_END,            /* at the thread's outermost frame */
	STOP_CUT,            /* outer frames exist, or may exist, that cannot be reached */
	STOP_FULL_REGISTERS, /* the last frame needs more registers than the fast walk follows */
};

/* Where the fast walk stands: a frame that is not yet recorded. */
struct unwind_cursor {
	uintptr_t pc, sp, fp;
	size_t count; /* frames recorded so far */
};

/* All registers of a frame, for the walk that needs them. */
struct unwind_registers {
	uint64_t value[ARCH_REGISTERS];
	uint32_t valid; /* bit per register whose value is known */
	bool exact;     /* pc was interrupted, not returned to */
};

/* The registers as they are in the caller when this returns. */
void arch_capture(struct unwind_registers *registers);

/* Packs a CFI row into a rule (rules.h) without module; `signal_frame` as in eh_frame.h. */
uint64_t arch_rule(const struct cfi_row *row, bool signal_frame);

/* Records frames from the cursor outwards for as long as rules allow.  After
 * STOP_FULL_REGISTERS the last recorded frame is the one that could not be left. */
enum unwind_stop arch_walk(struct unwind_state *state, struct unwind_cursor *cursor);

/* Follows rules from the start to the thread's outermost frame, or to a frame from which the trail
 * knows the rest.  The steps are in state->trail.  False: the stack is not one of those. */
bool arch_follow(struct unwind_state *state, const struct unwind_start *start, struct trail_meeting *met);

/* Puts the steps in the place of the trail's frames that were not kept: all of them but their paths. */
void arch_place(struct trail *trail, struct trail_meeting met);

/* Leaves a frame of code without unwind information by its frame pointer, if that looks like
 * one.  Sets all three on success. */
bool arch_guess(struct readable *readable, uintptr_t *pc, uintptr_t *sp, uintptr_t *fp);

#endif
