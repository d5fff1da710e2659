/* Timer signals storm into a loop.  malloc is not async-signal-safe, so the two never meet there:
 * first the loop reports blocks of an allocator of its own while the handler mallocs, then the
 * other way round.  In both the handler interrupts the profiler itself now and then. */
#include <mprof/mprof.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static volatile sig_atomic_t signals, stormy;
static char tracked[64];

/* Only when the last is dealt with: on a busy machine that may take longer than any interval, and leave the
 * loop no time at all. */
static void next_signal(void)
{
	struct itimerval soon = {{0, 0}, {0, 50}};
	if (stormy)
		setitimer(ITIMER_REAL, &soon, NULL);
}

static void counted_malloc_handler(int number)
{
	(void)number;
	free(malloc(11));
	signals++;
	next_signal();
}

static void counted_track_handler(int number)
{
	(void)number;
	mprof_track_alloc(tracked + 32, 13);
	mprof_track_free(tracked + 32);
	signals++;
	next_signal();
}

static void storm(void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	signals = 0;
	stormy = 1;
	sigaction(SIGALRM, &action, NULL);
	next_signal();
}

static void calm(void)
{
	struct itimerval off = {{0, 0}, {0, 0}};
	stormy = 0;
	setitimer(ITIMER_REAL, &off, NULL);
}

static void counted_track_loop(long *rounds)
{
	while (signals < 500) {
		mprof_track_alloc(tracked, 17);
		mprof_track_free(tracked);
		++*rounds;
	}
}

static void counted_malloc_loop(long *rounds)
{
	while (signals < 500) {
		free(malloc(19));
		++*rounds;
	}
}

int main(void)
{
	long rounds[2] = {0, 0}, handled[2];
	free(malloc(1)); /* the first call of all is no business of a handler */
	mprof_track_free(tracked);
	storm(counted_malloc_handler);
	counted_track_loop(&rounds[0]);
	calm();
	handled[0] = signals;
	storm(counted_track_handler);
	counted_malloc_loop(&rounds[1]);
	calm();
	handled[1] = signals;
	printf("%ld %ld %ld %ld\n", handled[0], rounds[0], handled[1], rounds[1]);
	return 0;
}
