/* adopts_orphans subreaper|init WHAT: a process that orphans go to, as it is from its exec on.
 * WHAT is "reap": reaps all children of any kind, which must be its own and the orphan that they leave
 * behind; or "let_go": closes the last descriptor of a pipe, whose reader must see its end, and lives on
 * until its standard input ends.  $LIBRARY is preloaded from the exec on. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_END 9

static int reap(void)
{
	int reaped = 1;

	free(malloc(10));
	for (int i = 0; i < 100; i++, usleep(1000))
		if (waitpid(-1, NULL, __WALL | WNOHANG) != -1 || errno != ECHILD)
			return puts("a child that is not ours"), 1;
	int gate[2];
	if (pipe(gate))
		return 1;
	if (fork() == 0) {
		if (fork() != 0)
			_exit(0);
		char byte; /* an orphan once the pipe's end is seen */
		close(gate[1]);
		_exit(read(gate[0], &byte, 1) != 0);
	}
	waitpid(-1, NULL, __WALL);
	close(gate[1]);
	while (waitpid(-1, NULL, __WALL) > 0)
		reaped++;
	printf("reaped %d\n", reaped);
	return 0;
}

static int let_go(void)
{
	free(malloc(10));
	close(PIPE_END);
	while (getchar() != EOF) {
	}
	return 0;
}

static int start(char **argv, int is_init)
{
	int ends[2];

	if (pipe(ends) || (is_init && unshare(CLONE_NEWPID)))
		return 77;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_CHILD_SUBREAPER, !is_init);
		if (dup2(ends[1], PIPE_END) != PIPE_END)
			_exit(1);
		close(ends[0]), close(ends[1]);
		if (getenv("LIBRARY"))
			setenv("LD_PRELOAD", getenv("LIBRARY"), 1);
		execl(argv[0], argv[0], argv[1], argv[2], "go", (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	if (strcmp(argv[2], "let_go") == 0) {
		struct pollfd end = {.fd = ends[0], .events = POLLIN};
		printf("%d %s\n", (int)pid, poll(&end, 1, 10000) == 1 ? "let go" : "held");
		fflush(stdout);
	}
	int status;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int count, char **argv)
{
	if (count < 4)
		return start(argv, strcmp(argv[1], "init") == 0);
	return strcmp(argv[2], "reap") == 0 ? reap() : let_go();
}
