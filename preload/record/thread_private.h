/*
 * thread_private.h - what the files of thread.h share.
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_PRIVATE_H
#define MPROF_PRELOAD_RECORD_THREAD_PRIVATE_H

#include "thread.h"

/* ---- thread.c ---------------------------------------------------------------- */

/* From now on no thread stamps with what the drainer shows: see coarse_stamp in ordinary.h. */
void thread_want_own_clocks(struct process *process);

/* ---- thread_wait.c ----------------------------------------------------------- */

/* Lets the drainer catch up until `take` gets something, which is returned; 0: it is dead or stopped.
 * `last`: without it the recording is over, so it is given some more time. */
uint32_t thread_await(struct process *process, struct session_header *session, uint32_t (*take)(void *from),
		      void *from, bool last);

/* After a jump out of thread_await: the calling thread waits no more. */
void thread_wait_no_more(struct session_header *session);

/* ---- thread_chunks.c --------------------------------------------------------- */

/* Takes the top of a stack of things, of each of which `link_of` knows where the next one stands.  Index + 1,
 * or 0: it is empty. */
uint32_t thread_pop(struct process *process, _Atomic uint64_t *stack,
		    _Atomic uint32_t *(*link_of)(struct process *process, uint32_t index));

/* A chunk that nobody has, index + 1; waits as thread_next_chunk does.  0: there is none to be had. */
uint32_t thread_take_chunk(struct process *process, struct arena *arena);

/* Makes it the thread's, with `first_record` as the ordinal of its first record. */
struct session_chunk *thread_open_chunk(struct thread *thread, uint32_t taken, uint64_t first_record);

#endif
