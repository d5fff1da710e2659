/* browser.c - see browser.h. */
#include "cli/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OPENER "xdg-open"
#define TRIES 40 /* of 50 ms: where there is no browser, it says so by then */

/* What it has to say is of no use to who waits for a page's name. */
static int start(const char *path, pid_t *pid)
{
	char *arguments[] = {strdup(OPENER), realpath(path, NULL), NULL};
	posix_spawn_file_actions_t actions;
	int error = arguments[0] && arguments[1] ? posix_spawn_file_actions_init(&actions) : errno;

	if (!error) {
		for (int fd = STDIN_FILENO; !error && fd <= STDERR_FILENO; fd++)
			error = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
		if (!error)
			error = posix_spawnp(pid, OPENER, &actions, NULL, arguments, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	free(arguments[0]);
	free(arguments[1]);
	return error;
}

/* Its status, or 0 where it goes on: some openers are the browser itself. */
static int status_of(pid_t pid)
{
	const struct timespec while_ns = {.tv_nsec = 50 * 1000 * 1000};
	int status = 0;

	for (int i = 0; i < TRIES; i++) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended != 0)
			return ended == pid ? status : 0;
		nanosleep(&while_ns, NULL);
	}
	return 0;
}

int browser_open(const char *path, struct diagnostic *diagnostic)
{
	pid_t pid;
	int error = start(path, &pid);

	if (error)
		return diagnostic_set(diagnostic, error, "cannot open %s in a browser: " OPENER ": %s", path,
				      strerror(error));
	if (status_of(pid) != 0)
		return diagnostic_set(diagnostic, EIO,
				      "cannot open %s in a browser: " OPENER " knows none to open it with",
				      path);
	return 0;
}
