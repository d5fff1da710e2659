/* A stack of a hundred thousand frames, with events at the bottom and on the way, every STEP calls. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef STEP
#define STEP 1000
#endif

static void *volatile seen; /* or there would be no block */

static long __attribute__((noinline)) counted_descent(long level)
{
	if (level % STEP == 0) {
		seen = malloc((size_t)level + 1);
		free(seen);
	}
	return level == 0 ? 1 : counted_descent(level - 1) + 1;
}

int main(int argc, char **argv)
{
	struct rlimit stack = {1l << 28, RLIM_INFINITY};
	if (argc == 1) { /* a main thread's limit counts from exec */
		if (setrlimit(RLIMIT_STACK, &stack) != 0)
			return 2;
		execl(argv[0], argv[0], "deep", (char *)NULL);
		return 2;
	}
	printf("%ld frames\n", counted_descent(100000));
	return 0;
}
