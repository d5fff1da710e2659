/*
 * spawn.h - runs a program in the foreground, as if nobody stood between it and the terminal.
 */
#ifndef MPROF_REPORTER_LAUNCH_SPAWN_H
#define MPROF_REPORTER_LAUNCH_SPAWN_H

#include "base/diagnostic.h"

#include <sys/types.h>

/*
 * Executes path with argv and environ in a child and waits for its end.  What the terminal sends
 * reaches the child itself, so it is ignored here; what others send to this process is passed on.
 * *status is what a shell would say: the exit status, or 128 + the signal.  0, or -errno with a
 * diagnostic if the program could not be started.
 *
 * The child stays a zombie until spawn_reap: so whoever watches it can tell how it ended.
 */
int spawn_and_wait(const char *path, char *const argv[], pid_t *pid, int *status,
		   struct diagnostic *diagnostic);

void spawn_reap(pid_t pid);

#endif
