/*
 * fast_walk.h - leaving frames by rules alone, which is nearly all that a walk does.
 */
#ifndef MPROF_PRELOAD_UNWIND_FAST_WALK_H
#define MPROF_PRELOAD_UNWIND_FAST_WALK_H

#include "preload/unwind/state.h"
#include "preload/unwind/stop.h"

/* Where the fast walk stands: a frame that is not yet recorded. */
struct unwind_cursor {
	uintptr_t pc, sp, fp;
	size_t count;      /* frames recorded so far */
	uintptr_t largest; /* of them, in bytes */
};

/* Records frames from the cursor outwards for as long as rules allow.  After
 * STOP_FULL_REGISTERS the last recorded frame is the one that could not be left. */
enum unwind_stop fast_walk(struct unwind_state *state, struct unwind_cursor *cursor);

/* Follows rules from the start to the thread's outermost frame, or to a frame from which the trail
 * knows the rest.  The steps are in state->trail.  False: the stack is not one of those. */
bool fast_walk_follow(struct unwind_state *state, const struct unwind_start *start,
		      struct trail_meeting *met);

/* Leaves a frame of code without unwind information by its frame pointer, if that looks like
 * one.  Sets all three on success. */
bool fast_walk_guess(struct readable *readable, uintptr_t *pc, uintptr_t *sp, uintptr_t *fp);

#endif
