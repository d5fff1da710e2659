/* live_set.c - random sizes in slots, each replaced again and again, by several threads with slots of their
 * own: argv are thousands of replacements, of all threads together, threads, and slots of each. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS_MAX 64
#define OWN_BYTES 128 /* lines come in pairs */

struct worker {
	_Alignas(OWN_BYTES) uint64_t state;
	pthread_t thread;
	unsigned long slots;
	long replacements;
	long events;
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void *replace(void *argument)
{
	struct worker *worker = argument;
	void **slots = calloc(worker->slots, sizeof(*slots));

	worker->events = 1;
	for (long i = 0; slots && i < worker->replacements; i++) {
		uint64_t random = next_random(&worker->state);
		void **slot = &slots[random % worker->slots];
		worker->events += *slot ? 2 : 1;
		free(*slot);
		*slot = malloc(8 + (random >> 32) % 1000);
	}
	return slots;
}

int main(int argc, char **argv)
{
	static struct worker workers[THREADS_MAX];
	long replacements = argc > 1 ? atol(argv[1]) * 1000 : 1000000;
	int threads = argc > 2 ? atoi(argv[2]) : 1;
	long slots = argc > 3 ? atol(argv[3]) : 100000;
	long events = 0;

	if (threads < 1 || threads > THREADS_MAX || slots < 1)
		return 2;
	for (int i = 0; i < threads; i++) {
		workers[i].state = 0x1234567 + 0x9e3779b9 * (uint64_t)i;
		workers[i].slots = (unsigned long)slots;
		workers[i].replacements = replacements / threads;
	}
	for (int i = 1; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL, replace, &workers[i]) != 0)
			return 1;
	replace(&workers[0]);
	for (int i = 1; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < threads; i++)
		events += workers[i].events;
	printf("%ld events\n", events);
	return 0;
}
