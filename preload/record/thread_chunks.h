/*
 * thread_chunks.h - the producer's end of the chunk queue.
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_CHUNKS_H
#define MPROF_PRELOAD_RECORD_THREAD_CHUNKS_H

#include "thread_state.h"

/* Takes the top of a stack of things, of each of which `link_of` knows where the next one stands.  Index + 1,
 * or 0: it is empty. */
uint32_t thread_pop(struct process *process, _Atomic uint64_t *stack,
		    _Atomic uint32_t *(*link_of)(struct process *process, uint32_t index));

/* A chunk that nobody has, index + 1; waits as thread_next_chunk does.  0: there is none to be had. */
uint32_t thread_take_chunk(struct process *process, struct arena *arena);

/* Makes it the thread's, with `first_record` as the ordinal of its first record. */
struct session_chunk *thread_open_chunk(struct thread *thread, uint32_t taken, uint64_t first_record);

/* Closes the current chunk and opens the next, waiting for a drainer that is behind but alive.
 * False: there is none to be had; the current one stays, and the recording is over. */
bool thread_next_chunk(struct thread *thread);

#endif
