/* A fork child has its first allocation after unshare(CLONE_NEWPID); the namespace's first process
 * must be its own child, and works for a while. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void counted_work(void)
{
	for (int i = 0; i < 10; i++) {
		for (int j = 0; j < 100; j++) {
			void *volatile block = malloc(10);
			free(block);
		}
		usleep(50000);
	}
}

static int end_of(pid_t pid)
{
	int status;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int child(void)
{
	if (unshare(CLONE_NEWPID))
		return 77;
	free(malloc(10));
	pid_t first = fork();
	if (first == 0) {
		counted_work();
		exit(getpid() == 1 ? 0 : 98);
	}
	return first < 0 ? errno : end_of(first);
}

int main(void)
{
	pid_t pid = fork();
	if (pid == 0)
		exit(child());
	int end = end_of(pid);
	printf("%d\n", end);
	return end;
}
