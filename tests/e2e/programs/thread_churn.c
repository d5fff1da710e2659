/* Hundreds of short threads, eight at a time, each with a few events of its own. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *counted_thread(void *unused)
{
	void *blocks[10];
	for (int i = 0; i < 10; i++)
		blocks[i] = malloc(100 + (size_t)i);
	for (int i = 0; i < 10; i++)
		free(blocks[i]);
	return unused;
}

int main(void)
{
	for (int round = 0; round < 100; round++) {
		pthread_t threads[8];
		for (int i = 0; i < 8; i++)
			pthread_create(&threads[i], NULL, counted_thread, NULL);
		for (int i = 0; i < 8; i++)
			pthread_join(threads[i], NULL);
	}
	puts("800 threads");
	return 0;
}
