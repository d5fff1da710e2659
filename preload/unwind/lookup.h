/*
 * lookup.h - from a frame's pc to the row of unwind information that describes it.
 */
#ifndef MPROF_PRELOAD_UNWIND_LOOKUP_H
#define MPROF_PRELOAD_UNWIND_LOOKUP_H

#include "preload/unwind/state.h"

struct lookup {
	bool has_row;      /* then state->machine.row is the frame's */
	bool signal_frame; /* and the frame is a signal handler's return trampoline */
	uint32_t module;   /* index + 1, 0 if none is known */
};

/* `exact`: the frame was interrupted at pc.  Otherwise pc is a return address. */
struct lookup lookup_frame(struct unwind_state *state, uintptr_t pc, bool exact);

#endif
