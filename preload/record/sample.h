/*
 * sample.h - which blocks are recorded, where not all are: MPROF_SAMPLE.
 *
 * Poisson sampling by bytes.  Each thread counts down the bytes that it allocates from an exponentially
 * distributed interval; the block in which the count runs out is recorded, with its free.  So a block
 * of s bytes is sampled with probability 1 - exp(-(s + 1) / mean), independently of all others: an empty
 * block weighs one byte, that it be seen at all.
 *
 * Without sampling the countdown is 0 for ever and there is no set: every block is recorded, for the price
 * of one comparison.  Async-signal-safe, no locks; a handler that interrupts a countdown may get it wrong by
 * a block.
 */
#ifndef MPROF_PRELOAD_RECORD_SAMPLE_H
#define MPROF_PRELOAD_RECORD_SAMPLE_H

#include "sample_set.h"

#include <stddef.h>

enum sample_mode {
	SAMPLE_UNKNOWN = 0, /* no event yet */
	SAMPLE_NOT,         /* every block is recorded */
	SAMPLE_SOME,
};

/* A thread's own.  A fork child has its parent's countdown, which is as good as any, and draws from a stream
 * of its own then. */
struct sample_thread {
	uint64_t left;           /* bytes until the next sample, less one */
	uint64_t stream, origin; /* random state; which process's seed it comes from, 0: none yet */
	uint64_t last_key, left_after_last;
};

extern __thread struct sample_thread sample_thread __attribute__((tls_model("initial-exec")));
extern _Atomic enum sample_mode sample_mode __attribute__((visibility("hidden")));
extern struct sample_set *_Atomic sample_set
	__attribute__((visibility("hidden"))); /* NULL: there is no sampling, or not yet */
/* The same if nothing but the set need be asked about a block: see sample_of_heap_alone. */
extern struct sample_set *_Atomic sample_quick_set __attribute__((visibility("hidden")));

/* Before the session of this process begins: 0 is no sampling.  False: no memory for it. */
bool sample_start(uint64_t mean_bytes, uint64_t seed);

/* After sample_start, where there are no blocks but those of the real allocator, nor will there be any: frees
 * need not ask whose theirs is. */
void sample_of_heap_alone(void);

/* For a block about to be allocated: true, it is none to record, and that is all. */
static inline bool sample_passes(size_t size_bytes)
{
	uint64_t left;

	/* left - size_bytes - 1, and whether that is no less than 0, in one addition. */
	if (!__builtin_add_overflow(sample_thread.left, ~(uint64_t)size_bytes, &left))
		return false;
	sample_thread.left = left;
	return true;
}

/* For a block that did not pass, once it is there: whether it is to be recorded, as it then must be. */
bool sample_takes(const void *block, size_t size_bytes, bool tracked);

static inline bool sample_begins(const void *block, size_t size_bytes)
{
	/* Relaxed: whoever acts on anything but NOT looks again. */
	return __builtin_expect(atomic_load_explicit(&sample_mode, memory_order_relaxed) == SAMPLE_NOT, 1) ||
	       sample_takes(block, size_bytes, false);
}

static inline struct sample_set *sample_live(void)
{
	/* Acquire: pairs with the release in sample_start; the set is mapped. */
	return atomic_load_explicit(&sample_set, memory_order_acquire);
}

static inline bool sample_is_on(void)
{
	return sample_live() != NULL;
}

/* For a block about to end, NULL included: true, it was not recorded, for certain. */
static inline bool sample_missed(const void *block)
{
	const struct sample_set *set = sample_live();

	return set && !sample_set_may_hold(set, block);
}

/* The same, and it is the real allocator's: all that there is to know before it is freed. */
static inline bool sample_missed_of_heap(const void *block)
{
	/* Acquire: pairs with the release in sample_of_heap_alone; the set is mapped. */
	const struct sample_set *set = atomic_load_explicit(&sample_quick_set, memory_order_acquire);

	return set && !sample_set_may_hold(set, block);
}

enum sample_end {
	SAMPLE_UNSEEN,    /* it was not recorded */
	SAMPLE_SEEN,      /* it was, or nobody knows */
	SAMPLE_TEMPORARY, /* it was, by this thread, which has not allocated since */
};

/* For a block about to end.  From then on it is no sampled one. */
enum sample_end sample_ends(const void *block, bool tracked);

/* The block did not end. */
void sample_stays(const void *block);

#endif
