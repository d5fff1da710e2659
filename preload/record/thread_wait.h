/*
 * thread_wait.h - waiting for the drainer, and waking it.
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_WAIT_H
#define MPROF_PRELOAD_RECORD_THREAD_WAIT_H

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

struct process;

/* Wakes the drainer if it sleeps. */
void thread_ring_doorbell(struct session_header *session);

/* Lets the drainer catch up until `take` gets something, which is returned; 0: it is dead or stopped.
 * `last`: without it the recording is over, so it is given some more time. */
uint32_t thread_await(struct process *process, struct session_header *session, uint32_t (*take)(void *from),
		      void *from, bool last);

/* After a jump out of thread_await: the calling thread waits no more. */
void thread_wait_no_more(struct session_header *session);

#endif
