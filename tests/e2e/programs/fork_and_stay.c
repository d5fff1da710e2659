/* When told to, forks a child that frees what it inherited, says who that was, and stays until told again. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *blocks[50];

static void counted_parent(void)
{
	for (int i = 0; i < 50; i++)
		blocks[i] = malloc(100);
}

int main(void)
{
	int status = 0;
	getchar();
	counted_parent();
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 50; i++)
			free(blocks[i]);
		_exit(3);
	}
	waitpid(child, &status, 0);
	printf("%d\n", child);
	fflush(stdout);
	getchar();
	return WEXITSTATUS(status);
}
