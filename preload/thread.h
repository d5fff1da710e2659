/*
 * thread.h - the calling thread's private state and its queue of chunks.
 *
 * A thread attaches at its first event: it claims a slot of the session and takes the
 * private memory that belongs to that slot, so that threads which come and go reuse both.
 * There is nothing to tear down when it ends: the drainer notices.
 */
#ifndef MPROF_PRELOAD_THREAD_H
#define MPROF_PRELOAD_THREAD_H

#include "unwind/unwind.h"

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

struct process;

struct thread {
	struct session_header *session; /* NULL: not attached, or zeroed by fork */
	struct process *process;
	struct session_thread *slot;
	struct session_chunk *chunk; /* never NULL once attached */
	uint32_t used;               /* records in it */
	uint32_t flags, stamp_shift; /* of the session, at hand */
	uint32_t slot_index;
	uint64_t last_stamp;
	struct unwind_state *unwind;
};

extern __thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* Attaches the calling thread, starting the session if this is its first event.  NULL where
 * recording is off or impossible.  Blocks signals meanwhile; errno preserved; the guard is
 * the caller's. */
struct thread *thread_attach(void);

/* Closes the current chunk and opens the next, waiting for a drainer that is behind but alive.
 * False: there is none to be had; the current one stays, and the caller counts the loss. */
bool thread_next_chunk(struct thread *thread);

/* Reserves a place in the side ring, for an event of a signal handler that interrupted the shim; waits
 * as thread_next_chunk does.  False: none to be had, and the caller counts the loss. */
bool thread_side_ticket(struct thread *thread, uint64_t *ticket);

/* Wakes the drainer if it sleeps. */
void thread_ring_doorbell(struct session_header *session);

#endif
