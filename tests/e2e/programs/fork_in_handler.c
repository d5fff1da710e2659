/* A timer's handler forks while the program allocates at many depths, so that it often interrupts the
 * profiler; parent and child both go on where they were.  Prints how many children did not end well. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILDREN 150
#define ROUNDS 40 /* that a child goes on for */

static volatile sig_atomic_t forked, is_child;

static void handler(int number)
{
	int saved = errno;

	(void)number;
	if (!is_child && forked < CHILDREN) {
		forked++;
		if (fork() == 0)
			is_child = 1;
	}
	errno = saved;
}

/* The call path depends on the bits of `way`. */
static __attribute__((noinline)) void deep(unsigned way, int depth)
{
	if (depth == 0) {
		for (int i = 0; i < 3; i++) {
			void *volatile block = malloc(16 + way % 500);
			free(block);
		}
		return;
	}
	if (way & 1)
		deep(way >> 1, depth - 1);
	else
		deep(way >> 1, depth - 1);
	__asm__ volatile(""); /* no tail call */
}

static void reap(int *bad)
{
	int status;

	while (waitpid(-1, &status, forked < CHILDREN ? WNOHANG : 0) > 0)
		*bad += status != 0;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	struct itimerspec often = {{0, 2000000}, {0, 2000000}};
	timer_t timer;
	int bad = 0, rounds = 0;

	sigaction(SIGRTMIN, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &often, NULL))
		return 2;
	for (unsigned way = 1; forked < CHILDREN && rounds < ROUNDS; way = way * 1103515245 + 12345) {
		deep(way >> 8, 12);
		rounds += is_child;
	}
	if (is_child)
		_exit(0);
	reap(&bad);
	printf("%d\n", bad);
	return 0;
}
