/* Four timers with a signal each interrupt a loop, the profiler and each other's handlers, which
 * allocate, reallocate and free blocks that they tell the profiler of. */
#include <mprof/mprof.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TIMERS 4
#define BLOCKS 40

static char space[TIMERS + 1][64 * BLOCKS];
static volatile long done[TIMERS + 1];
static timer_t timers[TIMERS];

static __attribute__((noinline)) void some_blocks(int of)
{
	for (int i = 0; i < BLOCKS; i++)
		mprof_track_alloc(space[of] + 64 * i, 10);
	for (int i = 0; i < BLOCKS; i++)
		mprof_track_free(space[of] + 64 * i);
	done[of]++;
}

/* Only when its last signal is dealt with: on a busy machine that may take longer than any interval, and
 * leave the others no time at all. */
static int next_signal(int of)
{
	struct itimerspec soon = {{0, 0}, {0, 1000000 + 100000 * of}};
	return timer_settime(timers[of], 0, &soon, NULL);
}

static void handler(int number)
{
	some_blocks(number - SIGRTMIN + 1);
	next_signal(number - SIGRTMIN);
}

int main(void)
{
	for (int i = 0; i < TIMERS; i++) {
		struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
		struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + i};
		sigaction(SIGRTMIN + i, &action, NULL);
		if (timer_create(CLOCK_MONOTONIC, &event, &timers[i]) || next_signal(i))
			return 1;
	}
	while (done[1] < 100 || done[TIMERS] < 100)
		some_blocks(0);
	for (int i = 0; i < TIMERS; i++)
		timer_delete(timers[i]);
	long all = 0;
	for (int i = 0; i <= TIMERS; i++)
		all += done[i] * BLOCKS;
	printf("%ld\n", all);
	return 0;
}
