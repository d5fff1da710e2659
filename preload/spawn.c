/*
 * spawn.c - two clones and an exec.
 *
 * The middle process is made with exit signal 0, so that neither SIGCHLD nor a plain wait
 * knows it, and its orphan goes to init.  If the host itself adopts orphans (it is PID 1 or a
 * subreaper), the middle stays as the drainer's parent instead.  Sharing memory as vfork does
 * keeps the cost independent of the host's size.
 */
#include "spawn.h"

#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES 65536u

struct job {
	const char *program, *session_path;
	char *library_path; /* "LD_LIBRARY_PATH=..." or NULL */
	char *stacks;       /* two of STACK_BYTES */
	bool stays;         /* the middle process waits for the drainer */
};

static void close_everything(void)
{
#ifdef SYS_close_range
	if (kernel_call(SYS_close_range, 0u, ~0u, 0u) == 0)
		return;
#endif
	struct rlimit limit;
	int end =
		getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
	for (int fd = 0; fd < end; fd++)
		close(fd);
}

/* The host's limits are not the drainer's, as far as that is allowed. */
static void lift_limits(void)
{
	static const int limits[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_NOFILE};

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct rlimit limit;
		if (prlimit(0, limits[i], NULL, &limit) != 0)
			continue;
		limit.rlim_cur = limit.rlim_max;
		(void)prlimit(0, limits[i], &limit, NULL);
	}
}

static int become_drainer(void *argument)
{
	const struct job *job = argument;
	char *arguments[] = {(char *)(uintptr_t)job->program, (char *)(uintptr_t)job->session_path, NULL};
	char *environment[] = {job->library_path, NULL};

	close_everything();
	for (int fd = 0; fd < 3; fd++)
		(void)open("/dev/null", O_RDWR);
	if (chdir("/") != 0)
		kernel_call(SYS_exit_group, 127);
	lift_limits();
	/* Signals stay blocked, the drainer's to open: here a handler would be the host's, in the
	 * host's memory. */
	execve(job->program, arguments, environment);
	kernel_call(SYS_exit_group, 127);
	return 127;
}

static int middle(void *argument)
{
	struct job *job = argument;
	int flags = job->stays ? 0 : CLONE_VM | CLONE_VFORK;

	setsid();
	int drainer = clone(become_drainer, job->stacks + 2 * STACK_BYTES, flags | SIGCHLD, job);
	if (job->stays && drainer > 0)
		while (waitpid(drainer, NULL, __WALL) < 0 && errno == EINTR) {
		}
	kernel_call(SYS_exit_group, drainer < 0);
	return 0;
}

static bool host_adopts_orphans(void)
{
	int subreaper = 0;

	return getpid() == 1 || (prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && subreaper);
}

static char *find_library_path(void)
{
	char *value = environ ? getenv("LD_LIBRARY_PATH") : NULL;

	return value ? value - (sizeof "LD_LIBRARY_PATH=" - 1) : NULL;
}

int spawn_drainer(const char *program, const char *session_path)
{
	struct job job = {program, session_path, find_library_path(), NULL, host_adopts_orphans()};
	int failed = 0;

	job.stacks = mmap(NULL, 2 * STACK_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (job.stacks == MAP_FAILED)
		return errno;
	int flags = job.stays ? 0 : CLONE_VM | CLONE_VFORK;
	int child = clone(middle, job.stacks + STACK_BYTES, flags, &job);
	if (child < 0)
		failed = errno;
	else if (!job.stays)
		while (waitpid(child, NULL, __WCLONE) < 0 && errno == EINTR) {
		}
	munmap(job.stacks, 2 * STACK_BYTES);
	return failed;
}
