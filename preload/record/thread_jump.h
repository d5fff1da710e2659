/*
 * thread_jump.h - after a signal handler has jumped out of the shim (siglongjmp).
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_JUMP_H
#define MPROF_PRELOAD_RECORD_THREAD_JUMP_H

#include "thread_state.h"

/* Whether the shim is not on the stack that begins at `here`, for certain.  To be asked for every
 * event that finds the guard BUSY; answers in earnest now and then. */
bool thread_has_left(struct thread *thread, const struct unwind_start *here);

/* After an event that a signal handler jumped out of: what is not committed never was. */
void thread_recover(struct thread *thread);

#endif
