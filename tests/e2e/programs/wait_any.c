/* Waits for any child at all: there must never be one that it did not start. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void count(int number)
{
	(void)number;
	signals++;
}

int main(void)
{
	struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
	sigaction(SIGCHLD, &action, NULL);
	int status;
	for (int i = 0; i < 200; i++) {
		free(malloc(1000));
		if (waitpid(-1, &status, WNOHANG | __WALL) != -1 || errno != ECHILD)
			return 10;
		usleep(1000);
	}
	for (int i = 0; i < 5; i++) {
		pid_t child = fork();
		if (child == 0) {
			free(malloc(10));
			_exit(i);
		}
		if (wait(&status) != child || WEXITSTATUS(status) != i)
			return 11;
	}
	if (wait(&status) != -1 || errno != ECHILD)
		return 12;
	printf("%d children, %d signals\n", 5, (int)signals);
	return 0;
}
