/*
 * The thread that rings the drainer's doorbell when the process has ended.
 */
#include "drain/vigil.h"

#include <criterion/criterion.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct session_header session;

static pid_t start_sleeper(int *pidfd)
{
	pid_t pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	*pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*pidfd < 0)
		cr_skip_test("no pidfd");
	return pid;
}

static void end_sleeper(pid_t pid, int pidfd)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pidfd);
}

Test(vigil, rings_at_the_end)
{
	struct vigil vigil = {0};
	const struct timespec long_time = {.tv_sec = 60};
	int pidfd;
	pid_t pid = start_sleeper(&pidfd);
	atomic_store(&session.doorbell, DOORBELL_ASLEEP);
	cr_assert(vigil_keep(&vigil, pidfd, &session));
	cr_assert(vigil_keep(&vigil, pidfd, &session), "a second time is as good");
	kill(pid, SIGKILL);
	syscall(SYS_futex, &session.doorbell, FUTEX_WAIT, DOORBELL_ASLEEP, &long_time, NULL, 0);
	cr_assert_eq(atomic_load(&session.doorbell), DOORBELL_AWAKE);
	vigil_finish(&vigil);
	end_sleeper(pid, pidfd);
}

Test(vigil, ends_while_the_process_lives)
{
	struct vigil vigil = {0};
	int pidfd;
	pid_t pid = start_sleeper(&pidfd);
	atomic_store(&session.doorbell, DOORBELL_ASLEEP);
	cr_assert(vigil_keep(&vigil, pidfd, &session));
	vigil_finish(&vigil);
	cr_assert_eq(atomic_load(&session.doorbell), DOORBELL_ASLEEP, "nothing has ended");
	vigil_finish(&vigil);
	end_sleeper(pid, pidfd);
}

Test(vigil, is_not_to_be_had_without_a_pidfd)
{
	struct vigil vigil = {0};
	cr_assert_not(vigil_keep(&vigil, -1, &session));
	cr_assert_not(vigil_keep(&vigil, -1, &session));
	vigil_finish(&vigil);
}
