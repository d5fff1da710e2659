/* Each thread's key destructor allocates, and asks to be called again: after the C library has begun to
 * take the thread down. */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 20

static pthread_key_t key;
static _Thread_local int calls;

static void counted_destructor(void *value)
{
	for (int i = 0; i < 10; i++)
		free(malloc(100));
	if (++calls < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(key, value);
}

static void *counted_thread(void *unused)
{
	pthread_setspecific(key, malloc(7));
	return unused;
}

int main(void)
{
	pthread_key_create(&key, counted_destructor);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		pthread_create(&thread, NULL, counted_thread, NULL);
		pthread_join(thread, NULL);
	}
	printf("%d threads\n", THREADS);
	return 0;
}
