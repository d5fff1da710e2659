/* paths.c - many different call paths: argv are thousands of them, their depth, and `pair`, `kept` or `freed`
 * for blocks that are freed where they were allocated, never, or all by one line of main.
 *
 * Each of 64 functions calls the next one by the next six bits of a random word, so that a path is as good as
 * never walked twice, and two share no more than their first few frames. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 64u

static void *volatile block;
static int frees_at_once;

typedef void step_fn(uint64_t word, long levels);
static step_fn *const steps[WAYS];

static uint64_t next_word(uint64_t *state)
{
	uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15); /* SplitMix64 */

	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

#define STEP(n)                                                                                              \
	static void __attribute__((noinline)) step_##n(uint64_t word, long levels)                           \
	{                                                                                                    \
		if (levels > 1) {                                                                            \
			steps[word % WAYS]((word / WAYS ^ word << 58) + (uint64_t)levels, levels - 1);       \
			__asm__ volatile("" ::: "memory"); /* no tail call */                                \
			return;                                                                              \
		}                                                                                            \
		block = malloc(48);                                                                          \
		if (frees_at_once)                                                                           \
			free(block);                                                                         \
	}

#define EIGHT(each, n) each(n##0) each(n##1) each(n##2) each(n##3) each(n##4) each(n##5) each(n##6) each(n##7)
#define ALL(each)                                                                                            \
	EIGHT(each, 0)                                                                                       \
	EIGHT(each, 1)                                                                                       \
	EIGHT(each, 2) EIGHT(each, 3) EIGHT(each, 4) EIGHT(each, 5) EIGHT(each, 6) EIGHT(each, 7)
#define NAME(n) step_##n,

ALL(STEP)
static step_fn *const steps[WAYS] = {ALL(NAME)};

int main(int argc, char **argv)
{
	long paths = argc > 1 ? atol(argv[1]) * 1000 : 1000000;
	long depth = argc > 2 ? atol(argv[2]) : 10;
	const char *end = argc > 3 ? argv[3] : "pair";
	uint64_t state = 1;

	frees_at_once = strcmp(end, "pair") == 0;
	for (long i = 0; i < paths; i++) {
		uint64_t word = next_word(&state);

		steps[word % WAYS](word / WAYS, depth);
		if (strcmp(end, "freed") == 0)
			free(block);
	}
	printf("%ld paths\n", paths);
	return 0;
}
