/*
 * step.h - leaving one frame with all registers followed: complete, and some hundred times
 * slower than a cached rule.
 */
#ifndef MPROF_PRELOAD_UNWIND_STEP_H
#define MPROF_PRELOAD_UNWIND_STEP_H

#include "preload/unwind/state.h"
#include "preload/unwind/stop.h"

/* Moves state->registers to the caller's frame.  STOP_NONE if there is one. */
enum unwind_stop step_outwards(struct unwind_state *state);

#endif
