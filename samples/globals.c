/*
 * globals.c - who keeps memory alive: a global remembers, a local lets go.
 *
 * What it teaches: remembered() and forgotten() do the same work.  Forgotten's last line
 * has an increment of minus all that it took.  Remembered's 7.6 MiB hang on a global to the
 * end of the program: the report lists them under what was not freed.
 */
#include <mprof/mprof.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS 1000000

static long *cache;

static long *squares(void)
{
	long *numbers = malloc(WORDS * sizeof(*numbers));
	if (!numbers) {
		perror("malloc");
		exit(EXIT_FAILURE);
	}
	for (long i = 0; i < WORDS; i++)
		numbers[i] = i * i;
	return numbers;
}

MPROF_PROFILE static long remembered(void)
{
	cache = squares();
	return cache[WORDS - 1];
}

MPROF_PROFILE static long forgotten(void)
{
	long *local = squares();
	long last = local[WORDS - 1];
	free(local);
	return last;
}

int main(void)
{
	printf("remembered: %ld, and a global still holds it\n", remembered());
	printf("forgotten:  %ld, and nothing holds it\n", forgotten());
	return EXIT_SUCCESS;
}
