/*
 * sample_draw.c - see sample_draw.h.
 *
 * If U is uniform in (0, 1], -ln U is exponential.  The leading zeros of a random word are the whole part
 * of -log2 U; the fraction comes bit by bit, since squaring a number doubles its logarithm.
 */
#include "sample_draw.h"

#define FRACTION_BITS 32
#define LN2 UINT64_C(2977044472) /* ln 2, times 2^32 */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

typedef unsigned __int128 wide;

uint64_t sample_mix(uint64_t word)
{
	/* The finisher of SplitMix64 (Steele, Lea, Flood 2014). */
	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

/* log2 of a number from 1 to below 2, given times 2^63, as a fraction of 2^32. */
static uint64_t log2_fraction(uint64_t number)
{
	uint64_t fraction = 0;

	for (int i = 0; i < FRACTION_BITS; i++) {
		wide square = (wide)number * number;
		uint64_t bit = (uint64_t)(square >> 127);

		fraction = fraction << 1 | bit;
		number = (uint64_t)(square >> (63 + bit));
	}
	return fraction;
}

uint64_t sample_draw(uint64_t *stream, uint64_t mean_bytes)
{
	*stream += GOLDEN;
	uint64_t word = sample_mix(*stream) | 1;
	unsigned zeros = (unsigned)__builtin_clzll(word);
	uint64_t minus_log2 = ((uint64_t)(zeros + 1) << FRACTION_BITS) - log2_fraction(word << zeros);
	uint64_t minus_ln = (uint64_t)((wide)minus_log2 * LN2 >> FRACTION_BITS);

	return (uint64_t)((wide)minus_ln * mean_bytes >> FRACTION_BITS);
}
