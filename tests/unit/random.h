/*
 * random.h - numbers that look random, and are the same in each run.
 */
#ifndef MPROF_TESTS_RANDOM_H
#define MPROF_TESTS_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 1; /* the seed, which a test may set */

static inline uint64_t random_bits(void) /* the upper ones are the better */
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return random_state;
}

static inline uint32_t random_below(uint32_t limit)
{
	return (uint32_t)(random_bits() >> 33) % limit;
}

#endif
