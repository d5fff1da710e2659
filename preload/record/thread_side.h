/*
 * thread_side.h - events of signal handlers that interrupted the shim.
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_SIDE_H
#define MPROF_PRELOAD_RECORD_THREAD_SIDE_H

#include "thread_state.h"

/* Records an event of a signal handler that interrupted the shim, in the side ring; waits as
 * thread_next_chunk does.  False: no room to be had, and the caller counts the loss. */
bool thread_put_aside(struct thread *thread, uint64_t w0, uint64_t address, uint64_t size_bytes);

#endif
