/* Locks all of its memory, then prints what that makes: milliseconds of the call, KiB locked and of address
 * space. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static long status_kib(const char *name)
{
	char line[256];
	long kib = -1;
	FILE *file = fopen("/proc/self/status", "r");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, name, strlen(name)) == 0)
			kib = atol(line + strlen(name) + 1);
	if (file)
		fclose(file);
	return kib;
}

static void counted_work(void)
{
	for (int i = 0; i < 2000000; i++) {
		void *volatile block = malloc(10);
		free(block);
	}
}

int main(void)
{
	free(malloc(1));
	double begin = now_ms();
	int failed = mlockall(MCL_CURRENT | MCL_FUTURE);
	double took = now_ms() - begin;
	counted_work();
	printf("%d %.3f %ld %ld\n", failed, took, status_kib("VmLck:"), status_kib("VmSize:"));
	return 0;
}
