/*
 * thread.h - attaching the calling thread to the recording.
 *
 * A thread attaches at its first event: it claims a slot of the session and takes the
 * private memory that belongs to that slot, so that threads which come and go reuse both.  At its end
 * it leaves all that to the next thread; where it does not see its end, the drainer notices.
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_H
#define MPROF_PRELOAD_RECORD_THREAD_H

#include "thread_state.h"

/* Attaches the calling thread, starting the session if this is its first event.  NULL where
 * recording is off or impossible.  Blocks signals meanwhile; errno preserved; the guard is
 * the caller's.  Where the queue of a thread that has ended goes on as this one's, `took_over` is to say so
 * in it. */
struct thread *thread_attach(void (*took_over)(struct thread *thread, uint32_t tid));

/* The calling thread ends; should it have more events all the same, it attaches anew. */
void thread_end(void);

/* Once per program, before its first thread is attached: threads shall see their end. */
void thread_watch_ends(void);

/* For threads that attach when system calls are filtered. */
void thread_reserve(struct process *process);

/* Around a fork by a signal handler that interrupted an event of this thread: whether the child finds the
 * thread's private state, or zeroes as ever. */
void thread_keep_on_fork(struct thread *thread, bool keep);

#endif
