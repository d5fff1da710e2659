/*
 * epoch.h - one word that changes with whatever the hot path takes for granted.
 *
 * Whoever has found everything in order remembers the epoch in which it was, and as long as that has not
 * passed one comparison tells that it still is.  Upper half: which code is loaded (unwind/rules.c).  Lower
 * half: what is recorded, and with which clock (thread_review).
 */
#ifndef MPROF_PRELOAD_BASE_EPOCH_H
#define MPROF_PRELOAD_BASE_EPOCH_H

#include <stdatomic.h>
#include <stdint.h>

#define EPOCH_RECORDING UINT64_C(1)
#define EPOCH_CODE (UINT64_C(1) << 32)

/* Never 0. */
extern _Atomic uint64_t epoch_word __attribute__((visibility("hidden")));

/* Ask before looking at what it speaks of. */
static inline uint64_t epoch_now(void)
{
	/* Acquire: pairs with the release in epoch_advance. */
	return atomic_load_explicit(&epoch_word, memory_order_acquire);
}

/* After a change; `step` says of which kind. */
static inline void epoch_advance(uint64_t step)
{
	/* Release: who sees the new epoch also sees what changed before. */
	atomic_fetch_add_explicit(&epoch_word, step, memory_order_release);
}

static inline uint32_t epoch_code(void)
{
	return (uint32_t)(epoch_now() / EPOCH_CODE);
}

#endif
