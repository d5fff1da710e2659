/*
 * round.h - what one of a loop's rounds was, record by record: see rounds.h.
 */
#ifndef MPROF_REPORTER_DRAIN_ROUND_H
#define MPROF_REPORTER_DRAIN_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#define ROUND_MOST 64u /* records of a round */

/* What one of a round's records was. */
struct round_step {
	uint64_t key, size_bytes;
	uint64_t lived_ns;
	uint32_t node, number, kind; /* as figures know them */
	uint32_t origin, lifetime;   /* and so of an end */
	bool begins, temporary, collected;
};

struct round {
	uint32_t count;
	uint32_t allocations;
	uint64_t allocated_bytes;
	struct round_step steps[ROUND_MOST + 1]; /* a realloc's two halves may reach beyond the last */
};

static inline void round_begin(struct round *round)
{
	round->count = round->allocations = 0;
	round->allocated_bytes = 0;
}

static inline void round_add(struct round *round, const struct round_step *step)
{
	round->steps[round->count++] = *step;
	if (step->begins) {
		round->allocations++;
		round->allocated_bytes += step->size_bytes;
	}
}

#endif
