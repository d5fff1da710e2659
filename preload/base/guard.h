/*
 * guard.h - the reentrancy guard: one thread-local word that says what the shim is doing.
 *
 * An event that finds BUSY comes from a signal handler that interrupted the shim.  One that
 * finds INTERNAL comes from a call that the shim itself made, and is nobody's business; one that finds TRIAL
 * likewise, but that it is the answer to a question (allocator.c).
 * Initial-exec TLS: touching it never allocates and never calls __tls_get_addr.
 */
#ifndef MPROF_PRELOAD_BASE_GUARD_H
#define MPROF_PRELOAD_BASE_GUARD_H

#include <stdatomic.h>

enum guard_state { GUARD_IDLE = 0, GUARD_BUSY = 1, GUARD_INTERNAL = 2, GUARD_TRIAL = 3 };

extern __thread volatile int guard __attribute__((tls_model("initial-exec")));

static inline int guard_enter(int state)
{
	int outer = guard;

	guard = state;
	/* Signal handlers of this thread see the guard before anything it guards. */
	atomic_signal_fence(memory_order_seq_cst);
	return outer;
}

/* Where the guard was found IDLE. */
static inline void guard_raise(void)
{
	guard = GUARD_BUSY;
	/* As above. */
	atomic_signal_fence(memory_order_seq_cst);
}

static inline int guard_enter_internal(void)
{
	return guard_enter(GUARD_INTERNAL);
}

static inline void guard_leave(int outer)
{
	/* Pairs with guard_enter in a signal handler of this thread: it finds done what was guarded. */
	atomic_signal_fence(memory_order_seq_cst);
	guard = outer;
}

#endif
