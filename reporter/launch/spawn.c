/*
 * spawn.c - runs a program in the foreground.
 */
#include "launch/spawn.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int watched[] = {SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

static void watched_set(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		sigaddset(set, watched[i]);
}

/* What the program shall find as mprof found it. */
struct signals {
	sigset_t mask;
	struct sigaction on_child;
};

static void signals_restore(const struct signals *signals)
{
	sigaction(SIGCHLD, &signals->on_child, NULL);
	sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

/* Who started mprof may have let it ignore SIGCHLD; then there would be no status to wait for. */
static void signals_take(struct signals *signals, const sigset_t *set)
{
	const struct sigaction standard = {.sa_handler = SIG_DFL};

	sigprocmask(SIG_BLOCK, set, &signals->mask);
	sigaction(SIGCHLD, &standard, &signals->on_child);
}

/* In the child: only returns to the caller through the pipe, with the reason. */
_Noreturn static void execute(const char *path, char *const argv[], const struct signals *before, int failure)
{
	ssize_t written;
	int reason;

	signals_restore(before);
	execv(path, argv);
	reason = errno;
	written = write(failure, &reason, sizeof(reason));
	_exit(written == sizeof(reason) ? 127 : 126);
}

/* The terminal signals the whole foreground group, the child included; a process means us alone, so pass it
 * on. */
static void pass_on(pid_t pid, const siginfo_t *info)
{
	if (info->si_code != SI_KERNEL)
		kill(pid, info->si_signo);
}

static int wait_for_end(pid_t pid, const sigset_t *set)
{
	siginfo_t info, end = {0};

	while (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid != pid)
		if (sigwaitinfo(set, &info) > 0 && info.si_signo != SIGCHLD)
			pass_on(pid, &info);
	return end.si_code == CLD_EXITED ? end.si_status : STATUS_OF_SIGNAL + end.si_status;
}

void spawn_reap(pid_t pid)
{
	waitpid(pid, NULL, 0);
}

/* The pipe closes unread when exec succeeds. */
static int exec_failure(int fd)
{
	int reason = 0;

	return read(fd, &reason, sizeof(reason)) == sizeof(reason) ? reason : 0;
}

static int start(const char *path, char *const argv[], const struct signals *before, pid_t *pid)
{
	int ends[2], reason;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	*pid = fork();
	reason = errno;
	if (*pid == 0)
		execute(path, argv, before, ends[1]);
	close(ends[1]);
	if (*pid > 0)
		reason = exec_failure(ends[0]);
	close(ends[0]);
	if (*pid > 0 && reason)
		waitpid(*pid, NULL, 0);
	return reason;
}

int spawn_and_wait(const char *path, char *const argv[], pid_t *pid, int *status,
		   struct diagnostic *diagnostic)
{
	struct signals before;
	sigset_t set;
	int reason;

	watched_set(&set);
	signals_take(&before, &set);
	reason = start(path, argv, &before, pid);
	if (!reason)
		*status = wait_for_end(*pid, &set);
	signals_restore(&before);
	return reason ? diagnostic_set(diagnostic, reason, "%s: %s", path, strerror(reason)) : 0;
}
