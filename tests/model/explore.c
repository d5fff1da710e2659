/*
 * explore.c - see explore.h.
 */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_CHOICES 65536
#define STATES_MAX (UINT64_C(1) << 23)

struct choice {
	uint16_t count, taken;
	bool costs;
};

static struct choice path[PATH_MAX_CHOICES];
static uint32_t path_length, followed; /* choices of this run; of which so many repeat the last */
static uint32_t position;
static unsigned deviations, limit;
static bool at_random, begun;
static uint64_t random_state, runs_wanted, runs, states;
static unsigned random_rarity;
static uint64_t *seen; /* a hash set; 0: empty */

void explore_all(unsigned deviations_max)
{
	at_random = begun = false;
	limit = deviations_max;
	path_length = 0;
	runs = states = 0;
	if (!seen)
		seen = malloc(STATES_MAX * sizeof *seen);
	if (!seen)
		abort();
	memset(seen, 0, STATES_MAX * sizeof *seen);
}

void explore_random(uint64_t seed, uint64_t count, unsigned rarity)
{
	at_random = true;
	random_state = seed;
	runs_wanted = count;
	random_rarity = rarity;
	runs = states = 0;
}

static unsigned deviations_before(uint32_t end)
{
	unsigned sum = 0;
	for (uint32_t i = 0; i < end; i++)
		sum += path[i].costs && path[i].taken > 0;
	return sum;
}

/* The last choice that has a way left. */
static bool next_path(void)
{
	while (path_length > 0) {
		struct choice *last = &path[path_length - 1];
		bool affordable = !last->costs || deviations_before(path_length - 1) < limit;
		if (affordable && last->taken + 1 < last->count) {
			last->taken++;
			return true;
		}
		path_length--;
	}
	return false;
}

bool explore_next(void)
{
	position = 0;
	deviations = 0;
	runs++;
	if (at_random)
		return runs <= runs_wanted;
	if (!begun) {
		begun = true;
		followed = 0;
		return true;
	}
	bool more = next_path();
	followed = path_length;
	return more;
}

/* xorshift64*, by Marsaglia and Vigna. */
static uint64_t random_next(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned choose_random(unsigned count, bool costs)
{
	if (costs && (random_next() >> 32) % random_rarity != 0)
		return 0;
	return (unsigned)((random_next() >> 32) % count);
}

unsigned explore_choose(unsigned count, bool costs)
{
	if (count < 2)
		return 0;
	if (at_random)
		return choose_random(count, costs);
	if (position == PATH_MAX_CHOICES)
		abort();
	if (position >= followed) {
		path[position] = (struct choice){.count = (uint16_t)count, .taken = 0, .costs = costs};
		path_length = position + 1;
	} else if (path[position].count != count) {
		fprintf(stderr, "model: a repeated run went another way\n");
		abort();
	}
	struct choice *choice = &path[position++];
	deviations += choice->costs && choice->taken > 0;
	return choice->taken;
}

bool explore_asks(void)
{
	return !at_random && position >= followed;
}

bool explore_seen(uint64_t state)
{
	state = (state ^ deviations) * UINT64_C(0xff51afd7ed558ccd);
	state += !state;
	uint64_t at = state >> 20 & (STATES_MAX - 1);
	while (seen[at] && seen[at] != state)
		at = (at + 1) & (STATES_MAX - 1);
	if (seen[at])
		return true;
	seen[at] = state;
	if (++states > STATES_MAX / 4 * 3) {
		fprintf(stderr, "model: too many states\n");
		abort();
	}
	return false;
}

uint64_t explore_runs(void)
{
	return runs;
}

uint64_t explore_states(void)
{
	return states;
}
