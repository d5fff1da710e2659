/*
 * state.h - what a thread's unwinder keeps between walks, and its scratch space.
 *
 * All zero means empty; the caller's mapping is zeroed in a fork child, which matters: rules
 * carry module indices of the parent's session.
 */
#ifndef MPROF_PRELOAD_UNWIND_STATE_H
#define MPROF_PRELOAD_UNWIND_STATE_H

#include "preload/unwind/cfi.h"
#include "preload/unwind/memo.h"

/* Few sets do for most threads, and touch little memory; one that has missed so many rules gets more. */
#define RULE_SETS_FEW 1024u
#define RULE_SETS_MANY 4096u
#define RULES_MISSED_MANY 8192u

struct rule_place {
	uintptr_t pc;
	uint64_t rule;
};

/* Deepest stack that is kept whole; of deeper ones the innermost frames are. */
#define UNWIND_FRAMES_MAX 131072

/* Room for the stacks of nearly all threads: see room.h. */
#define TRAIL_FRAMES_FEW 4096
#define WALKED_FRAMES_FEW 32768

struct room {
	struct trail_frame frames[TRAIL_FRAMES_FEW];
	struct trail_word words[TRAIL_FRAMES_FEW * TRAIL_WORDS_PER_FRAME];
	struct trail_step steps[TRAIL_FRAMES_FEW];
	struct path_frame walked[WALKED_FRAMES_FEW];
};

struct unwind_state {
	struct memo *memo;   /* first, for the hot path; NULL before the first walk */
	uint32_t generation; /* of the code that rules, memo and trail speak of */
	struct readable readable;
	struct unwind_registers registers;
	struct cfi_machine machine;
	uint32_t rules_missed;                                   /* lookups that were in vain */
	uint32_t rules_mask;                                     /* of the sets, beyond those of the few */
	_Alignas(64) struct rule_place rules[RULE_SETS_MANY][2]; /* a set never straddles cache lines */
	struct trail trail;
	struct path_frame *walked; /* the last walk's, innermost first */
	size_t walked_max;
	struct room_deep *deep; /* NULL until it is needed */
	_Alignas(MEMO_SET_BYTES) char memo_few[MEMO_BYTES(MEMO_SETS_FEW)];
	struct room room;
};

#endif
