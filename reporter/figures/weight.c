/*
 * weight.c - see weight.h.
 */
#include "figures/weight.h"

#include <math.h>
#include <stdbool.h>

/* Blocks of this size against the mean vary most for their number: x^2 / (e^x - 1) is greatest. */
#define MOST_VARIED 1.59362
#define MOST_VARIANCE 0.64761 /* so much then */

#define SIGMAS 1.96 /* of a normal distribution, on both sides: 95 % */

/* What a damaged trace makes of figures may be anything. */
static uint64_t whole(double number)
{
	return number < 0x1p63 ? (uint64_t)number : UINT64_C(1) << 63;
}

struct weight weight_sampled(uint64_t size_bytes, uint64_t sample_bytes)
{
	double weight = -1 / expm1(-((double)size_bytes + 1) / (double)sample_bytes);
	uint64_t parts = (uint64_t)(weight * (double)WEIGHT_PARTS + 0.5);
	unsigned __int128 bytes = (unsigned __int128)size_bytes * parts + WEIGHT_PARTS / 2;

	return (struct weight){parts, (uint64_t)(bytes / WEIGHT_PARTS)};
}

uint64_t weight_add_spread(uint64_t spread, struct weight weight)
{
	double blocks = (double)weight.blocks / (double)WEIGHT_PARTS;

	uint64_t more = whole(blocks * (blocks - 1) + 0.5);

	return more > UINT64_MAX - spread ? UINT64_MAX : spread + more;
}

uint64_t weight_blocks(uint64_t blocks, uint64_t sample_bytes)
{
	return sample_bytes == 0 ? blocks
				 : blocks / WEIGHT_PARTS + (blocks % WEIGHT_PARTS >= WEIGHT_PARTS / 2);
}

/* The variance by the weighted bytes, of the mean: blocks of x means each have x / (e^x - 1) of their bytes
 * vague.  By one over x that is concave above 1 / MOST_VARIED, and its tangent there, through 0, is above it
 * elsewhere: so of blocks of several sizes no more is vague than this says of their average one.  That blocks
 * of several sizes have a weight in all that is a multiple of the average one's is as good as impossible. */
uint64_t weight_vague_bytes(uint64_t blocks, uint64_t bytes, uint64_t sample_bytes)
{
	if (sample_bytes == 0)
		return 0;
	if (blocks == 0 || bytes == 0)
		return bytes;
	double size = (double)bytes / (double)blocks * (double)WEIGHT_PARTS, x = size / (double)sample_bytes;
	bool alike = x <= MOST_VARIED || blocks % weight_sampled(whole(size + 0.5), sample_bytes).blocks == 0;
	double share = alike ? x / expm1(x) : MOST_VARIANCE / x;

	return share < 1 ? whole((double)bytes * share + 0.5) : bytes;
}

/* Of few samples the upper end counts: nothing seen is not nothing there (Wilson's interval for a
 * Poisson count, of samples that stand for `unit` each: their variance by their sum). */
static uint64_t margin(double variance, double unit)
{
	double half = SIGMAS / 2 * unit;

	return whole(ceil(SIGMAS * (sqrt(variance + half * half) + half)));
}

uint64_t weight_error_bytes(uint64_t vague_bytes, uint64_t sample_bytes)
{
	return sample_bytes == 0 ? 0
				 : margin((double)vague_bytes * (double)sample_bytes, (double)sample_bytes);
}

uint64_t weight_error_blocks(uint64_t blocks, uint64_t spread, uint64_t sample_bytes)
{
	double count = (double)blocks / (double)WEIGHT_PARTS;

	return sample_bytes == 0 ? 0 : margin((double)spread, count > 0 ? (double)spread / count : 0);
}
