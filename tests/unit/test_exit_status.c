/*
 * test_exit_status.c - how processes ended, asked by one who may or may not be their parent.
 */
#include "drain/exit_status.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that has ended by itself with this status, or by this signal, and is a zombie. */
static pid_t ended(int status, int signal)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0) {
		if (signal)
			kill(getpid(), signal);
		_exit(status);
	}
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	return pid;
}

static struct watch watch_of(const struct session_header *session, bool with_pidfd)
{
	struct watch watch = {.session = session, .pidfd = -1, .statm = -1, .has_proc = watch_has_proc()};

	if (with_pidfd)
		watch.pidfd = (int)syscall(SYS_pidfd_open, session->pid, 0);
	return watch;
}

Test(exit_status, of_a_zombie)
{
	struct session_header exited = {.pid = ended(3, 0)}, killed = {.pid = ended(0, SIGTERM)};
	struct watch watch = watch_of(&exited, false);
	int status = -1;

	cr_assert(exit_status_find(&watch, &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 3, "%x", (unsigned)status);
	watch = watch_of(&killed, false);
	cr_assert(exit_status_find(&watch, &status));
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "%x", (unsigned)status);
	waitpid(exited.pid, NULL, 0);
	waitpid(killed.pid, NULL, 0);
	cr_expect_not(exit_status_find(&watch, &status), "nobody remembers");
}

Test(exit_status, of_one_that_was_waited_for)
{
	struct session_header exited = {.pid = ended(0, 0)}, killed = {.pid = ended(0, SIGKILL)};
	struct watch first = watch_of(&exited, true), second = watch_of(&killed, true);
	int status = -1;

	waitpid(exited.pid, NULL, 0);
	waitpid(killed.pid, NULL, 0);
	if (!exit_status_find(&first, &status))
		cr_skip("this kernel forgets how processes ended");
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", (unsigned)status);
	cr_assert(exit_status_find(&second, &status));
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%x", (unsigned)status);
	watch_finish(&first);
	watch_finish(&second);
}
