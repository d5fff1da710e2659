/*
 * confine.h - whether a system call of the shim's own might get the host killed.
 *
 * A program that filters its system calls (seccomp) has a list of those that it makes, not of ours.  So from
 * then on the shim makes none at all: it lives on what it reserved before, waits without sleeping, and what
 * cannot be had then is counted as lost.  A filter is seen as it comes (prctl and syscall are interposed), or
 * a moment later by the drainer, which may look.  A filter that was there from the start, as in most
 * containers, has let the start pass and so is none.
 *
 * Process-wide, though a filter is a thread's: which thread makes a new one is not known.  Survives fork.
 */
#ifndef MPROF_PRELOAD_SESSION_CONFINE_H
#define MPROF_PRELOAD_SESSION_CONFINE_H

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

/* The program is about to filter its system calls: reserves what can be needed, and makes no more.  False: so
 * it was before. */
bool confine_begin(void);

/* It did not come to that; after a confine_begin that returned true. */
void confine_undo(void);

#endif
