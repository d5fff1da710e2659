/* A thread that never allocated forks, with a cancellation pending; the child's first event, a free
 * of inherited blocks, must neither be cancelled nor find the blocks unknown. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *blocks[50];

static void counted_parent(void)
{
	for (int i = 0; i < 50; i++)
		blocks[i] = malloc(100);
}

static void counted_child(void)
{
	for (int i = 0; i < 50; i++)
		free(blocks[i]);
}

static void *forks(void *status)
{
	int unused;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &unused);
	pthread_cancel(pthread_self());
	pid_t pid = fork();
	if (pid == 0) {
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &unused);
		counted_child();
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &unused);
		exit(5);
	}
	if (waitpid(pid, status, 0) == pid)
		printf("%d %d\n", (int)pid, *(int *)status);
	return NULL;
}

static void *loads_what_cancelling_needs(void *nothing)
{
	pause();
	return nothing;
}

int main(void)
{
	int status = 0;
	pthread_t thread;
	if (pthread_create(&thread, NULL, loads_what_cancelling_needs, NULL) || pthread_cancel(thread) ||
	    pthread_join(thread, NULL))
		return 1;
	counted_parent();
	if (pthread_create(&thread, NULL, forks, &status) || pthread_join(thread, NULL))
		return 1;
	return WEXITSTATUS(status);
}
