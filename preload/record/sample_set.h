/*
 * sample_set.h - which live blocks are sampled, asked at every free: a filter in front of an exact set.
 *
 * Lock-free, bounded, safe in signal handlers; never allocates.  All zero is the empty set, so a fork child
 * whose pages were wiped has one.  Whoever frees a block was handed it by the thread that put it in, and
 * whoever is given its address next by the allocator after the free: the program's own hand-over orders
 * the calls that concern one block, so relaxed accesses are enough throughout.
 */
#ifndef MPROF_PRELOAD_RECORD_SAMPLE_SET_H
#define MPROF_PRELOAD_RECORD_SAMPLE_SET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SAMPLE_FILTER_BITS 16
#define SAMPLE_BUCKET_SHIFT 7 /* bytes of addresses that share a bucket */
#define SAMPLE_TIERS 3
#define SAMPLE_WINDOW 16u        /* slots that a key may stand in, of each tier */
#define SAMPLE_BUCKET_FULL 255u  /* a bucket that no longer counts: any of its keys may be in the set */
#define SAMPLE_TIER_0 (1u << 12) /* slots; a window more each, so that none wraps */
#define SAMPLE_TIER_1 (1u << 16)
#define SAMPLE_TIER_2 (1u << 20)

/* Tiers are touched as they are needed, and looked for nothing in before: few sampled blocks take few pages.
 */
struct sample_set {
	_Atomic uint8_t filter[1u << SAMPLE_FILTER_BITS]; /* keys by hash */
	_Atomic uint32_t deepest;                         /* tier that a key was ever put in */
	_Atomic uint64_t first[SAMPLE_TIER_0 + SAMPLE_WINDOW];
	_Atomic uint64_t second[SAMPLE_TIER_1 + SAMPLE_WINDOW];
	_Atomic uint64_t third[SAMPLE_TIER_2 + SAMPLE_WINDOW];
};

/* Tracked blocks have an address space of their own; never 0. */
static inline uint64_t sample_key(const void *block, bool tracked)
{
	return (uint64_t)(uintptr_t)block << 1 | tracked;
}

/* Neighbours share a bucket, and the next ones a cache line of the filter: blocks of a page or two take no
 * more than that between them. */
static inline unsigned sample_bucket(const void *block)
{
	return (uint16_t)((uintptr_t)block >> SAMPLE_BUCKET_SHIFT);
}

_Static_assert(SAMPLE_FILTER_BITS == 16, "sample_bucket yields sixteen bits");

/* False: the block is not in the set, for certain. */
static inline bool sample_set_may_hold(const struct sample_set *set, const void *block)
{
	return atomic_load_explicit(&set->filter[sample_bucket(block)], memory_order_relaxed) != 0;
}

/* Puts a block in.  Where there is no room its bucket is full from then on. */
void sample_set_add(struct sample_set *set, const void *block, bool tracked);

/* Takes a block out.  True: it was in, or it belongs to a full bucket, where that cannot be known. */
bool sample_set_remove(struct sample_set *set, const void *block, bool tracked);

#endif
