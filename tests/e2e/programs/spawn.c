/* Starts programs by vfork + exec, posix_spawn, system and popen. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int status_of(pid_t child)
{
	int status = -1;
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void counted_work(void)
{
	for (int i = 0; i < 10; i++)
		free(malloc(100));
}

int main(void)
{
	char *arguments[] = {"sh", "-c", "exit 5", NULL};
	pid_t child = vfork();
	if (child == 0) {
		execv("/bin/sh", arguments);
		_exit(99);
	}
	printf("vfork %d\n", status_of(child));
	counted_work();
	posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ);
	printf("posix_spawn %d\n", status_of(child));
	counted_work();
	printf("system %d\n", WEXITSTATUS(system("exit 6")));
	counted_work();
	FILE *pipe = popen("echo from the pipe", "r");
	char line[100] = "";
	if (pipe && fgets(line, sizeof(line), pipe))
		fputs(line, stdout);
	printf("popen %d\n", pipe ? WEXITSTATUS(pclose(pipe)) : -1);
	counted_work();
	return 0;
}
