/*
 * ticks.h - where an axis has its figures.
 */
#ifndef MPROF_REPORTER_PLOT_TICKS_H
#define MPROF_REPORTER_PLOT_TICKS_H

#include <stddef.h>
#include <stdint.h>

#define TICKS_MOST 12
#define TICK_BYTES 24

struct tick {
	uint64_t at;
	char text[TICK_BYTES];
};

/* Round sizes from 0 to no more than `top`, about `wanted` of them, all in one unit; how many. */
size_t ticks_of_bytes(uint64_t top, size_t wanted, struct tick ticks[TICKS_MOST]);

/* Round times between two, likewise. */
size_t ticks_of_time(uint64_t from_ns, uint64_t to_ns, size_t wanted, struct tick ticks[TICKS_MOST]);

#endif
