/* starts HOW PROGRAM [DIRECTORY]: runs it with the argument "x" in every way that a process is started by,
 * and says how it ended.  PROGRAM is a path; for what searches PATH, a name in it.  With a DIRECTORY what is
 * spawned begins there, with its file "stranger" as descriptor 7. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *how, *program, *directory;

static int is(const char *name)
{
	return strcmp(how, name) == 0;
}

static void become(void)
{
	char *argv[] = {(char *)(size_t)program, "x", NULL};

	if (is("execve") || is("vfork"))
		execve(program, argv, environ);
	if (is("execv"))
		execv(program, argv);
	if (is("execvp"))
		execvp(program, argv);
	if (is("execvpe"))
		execvpe(program, argv, environ);
	if (is("execl"))
		execl(program, program, "x", (char *)NULL);
	if (is("execlp"))
		execlp(program, program, "x", (char *)NULL);
	if (is("execle"))
		execle(program, program, "x", (char *)NULL, environ);
	if (is("fexecve"))
		fexecve(open(program, O_RDONLY), argv, environ);
	if (is("execveat"))
		execveat(AT_FDCWD, program, argv, environ, 0);
	_exit(errno == ENOEXEC ? 98 : 99);
}

static int spawned(pid_t *pid)
{
	char *argv[] = {(char *)(size_t)program, "x", NULL};

	posix_spawn_file_actions_t actions, *some = directory ? &actions : NULL;

	posix_spawn_file_actions_init(&actions);
	if (directory) {
		posix_spawn_file_actions_addchdir_np(&actions, directory);
		posix_spawn_file_actions_addopen(&actions, 7, "stranger", O_RDONLY, 0);
	}
	if (is("posix_spawn"))
		return posix_spawn(pid, program, some, NULL, argv, environ);
	return posix_spawnp(pid, program, some, NULL, argv, environ);
}

static int by_shell(void)
{
	char command[4096];

	snprintf(command, sizeof(command), "%s x", program);
	if (is("system"))
		return system(command);
	FILE *pipe = popen(command, "r");
	for (int c; (c = fgetc(pipe)) != EOF;)
		putchar(c);
	return pclose(pipe);
}

int main(int count, char **argv)
{
	pid_t pid = 0;
	int status = -1;

	if (count < 3)
		return 2;
	how = argv[1], program = argv[2], directory = argv[3];
	setvbuf(stdout, NULL, _IONBF, 0);
	free(malloc(100));
	if (is("system") || is("popen")) {
		status = by_shell();
	} else {
		if (is("vfork") && (pid = vfork()) == 0)
			become();
		if (!is("vfork") && strncmp(how, "posix", 5) != 0 && (pid = fork()) == 0)
			become();
		if (strncmp(how, "posix", 5) == 0 && (errno = spawned(&pid)) != 0)
			return perror("spawn"), 1;
		waitpid(pid, &status, 0);
	}
	printf("%s: %d\n", how, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	return 0;
}
