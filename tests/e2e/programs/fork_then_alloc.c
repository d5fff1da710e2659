/* A child ends half of what it inherited, and has blocks of its own; its parent too. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *inherited[100], *own[50];

static void counted_before(void)
{
	for (int i = 0; i < 100; i++)
		inherited[i] = malloc(1000);
}

static void counted_child(void)
{
	for (int i = 0; i < 50; i++)
		own[i] = malloc(10);
	for (int i = 0; i < 50; i++)
		free(inherited[i]);
}

static void counted_parent(void)
{
	for (int i = 0; i < 100; i++)
		free(inherited[i]);
}

int main(void)
{
	counted_before();
	pid_t child = fork();
	if (child == 0) {
		counted_child();
		_exit(3);
	}
	int status = 0;
	waitpid(child, &status, 0);
	counted_parent();
	printf("%d\n", child);
	return WEXITSTATUS(status);
}
