/* Two threads allocate, two others free what they get, through one small queue. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCKS 50000
#define QUEUE 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static void *queue[QUEUE];
static int queued;

static void *counted_producer(void *unused)
{
	for (int i = 0; i < BLOCKS; i++) {
		void *block = malloc(16 + (size_t)i % 300);
		pthread_mutex_lock(&lock);
		while (queued == QUEUE)
			pthread_cond_wait(&changed, &lock);
		queue[queued++] = block;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
	return unused;
}

static void *counted_consumer(void *unused)
{
	for (int i = 0; i < BLOCKS; i++) {
		pthread_mutex_lock(&lock);
		while (queued == 0)
			pthread_cond_wait(&changed, &lock);
		void *block = queue[--queued];
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
		free(block);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, i % 2 ? counted_consumer : counted_producer, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	printf("%d left\n", queued);
	return 0;
}
