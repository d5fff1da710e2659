/*
 * thread.h - the calling thread's private state and its queue of chunks.
 *
 * A thread attaches at its first event: it claims a slot of the session and takes the
 * private memory that belongs to that slot, so that threads which come and go reuse both.  At its end
 * it leaves all that to the next thread; where it does not see its end, the drainer notices.
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_H
#define MPROF_PRELOAD_RECORD_THREAD_H

#include "unwind/unwind.h"

#include "trace/format.h"
#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct process;

struct thread {
	struct session_header *session; /* NULL: not attached, or zeroed by fork */
	struct arena *arena;
	struct process *process;
	struct unwind_state *unwind;
	struct session_chunk *chunk; /* never NULL once attached */
	uint64_t epoch;              /* in which nothing was in the way of ordinary events; 0: none */
	uint32_t used;               /* records in the chunk */
	uint32_t coarse_until;       /* how many may be before the clock is read again */
	uint32_t coarse_run;         /* and for how many more one reading does then */
	uint32_t flags, stamp_shift; /* of the session, at hand */
	uint64_t last_stamp;
	uint64_t coarse_least; /* the clock's stamp counts only from this on */
	const struct session_clock *clock;
	uint32_t slot_index;
	bool samples; /* not all blocks are recorded */
	struct session_thread *slot;
	uint64_t asked_record; /* see thread_has_left */
	uint32_t asked;
	struct unwind_state *spare_unwind;
	_Atomic uint32_t vacant_next; /* slot index + 1, while its slot is vacant */
	bool putting_aside;
};

extern __thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* Attaches the calling thread, starting the session if this is its first event.  NULL where
 * recording is off or impossible.  Blocks signals meanwhile; errno preserved; the guard is
 * the caller's. */
struct thread *thread_attach(void);

/* The calling thread ends; should it have more events all the same, it attaches anew. */
void thread_end(void);

/* Once per program, before its first thread is attached: threads shall see their end. */
void thread_watch_ends(void);

/* For threads that attach when system calls are filtered. */
void thread_reserve(struct process *process);

/* Looks anew at what may keep this thread's events from being ordinary, and its stamps from being coarse, if
 * anything may have changed since it last did. */
void thread_review(struct thread *thread);

/* Closes the current chunk and opens the next, waiting for a drainer that is behind but alive.
 * False: there is none to be had; the current one stays, and the recording is over. */
bool thread_next_chunk(struct thread *thread);

/* Records an event of a signal handler that interrupted the shim, in the side ring; waits as
 * thread_next_chunk does.  False: no room to be had, and the caller counts the loss. */
bool thread_put_aside(struct thread *thread, uint64_t w0, uint64_t address, uint64_t size_bytes);

/* Whether the shim is not on the stack that begins at `here`, for certain.  To be asked for every
 * event that finds the guard BUSY; answers in earnest now and then. */
bool thread_has_left(struct thread *thread, const struct unwind_start *here);

/* After an event that a signal handler jumped out of: what is not committed never was. */
void thread_recover(struct thread *thread);

/* From now on nothing is recorded, since something that every event needs cannot be had. */
void thread_go_blind(struct process *process, enum blind_reason reason);

/* Counts an event of this thread that is not recorded. */
void thread_lose(struct thread *thread);

/* Wakes the drainer if it sleeps. */
void thread_ring_doorbell(struct session_header *session);

/* Around a fork by a signal handler that interrupted an event of this thread: whether the child finds the
 * thread's private state, or zeroes as ever. */
void thread_keep_on_fork(struct thread *thread, bool keep);

#endif
