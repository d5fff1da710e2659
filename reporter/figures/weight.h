/*
 * weight.h - what a sampled block stands for, and how far estimates may be off: the one place that knows.
 *
 * A block of s bytes was sampled with probability p = 1 - exp(-(s + 1) / mean), so it stands for w = 1 / p
 * blocks and w * s bytes: estimates are right on average (Horvitz and Thompson 1952).  Counts of blocks are
 * kept in parts of a block, WEIGHT_PARTS to one, until they are shown: w depends on the size alone, so that a
 * block's end takes away just what its beginning added, whoever counts.  Bytes are whole.
 *
 * Their variance is the sum of (1 - p) / p * s^2 over all blocks: mean * bytes of small ones, where (1 - p) /
 * p is mean / s, and nothing of those that cannot be missed.  So it is kept as vague bytes, so many of small
 * blocks as would be as uncertain.  What stands behind a call path's bytes is told by how many blocks they
 * are. The variance of a count is the sum of (1 - p) / p, estimated by the sum of w * (w - 1) over the
 * samples.
 */
#ifndef MPROF_REPORTER_FIGURES_WEIGHT_H
#define MPROF_REPORTER_FIGURES_WEIGHT_H

#include <stdint.h>

#define WEIGHT_PARTS UINT64_C(65536)

struct weight {
	uint64_t blocks; /* in parts where blocks are sampled, else 1 */
	uint64_t bytes;
};

/* sample_bytes 0: every block was recorded, and stands for itself; SAMPLE_BYTES_MAX at most. */
struct weight weight_sampled(uint64_t size_bytes, uint64_t sample_bytes);

static inline struct weight weight_of(uint64_t size_bytes, uint64_t sample_bytes)
{
	return __builtin_expect(sample_bytes == 0, 1) ? (struct weight){1, size_bytes}
						      : weight_sampled(size_bytes, sample_bytes);
}

/* A sum of w * (w - 1) with one more sampled block, rounded; it stays at the largest if it gets there. */
uint64_t weight_add_spread(uint64_t spread, struct weight weight);

/* A count of blocks, once it is complete, to show. */
uint64_t weight_blocks(uint64_t blocks, uint64_t sample_bytes);

/* How many of one call path's bytes, in so many blocks (in parts), are vague: if the blocks are seen to be of
 * one size, by that; else as many as there can be, whatever their sizes.  Such numbers are added up; of a sum
 * of many paths this would be too many.  0 where every block was recorded. */
uint64_t weight_vague_bytes(uint64_t blocks, uint64_t bytes, uint64_t sample_bytes);

/* Half the width of the interval that holds the true figure in 95 of 100 cases; 0 where every block was
 * recorded. For a sum of bytes of which so many are vague (all, if nothing is known of the blocks), and for a
 * count (in parts) whose blocks have this spread in all.  The latter takes some dozens of samples: blocks so
 * small that none of them was sampled show in no spread. */
uint64_t weight_error_bytes(uint64_t vague_bytes, uint64_t sample_bytes);
uint64_t weight_error_blocks(uint64_t blocks, uint64_t spread, uint64_t sample_bytes);

#endif
