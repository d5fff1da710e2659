/*
 * sample_draw.h - random intervals between sampled bytes.
 *
 * Integers only, no libm: the same seed gives the same intervals on every machine.  Safe anywhere.
 */
#ifndef MPROF_PRELOAD_RECORD_SAMPLE_DRAW_H
#define MPROF_PRELOAD_RECORD_SAMPLE_DRAW_H

#include <stdint.h>

/* A well-mixed word: a bijection in which each bit of the argument changes half of the result's. */
uint64_t sample_mix(uint64_t word);

/* The next interval of a stream in whole bytes, exponentially distributed around mean_bytes (at most 2^40).
 * Streams whose states differ at the start are independent for all that matters. */
uint64_t sample_draw(uint64_t *stream, uint64_t mean_bytes);

#endif
