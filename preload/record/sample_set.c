/*
 * sample_set.c - see sample_set.h for what is relaxed and why.
 *
 * A key stands somewhere in one window of a tier, and a window is always searched whole: so a slot that is
 * emptied is simply free again.
 */
#include "sample_set.h"

static uint64_t hash(uint64_t key)
{
	return (key >> 1 ^ key << 40) * UINT64_C(0x9e3779b97f4a7c15);
}

/* The window of a key in one tier. */
static _Atomic uint64_t *window(struct sample_set *set, unsigned tier, uint64_t key)
{
	uint64_t place = hash(key) >> 32;

	switch (tier) {
	case 0:
		return &set->first[place % SAMPLE_TIER_0];
	case 1:
		return &set->second[place % SAMPLE_TIER_1];
	default:
		return &set->third[place % SAMPLE_TIER_2];
	}
}

/* Replaces the first `from` of the window; false if it has none. */
static bool replace(_Atomic uint64_t *slots, uint64_t from, uint64_t to)
{
	for (unsigned i = 0; i < SAMPLE_WINDOW; i++) {
		uint64_t seen = atomic_load_explicit(&slots[i], memory_order_relaxed);

		/* Another thread may have taken an empty slot meanwhile; a key is its owner's alone. */
		if (seen == from && atomic_compare_exchange_strong_explicit(
					    &slots[i], &seen, to, memory_order_relaxed, memory_order_relaxed))
			return true;
	}
	return false;
}

/* Where the key stands, or would. */
static bool replace_key(struct sample_set *set, uint64_t key, uint64_t to)
{
	uint32_t deepest = atomic_load_explicit(&set->deepest, memory_order_relaxed);

	for (unsigned tier = 0; tier <= deepest; tier++)
		if (replace(window(set, tier, key), key, to))
			return true;
	return false;
}

static void note_depth(struct sample_set *set, unsigned tier)
{
	uint32_t deepest = atomic_load_explicit(&set->deepest, memory_order_relaxed);

	while (deepest < tier &&
	       !atomic_compare_exchange_weak_explicit(&set->deepest, &deepest, tier, memory_order_relaxed,
						      memory_order_relaxed)) {
	}
}

static bool place_key(struct sample_set *set, uint64_t key)
{
	for (unsigned tier = 0; tier < SAMPLE_TIERS; tier++)
		if (replace(window(set, tier, key), 0, key)) {
			note_depth(set, tier);
			return true;
		}
	return false;
}

/* A full bucket stays so: who has stopped counting cannot count down. */
static void count(_Atomic uint8_t *bucket, int by)
{
	uint8_t seen = atomic_load_explicit(bucket, memory_order_relaxed);

	while (seen != SAMPLE_BUCKET_FULL &&
	       !atomic_compare_exchange_weak_explicit(bucket, &seen, (uint8_t)(seen + by),
						      memory_order_relaxed, memory_order_relaxed)) {
	}
}

void sample_set_add(struct sample_set *set, const void *block, bool tracked)
{
	_Atomic uint8_t *bucket = &set->filter[sample_bucket(block)];
	uint64_t key = sample_key(block, tracked);

	/* Still there after a free that was not seen: it is the same to the next one. */
	if (atomic_load_explicit(bucket, memory_order_relaxed) != 0 && replace_key(set, key, key))
		return;
	if (place_key(set, key))
		count(bucket, 1);
	else
		atomic_store_explicit(bucket, SAMPLE_BUCKET_FULL, memory_order_relaxed);
}

bool sample_set_remove(struct sample_set *set, const void *block, bool tracked)
{
	_Atomic uint8_t *bucket = &set->filter[sample_bucket(block)];
	uint64_t key = sample_key(block, tracked);

	if (!replace_key(set, key, 0))
		return atomic_load_explicit(bucket, memory_order_relaxed) == SAMPLE_BUCKET_FULL;
	count(bucket, -1);
	return true;
}
