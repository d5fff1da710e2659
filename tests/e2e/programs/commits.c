/* Allocates and frees for ever, and counts in a shared file what it has completed: events that a
 * profiler must know of, whatever is killed afterwards.  argv: counter file, threads. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct counter { /* one a cache line, one a thread */
	_Atomic uint64_t allocations, frees;
	char pad[48];
};

static void *churn(void *argument)
{
	struct counter *counter = argument;
	void *blocks[64] = {NULL};
	for (uint64_t i = 0;; i++) {
		void **slot = &blocks[i * 7919 % 64];
		if (*slot) {
			free(*slot);
			atomic_fetch_add(&counter->frees, 1);
		}
		*slot = malloc(16 + i % 500);
		atomic_fetch_add(&counter->allocations, 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[2]) : 1;
	int file = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0644) : -1;
	if (file < 0 || ftruncate(file, 4096) != 0)
		return 2;
	struct counter *counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (counters == MAP_FAILED)
		return 2;
	for (int i = 1; i < threads; i++) {
		pthread_t thread;
		pthread_create(&thread, NULL, churn, &counters[i]);
	}
	churn(&counters[0]);
	return 0;
}
