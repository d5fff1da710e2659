/* Children that leave no zombie (SA_NOCLDWAIT): wait finds nobody, neither them nor a recorder's helper. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 20

int main(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
	int found = 0;

	sigaction(SIGCHLD, &action, NULL);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t child = fork();
		if (child == 0) {
			free(malloc(100));
			_exit(i);
		}
		found += waitpid(child, NULL, 0) != -1 || errno != ECHILD;
	}
	found += wait(NULL) != -1 || errno != ECHILD;
	printf("%d\n", found);
	return 5;
}
