/*
 * confined.h - whether a system call of the shim's own might get the host killed.
 *
 * A program that filters its system calls (seccomp) has a list of those that it makes, not of ours.  So from
 * then on the shim makes none at all: see record/confine.h.
 *
 * Process-wide, though a filter is a thread's: which thread makes a new one is not known.  Survives fork.
 */
#ifndef MPROF_PRELOAD_BASE_CONFINED_H
#define MPROF_PRELOAD_BASE_CONFINED_H

#include "trace/session.h"

#include <stdatomic.h>
#include <stdbool.h>

extern _Atomic uint32_t confine_word __attribute__((visibility("hidden")));

/* To be asked before every system call that the host has not asked for.  Not for the hot path. */
static inline bool confined(void)
{
	/* Relaxed, here and below: who set it in another thread has still to install its filter. */
	return __builtin_expect(atomic_load_explicit(&confine_word, memory_order_relaxed) != 0, 0);
}

/* Whether the drainer has seen one: asked where events are about to need system calls. */
static inline void confine_look(const struct session_header *session)
{
	if (atomic_load_explicit(&session->confined, memory_order_relaxed))
		atomic_store_explicit(&confine_word, 1, memory_order_relaxed);
}

#endif
