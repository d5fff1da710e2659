/* Forks again and again while other threads are inside the allocator. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int stop;

static void *churn(void *unused)
{
	while (!atomic_load(&stop))
		free(malloc(100));
	return unused;
}

static void counted_child(void)
{
	for (int i = 0; i < 100; i++)
		free(malloc(50));
}

int main(void)
{
	pthread_t threads[3];
	int bad = 0;
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, churn, NULL);
	for (int i = 0; i < 30; i++) {
		pid_t child = fork();
		if (child == 0) {
			counted_child();
			_exit(0);
		}
		int status = -1;
		bad += waitpid(child, &status, 0) != child || status != 0;
	}
	atomic_store(&stop, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d bad\n", bad);
	return bad;
}
