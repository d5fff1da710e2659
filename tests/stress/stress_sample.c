/*
 * stress_sample.c - the set of sampled blocks under threads that hand blocks to each other, for
 * ThreadSanitizer.
 *
 * Each thread "allocates" made-up blocks, asks sampling about each, and gives them to the next thread, which
 * "frees" them: what was taken must be seen to end there, what was not must not, and in the end nothing may
 * be left. The hand-over is the only ordering between threads, as in a real program.
 */
#include "preload/base/guard.h"
#include "preload/record/recorder.h"
#include "preload/record/sample.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define THREADS 4u
#define BLOCKS 200000u
#define RING 1024u
#define SIZE_BYTES 100u
#define MEAN_BYTES 1000u

/* In place of the recorder. */
__thread volatile int guard;

struct session_header *recorder_session(void)
{
	return NULL;
}

uint32_t recorder_fork_id(void)
{
	return 0;
}

/* From a thread to the next: an address times 2, and whether it was taken. */
struct ring {
	_Atomic uint64_t head, tail;
	uint64_t blocks[RING];
};

static struct ring rings[THREADS];
static _Atomic uint64_t taken, wrong;

/* Addresses are used again, RING blocks later, as an allocator does: by then the block has ended. */
static const void *address_of(uint64_t thread, uint64_t i)
{
	return (const void *)(uintptr_t)((thread + 1) << 36 | i % RING << 4);
}

static void allocate(struct ring *ring, uint64_t thread, uint64_t i)
{
	const void *block = address_of(thread, i);
	bool sampled = !sample_passes(SIZE_BYTES) && sample_begins(block, SIZE_BYTES);

	atomic_fetch_add_explicit(&taken, sampled, memory_order_relaxed);
	ring->blocks[i % RING] = (uint64_t)(uintptr_t)block << 1 | sampled;
	/* Release: pairs with the acquire of head; the receiver has the block. */
	atomic_store_explicit(&ring->head, i + 1, memory_order_release);
}

static void end(struct ring *ring, uint64_t i)
{
	uint64_t word = ring->blocks[i % RING];
	const void *block = (const void *)(uintptr_t)(word >> 1);
	bool seen = !sample_missed(block) && sample_ends(block, false) != SAMPLE_UNSEEN;

	if (seen != (word & 1))
		atomic_fetch_add_explicit(&wrong, 1, memory_order_relaxed);
	/* Release: pairs with the acquire of tail; the address may be used again. */
	atomic_store_explicit(&ring->tail, i + 1, memory_order_release);
}

static void *work(void *argument)
{
	uint64_t thread = (uint64_t)(uintptr_t)argument, given = 0, got = 0;
	struct ring *to = &rings[thread], *from = &rings[(thread + 1) % THREADS];

	while (given < BLOCKS || got < BLOCKS) {
		if (given < BLOCKS && given - atomic_load_explicit(&to->tail, memory_order_acquire) < RING)
			allocate(to, thread, given++);
		if (got < BLOCKS && got < atomic_load_explicit(&from->head, memory_order_acquire))
			end(from, got++);
	}
	return NULL;
}

static uint64_t left_over(const struct sample_set *set)
{
	uint64_t left = 0;

	for (size_t i = 0; i < sizeof(set->filter); i++)
		left += set->filter[i];
	return left;
}

int main(void)
{
	pthread_t threads[THREADS];

	if (!sample_start(MEAN_BYTES, 1))
		return 77;
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	uint64_t left = left_over(sample_live());
	printf("%" PRIu64 " of %u blocks taken, %" PRIu64 " wrong, %" PRIu64 " left\n", taken,
	       THREADS * BLOCKS, wrong, left);
	return wrong != 0 || left != 0 || taken < THREADS * BLOCKS / 20 || taken > THREADS * BLOCKS / 5;
}
