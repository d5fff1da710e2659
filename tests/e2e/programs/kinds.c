/*
 * kinds.c - threads that allocate blocks of many sizes and free each other's, and a ledger of it on standard
 * output: by thread, by class of size, by pair of who allocated and who freed, and of blocks of 1,000 bytes
 * and more.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 4
#define SLOTS 3000
#define STEPS 20000
#define CLASSES 20
#define LARGE 1000

enum { SMALL, BIG, MAKERS };
enum { EARLY, LATE, DROPPERS };

struct sums {
	unsigned long allocations, bytes, frees, freed_bytes, by_others, by_others_bytes, live_blocks,
		live_bytes;
};

static struct slot {
	void *block;
	size_t size;
	int owner, maker;
} slots[SLOTS];

static struct sums workers[WORKERS], classes[CLASSES], large;
static unsigned long pairs[MAKERS][DROPPERS][2];
static long tids[WORKERS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int class_of(size_t size)
{
	int class = 0;

	while (size > 1) {
		size /= 2;
		class ++;
	}
	return class;
}

__attribute__((noinline)) static void *make_small(size_t size)
{
	void *volatile block = malloc(size);

	return block;
}

__attribute__((noinline)) static void *make_big(size_t size)
{
	void *volatile block = malloc(size);

	return block;
}

__attribute__((noinline)) static void drop_early(void *block)
{
	free(block);
	__asm__ volatile("");
}

__attribute__((noinline)) static void drop_late(void *block)
{
	free(block);
	__asm__ volatile("");
}

static void count_begin(struct sums *sums, size_t size)
{
	sums->allocations++;
	sums->bytes += size;
	sums->live_blocks++;
	sums->live_bytes += size;
}

static void count_end(struct sums *sums, size_t size)
{
	sums->live_blocks--;
	sums->live_bytes -= size;
}

static void fill(struct slot *slot, int self, unsigned choice)
{
	size_t size = choice % 3 ? 24 + choice % 2 * 40 : choice % 60000;
	int maker = size >= 4096 ? BIG : SMALL;

	*slot = (struct slot){maker == BIG ? make_big(size) : make_small(size), size, self, maker};
	count_begin(&workers[self], size);
	count_begin(&classes[class_of(size)], size);
	if (size >= LARGE)
		count_begin(&large, size);
}

static void empty(struct slot *slot, int self, int dropper)
{
	if (dropper == EARLY)
		drop_early(slot->block);
	else
		drop_late(slot->block);
	workers[self].frees++;
	workers[self].freed_bytes += slot->size;
	count_end(&workers[slot->owner], slot->size);
	count_end(&classes[class_of(slot->size)], slot->size);
	if (slot->size >= LARGE)
		count_end(&large, slot->size);
	if (slot->owner != self) {
		workers[slot->owner].by_others++;
		workers[slot->owner].by_others_bytes += slot->size;
	}
	pairs[slot->maker][dropper][0]++;
	pairs[slot->maker][dropper][1] += slot->size;
	slot->block = NULL;
}

static void *work(void *context)
{
	int self = (int)(intptr_t)context;
	uint64_t state = (uint64_t)self * 7919 + 1;

	tids[self] = syscall(SYS_gettid);
	for (int i = 0; i < STEPS; i++) {
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		unsigned choice = (unsigned)(state >> 40);

		pthread_mutex_lock(&lock);
		struct slot *slot = &slots[choice % SLOTS];
		if (slot->block)
			empty(slot, self, i < STEPS / 2 ? EARLY : LATE);
		else
			fill(slot, self, choice / 7);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void print(const char *kind, long name, const struct sums *sums)
{
	printf("%s %ld %lu %lu %lu %lu %lu %lu %lu %lu\n", kind, name, sums->allocations, sums->bytes,
	       sums->frees, sums->freed_bytes, sums->by_others, sums->by_others_bytes, sums->live_blocks,
	       sums->live_bytes);
}

static void run(void)
{
	pthread_t threads[WORKERS];

	for (intptr_t i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < WORKERS; i++)
		print("thread", tids[i], &workers[i]);
	for (int i = 0; i < CLASSES; i++)
		print("class", i, &classes[i]);
	print("large", LARGE, &large);
	for (int maker = 0; maker < MAKERS; maker++)
		for (int dropper = 0; dropper < DROPPERS; dropper++)
			printf("pair %s %s %lu %lu\n", maker == BIG ? "make_big" : "make_small",
			       dropper == EARLY ? "drop_early" : "drop_late", pairs[maker][dropper][0],
			       pairs[maker][dropper][1]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IONBF, 0);
	if (strcmp(how, "fork") == 0 && fork() > 0)
		return wait(NULL) < 0;
	run();
	if (strcmp(how, "kill") == 0)
		raise(SIGKILL);
	if (strcmp(how, "wait") == 0)
		getchar();
	return 0;
}
