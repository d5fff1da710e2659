/*
 * room.h - where a thread's stacks are kept.
 *
 * Room for nearly all stacks stands in the thread's state.  The first one that is deeper has room mapped
 * for all that is kept of any: so deep recursion is known by its trail as every other stack is, and threads
 * without one need not have that much memory.
 */
#ifndef MPROF_PRELOAD_UNWIND_ROOM_H
#define MPROF_PRELOAD_UNWIND_ROOM_H

#include "preload/unwind/state.h"

/* The state's own room, unless there is some already. */
void room_begin(struct unwind_state *state);

/* Room for all frames, and an empty trail.  False: there is no more than there was. */
bool room_deepen(struct unwind_state *state);

/* Whether a fork child finds what the state has outside its own memory, or zeroes. */
void unwind_keep_on_fork(struct unwind_state *state, bool keep);

#endif
