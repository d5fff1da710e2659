/*
 * unwind.h - the call path of the calling thread, from the interposed function outwards.
 *
 * The walk itself; the recorder asks context.h, which seldom needs one.  Nothing here allocates through the
 * interposed functions, takes a lock or calls the dynamic loader's locking functions;
 * all of it may run inside a signal handler.
 */
#ifndef MPROF_PRELOAD_UNWIND_H
#define MPROF_PRELOAD_UNWIND_H

#include "preload/memory/contexts.h"
#include "preload/unwind/start.h"

/* Per-thread rule cache and scratch space; bytes of private zeroed memory that the caller maps, aligned so
 * and zeroed again in a fork child. */
#define UNWIND_STATE_ALIGNMENT 128
struct unwind_state;
size_t unwind_state_bytes(void);

/*
 * Walks from `start` outwards.  Returns the number of frames (at least 1), innermost
 * first, in *frames, which lie in `state` until the next call.  Where unwind information
 * ends, the walk stops cleanly; if that is not the thread's true outermost frame, the last
 * frame carries NODE_TRUNCATED.
 */
size_t unwind_walk(struct unwind_state *state, const struct unwind_start *start,
		   const struct path_frame **frames);

/* After a walk that a signal handler jumped out of: what may be half written is forgotten. */
void unwind_forget(struct unwind_state *state);

/* Before a walk, and before unwind_context_known: forgets what has become wrong since the last one. */
void unwind_refresh(struct unwind_state *state);

/* Before a thread asks for anything, if another may have had the state: its stack is gone. */
void unwind_take_over(struct unwind_state *state);

#endif
