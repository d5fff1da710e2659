/* dying.c - see dying.h. */
#include "dying.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(void (*act)(void), int to)
{
	const struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	dup2(to, STDERR_FILENO);
	close(to);
	act();
	fputs("nothing happened\n", stderr);
	_exit(0);
}

bool dies_saying(void (*act)(void), const char *said)
{
	int ends[2], status = 0;
	char text[4096];
	size_t length = 0;
	if (pipe(ends))
		return false;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		run(act, ends[1]);
	close(ends[1]);
	for (ssize_t got; length < sizeof(text) - 1; length += (size_t)got)
		if ((got = read(ends[0], text + length, sizeof(text) - 1 - length)) <= 0)
			break;
	text[length] = 0;
	close(ends[0]);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(text, said))
		return true;
	fprintf(stderr, "expected \"%s\", status %#x: %s\n", said, (unsigned)status, text);
	return false;
}
