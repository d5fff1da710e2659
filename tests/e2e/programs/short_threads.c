/* argv[1] threads, four at a time, each of which allocates a little; prints the peak resident set in KiB. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void *counted_work(void *nothing)
{
	for (int i = 0; i < 20; i++) {
		void *volatile block = malloc(100);
		free(block);
	}
	return nothing;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	long rounds = argc > 1 ? atol(argv[1]) / 4 : 1;
	for (long i = 0; i < rounds; i++) {
		pthread_t threads[4];
		for (int k = 0; k < 4; k++)
			if (pthread_create(&threads[k], NULL, counted_work, NULL) != 0)
				return 1;
		for (int k = 0; k < 4; k++)
			pthread_join(threads[k], NULL);
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%ld\n", usage.ru_maxrss);
	return 0;
}
