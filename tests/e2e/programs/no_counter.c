/* Takes the processor's counter from itself and from its threads and children, and gives it back. */
#include <linux/prctl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static long count;

__attribute__((noinline)) static void counted_without(void)
{
	for (long i = 0; i < count; i++) {
		void *volatile block = malloc(10);
		free(block);
	}
}

__attribute__((noinline)) static void counted_again(void)
{
	for (long i = 0; i < count; i++) {
		void *volatile block = malloc(20);
		free(block);
	}
}

static void *work(void *nothing)
{
	counted_without();
	return nothing;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int status;

	count = atol(argv[1]);
	if (argc > 2 && strcmp(argv[2], "attached") == 0)
		free(malloc(1));
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) != 0)
		return 77;
	counted_without();
	pthread_create(&thread, NULL, work, NULL);
	pthread_join(thread, NULL);
	pid_t child = fork();
	if (child == 0) {
		counted_without();
		_exit(5);
	}
	if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 5)
		return 1;
	if (prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0) != 0)
		return 2;
	counted_again();
	return 3;
}
