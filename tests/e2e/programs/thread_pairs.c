/* Two threads that allocate and free, one after the other's start. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *counted_pairs(void *unused)
{
	(void)unused;
	for (size_t size = 1; size <= 1000; size++) {
		void *volatile block = malloc(size);
		free(block);
	}
	return NULL;
}

int main(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, counted_pairs, NULL) != 0)
		return 1;
	counted_pairs(NULL);
	pthread_join(thread, NULL);
	puts("done");
	return 0;
}
