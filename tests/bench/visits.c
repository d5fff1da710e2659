/*
 * visits.c - lines that are visited, for tests/bench/lines.py: so many rounds of two lines, which allocate
 * nothing, or in which each round allocates.
 *
 * Usage: visits ROUNDS plain|allocating
 */
#include <stdio.h>
#include <stdlib.h>

static volatile unsigned sum;
static void *volatile kept;

__attribute__((noinline)) static void visited(unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		sum += i;
}

__attribute__((noinline)) static void visited_allocating(unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++) {
		kept = malloc(64);
		free(kept);
	}
}

int main(int count, char **words)
{
	if (count != 3)
		return EXIT_FAILURE;
	unsigned rounds = (unsigned)strtoul(words[1], NULL, 10);
	int allocating = words[2][0] == 'a';

	(allocating ? visited_allocating : visited)(rounds);
	printf("%u\n", rounds * (allocating ? 3 : 2));
	return EXIT_SUCCESS;
}
