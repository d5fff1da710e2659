/* A thread ends the process while the others are in the middle of allocating. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *churn(void *unused)
{
	for (;;)
		free(malloc(100));
	return unused;
}

static void *quit(void *unused)
{
	usleep(50000);
	exit(7);
	return unused;
}

int main(void)
{
	pthread_t thread;
	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, churn, NULL);
	pthread_create(&thread, NULL, quit, NULL);
	pthread_join(thread, NULL);
	return 0;
}
