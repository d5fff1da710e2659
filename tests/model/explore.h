/*
 * explore.h - which way a run goes at each choice, and which run comes next.
 *
 * Depth first over all choices, with the number of those that deviate from the default (0) limited
 * and states that were met before left out; or at random, from a seed.
 */
#ifndef MPROF_TESTS_MODEL_EXPLORE_H
#define MPROF_TESTS_MODEL_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

/* Every path with at most so many deviations. */
void explore_all(unsigned deviations_max);

/* So many runs, in which one choice of `rarity` deviates. */
void explore_random(uint64_t seed, uint64_t runs, unsigned rarity);

/* Begins the next run; false: there is none. */
bool explore_next(void);

/* One of `count` ways.  `costs`: another way than 0 is a deviation. */
unsigned explore_choose(unsigned count, bool costs);

/* False while a run follows the one before it, or goes at random: no state is asked for then. */
bool explore_asks(void);

/* Whether this state was met before, so that the run may end. */
bool explore_seen(uint64_t state);

uint64_t explore_runs(void);
uint64_t explore_states(void);

#endif
