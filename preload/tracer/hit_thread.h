/*
 * hit_thread.h - what a thread keeps between hits.
 *
 * A thread comes by it at its first hit and never gives it back: who comes later and finds that the owner is
 * gone takes it.  So nothing depends on seeing threads end.
 */
#ifndef MPROF_PRELOAD_TRACER_HIT_THREAD_H
#define MPROF_PRELOAD_TRACER_HIT_THREAD_H

#include "preload/tracer/activations.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct hit_thread {
	uint32_t number;
	_Atomic uint32_t owner; /* tid */
	struct hit_thread *next;
	uintptr_t busy_sp;            /* of the hit that is being counted; 0: none */
	uint32_t bare_row, bare_site; /* of the last hit that was counted without an activation */
	uint64_t *moments;            /* by row: when a visit of it was last told of, see hit.c */
	uint32_t rows;                /* of which there are those; none of others is told of */
	uint64_t owners;              /* it has had so many */
	struct stacks stacks;
};

/* The calling thread's, to be looked at first. */
extern __thread struct hit_thread *hit_thread_self
	__attribute__((visibility("hidden"), tls_model("initial-exec")));

/* So many rows there are by now. */
void hit_threads_rows(uint32_t rows);

/* In a hit of this thread: makes room for moments of all rows.  False if there is none. */
bool hit_thread_more(struct hit_thread *thread);

/* In a fork child, where this thread is another one. */
void hit_thread_after_fork(void);

/* Makes it.  NULL if there is no memory, or none may be asked for. */
struct hit_thread *hit_thread_attach(void);

#endif
