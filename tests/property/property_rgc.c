/*
 * property_rgc.c - random operations on rgc and its oracles: [OPERATIONS [SEED [RUNS]]].
 *
 * Every run prints nothing unless it fails; then its seed stands in the last line before the message.  The
 * same seed with one run repeats it.
 */
#include "reentrant.h"
#include "world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define RUN_BYTES 4096u

static uint64_t seed, reentrant_operations;

static uint64_t next_random(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);
	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

static void run(void)
{
	static uint8_t bytes[RUN_BYTES];
	uint64_t state = seed;
	size_t count = next_random(&state) % RUN_BYTES;
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)next_random(&state);
	world_run(bytes, count);
	reentrant_operations += reentrant_run(bytes, count);
}

static void on_failure(int signal_number)
{
	char text[80];
	int length = snprintf(text, sizeof(text), "property_rgc: repeat with: 1 %" PRIu64 " 1\n", seed);
	(void)!write(STDERR_FILENO, text, (size_t)length);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

int main(int argc, char **argv)
{
	uint64_t operations = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	uint64_t runs = argc > 3 ? strtoull(argv[3], NULL, 0) : UINT64_MAX;
	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL) << 20;
	printf("seed %" PRIu64 "\n", seed);
	fflush(stdout);
	signal(SIGABRT, on_failure);
	signal(SIGSEGV, on_failure);
	for (; runs && world_totals.operations < operations; runs--, seed++)
		run();
	printf("%" PRIu64 " operations, %" PRIu64 " comparisons, %" PRIu64 " collections, %" PRIu64
	       " finalizers, %" PRIu64 " resurrections, %" PRIu64 " callbacks; %" PRIu64
	       " operations on tables\n",
	       world_totals.operations, world_totals.checks, world_totals.collections, world_totals.finalized,
	       world_totals.resurrected, world_totals.callbacks, reentrant_operations);
	return 0;
}
