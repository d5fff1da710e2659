/*
 * ring.c - the chunk queue between recorder and drainer, under every schedule of small configurations.
 *
 * Runs the very functions of preload/record/ordinary.h, recorder.c, thread.c and reporter/drain/queue.c, on a
 * ring of two events a chunk: setups.c says with what, producers.c makes the events, drainer.c takes them
 * and judge.c knows what has to come out.
 *
 * Usage: ring [CONFIGURATION [SEED]]; "" is all of them.  Without a seed the random part takes one
 * from the clock, and says which.  A failure prints the run's accesses; exit status 1.
 */
#include "drainer.h"
#include "explore.h"
#include "judge.h"
#include "producers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RANDOM_RUNS 4000
#define RANDOM_RARITY 24

/* ---- one run -------------------------------------------------------------------------- */

static void check_end(void)
{
	for (unsigned i = 0; i < SCHEDULE_TASKS; i++)
		memory_order_after(schedule_self(), i);
	judge_end(drainer_committed());
}

static void run(const struct setup *setup)
{
	struct schedule_task tasks[SCHEDULE_TASKS] = {
		[DRAINER] = {.body = drainer_run, .mortal = true},
		[SUCCESSOR] = {.body = drainer_run,
			       .mortal = true,
			       .begins_after = DRAINER + 1,
			       .begins_by_death = true},
	};

	for (unsigned i = 0; i < setup->producers; i++)
		tasks[i] = (struct schedule_task){.body = producers_run, .handler = producers_handle_signal};
	tasks[0].signals = setup->signals;
	if (setup->reuse)
		tasks[1].begins_after = 1;
	if (setup->late)
		tasks[SUCCESSOR].begins_after = 1, tasks[SUCCESSOR].begins_by_death = false;
	if (setup->kills == 0)
		tasks[SUCCESSOR].body = NULL;
	world_reset(setup);
	producers_reset();
	drainer_reset();
	if (schedule_run(tasks, setup->kills))
		check_end();
}

/* ---- all runs ------------------------------------------------------------------------- */

static void try_every_schedule(const struct setup *setup)
{
	explore_all(setup->deviations);
	while (explore_next())
		run(setup);
	printf("%s: %" PRIu64 " states in %" PRIu64 " runs\n", setup->name, explore_states(), explore_runs());
	fflush(stdout);
}

static void try_at_random(const struct setup *setup, uint64_t seed)
{
	printf("%s: %u runs at random, seed %" PRIu64 "\n", setup->name, RANDOM_RUNS, seed);
	fflush(stdout);
	explore_random(seed, RANDOM_RUNS, RANDOM_RARITY);
	while (explore_next())
		run(setup);
}

static bool is_wanted(const struct setup *setup, const char *name)
{
	return !name || strcmp(setup->name, name) == 0;
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 && argv[1][0] ? argv[1] : NULL;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
	unsigned matched = 0;

	for (size_t i = 0; i < small_setup_count; i++)
		if (is_wanted(&small_setups[i], only) && ++matched)
			try_every_schedule(&small_setups[i]);
	for (size_t i = 0; i < large_setup_count; i++)
		if (is_wanted(&large_setups[i], only) && ++matched)
			try_at_random(&large_setups[i], seed | 1);
	if (matched == 0)
		fprintf(stderr, "usage: ring [CONFIGURATION [SEED]]\n");
	return matched == 0 ? 2 : 0;
}
