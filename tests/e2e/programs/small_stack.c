/* Threads on the smallest stacks that the C library allows: what a profiler puts on top must fit. */
#include <pthread.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
static void *counted_thread(void *unused)
{
	for (int i = 0; i < 100; i++)
		free(malloc(10));
	return unused;
}
int main(void)
{
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	for (int i = 0; i < 10; i++) {
		pthread_t thread;
		if (pthread_create(&thread, &attributes, counted_thread, NULL) || pthread_join(thread, NULL))
			return 1;
	}
	puts("fits");
	return 0;
}
