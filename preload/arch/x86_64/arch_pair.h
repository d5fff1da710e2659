/*
 * arch_pair.h - two words at once, in a vector register.
 */
#ifndef MPROF_PRELOAD_ARCH_PAIR_H
#define MPROF_PRELOAD_ARCH_PAIR_H

#include <emmintrin.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint64_t arch_pair __attribute__((vector_size(2 * sizeof(uint64_t))));

/* With one register more, where asking each word would take two. */
static inline __attribute__((always_inline)) bool arch_pair_is_zero(arch_pair pair)
{
	return _mm_movemask_epi8(_mm_cmpeq_epi8((__m128i)pair, _mm_setzero_si128())) == 0xffff;
}

#endif
