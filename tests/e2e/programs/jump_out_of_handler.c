/* Timeouts by siglongjmp, as an interpreter may have them: most interrupt the profiler itself, which
 * never comes back to what it did.  Then the storm is over, and recording must go on as before. */
#include <mprof/mprof.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static sigjmp_buf start;
static volatile sig_atomic_t armed, jumps;
static char tracked[64];

static void jump(int number)
{
	(void)number;
	if (!armed)
		return;
	armed = 0;
	jumps++;
	siglongjmp(start, 1);
}

static void storm(void)
{
	while (jumps < 1000) {
		if (sigsetjmp(start, 1) == 0) {
			armed = 1;
			for (;;) {
				mprof_track_alloc(tracked, 17);
				mprof_track_free(tracked);
			}
		}
	}
}

/* Deeper than where the jumps began, so that nothing is seen by the stack pointer alone. */
static __attribute__((noinline)) void counted_after(char *deeper)
{
	deeper[0] = 0;
	for (int i = 0; i < 10000; i++) {
		void *volatile block = malloc(100);
		free(block);
	}
}

int main(void)
{
	struct itimerval interval = {{0, 100}, {0, 100}}, off = {{0, 0}, {0, 0}};
	signal(SIGALRM, jump);
	setitimer(ITIMER_REAL, &interval, NULL);
	storm();
	setitimer(ITIMER_REAL, &off, NULL);
	counted_after(__builtin_alloca(512));
	puts("calm");
	return 0;
}
