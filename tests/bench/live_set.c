/* live_set.c - random sizes in 100,000 slots, each replaced again and again, by several threads with slots of
 * their own: argv are millions of replacements and threads. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#define SLOTS 100000

static long replacements = 1000000;

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void *replace(void *seed)
{
	void **slots = calloc(SLOTS, sizeof(*slots));
	uint64_t state = (uint64_t)(uintptr_t)seed;
	for (long i = 0; slots && i < replacements; i++) {
		uint64_t random = next_random(&state);
		void **slot = &slots[random % SLOTS];
		free(*slot);
		*slot = malloc(8 + (random >> 32) % 1000);
	}
	return slots;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	intptr_t others = argc > 2 ? atoi(argv[2]) - 1 : 0;
	if (argc > 1)
		replacements = atol(argv[1]) * 1000000;
	for (intptr_t i = 0; i < others && i < 64; i++)
		if (pthread_create(&threads[i], NULL, replace, (void *)(0x9e3779b9 + i)))
			return 1;
	replace((void *)0x1234567);
	for (intptr_t i = 0; i < others && i < 64; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
