/* handover.c - blocks that another thread frees: threads in a circle, each allocates a batch for the next and
 * frees one of the one before: argv are thousands of blocks, of all threads together, and threads (one frees
 * its own). */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BATCH 500
#define OWN_BYTES 128 /* of cache: lines come in pairs */
#define THREADS_MAX                                                                                          \
	64 /* also the batches that can wait in one inbox: each thread is at most one ahead of its own */

struct batch {
	void *blocks[BATCH];
};

/* What it alone uses, with each block, and then what it shares. */
struct worker {
	_Alignas(OWN_BYTES) uint64_t state;
	pthread_t thread;
	struct worker *next;
	long batches;
	_Alignas(OWN_BYTES) pthread_mutex_t lock;
	pthread_cond_t filled;
	unsigned long put, taken;
	struct batch waiting[THREADS_MAX + 1];
};

static struct worker workers[THREADS_MAX];

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void put(struct worker *worker, const struct batch *batch)
{
	pthread_mutex_lock(&worker->lock);
	worker->waiting[worker->put++ % (THREADS_MAX + 1)] = *batch;
	pthread_cond_signal(&worker->filled);
	pthread_mutex_unlock(&worker->lock);
}

static void take(struct worker *worker, struct batch *batch)
{
	pthread_mutex_lock(&worker->lock);
	while (worker->taken == worker->put)
		pthread_cond_wait(&worker->filled, &worker->lock);
	*batch = worker->waiting[worker->taken++ % (THREADS_MAX + 1)];
	pthread_mutex_unlock(&worker->lock);
}

static void *hand_over(void *argument)
{
	struct worker *worker = argument;
	struct batch batch;

	for (long i = 0; i < worker->batches; i++) {
		for (int k = 0; k < BATCH; k++)
			batch.blocks[k] = malloc(8 + next_random(&worker->state) % 500);
		put(worker->next, &batch);
		take(worker, &batch);
		for (int k = 0; k < BATCH; k++)
			free(batch.blocks[k]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long blocks = argc > 1 ? atol(argv[1]) * 1000 : 1000000;
	int threads = argc > 2 ? atoi(argv[2]) : 1;

	if (threads < 1 || threads > THREADS_MAX)
		return 2;
	for (int i = 0; i < threads; i++) {
		pthread_mutex_init(&workers[i].lock, NULL);
		pthread_cond_init(&workers[i].filled, NULL);
		workers[i].next = &workers[(i + 1) % threads];
		workers[i].state = 0x1234567 + 0x9e3779b9 * (uint64_t)i;
		workers[i].batches = blocks / threads / BATCH;
	}
	for (int i = 1; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL, hand_over, &workers[i]) != 0)
			return 1;
	hand_over(&workers[0]);
	for (int i = 1; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	printf("%ld events\n", 2 * BATCH * threads * workers[0].batches);
	return 0;
}
