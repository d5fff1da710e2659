/*
 * spawn.c - two clones and an exec.
 *
 * The middle process is made with exit signal 0, so that neither SIGCHLD nor a plain wait
 * knows it, and its orphan goes to init.  A host that adopts orphans, a subreaper, is none until the
 * middle has ended.  The first process of a pid namespace cannot help being one: there the middle stays as
 * the drainer's parent, with nothing of the host's but a copy of its memory, and only a wait with __WALL sees
 * it. Sharing memory as vfork does keeps the cost independent of the host's size.  Both are untraced: a
 * debugger or strace that follows the host's children neither meets them nor waits for them.
 *
 * What runs between clone and exec does so in the host's memory: few calls, and of libc's
 * functions as few as can be, since a debugger may have put a breakpoint at any of them.
 */
#include "spawn.h"

#include "base/kernel.h"
#include "preload/base/valgrind.h"
#include "trace/session.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STACK_BYTES 16384u
#define CPU_WORDS 128u /* of 64 processors */
#define NICE_NORMAL 20 /* as the system call getpriority says it */

/* Lies in memory that all three share, also where a middle that stays has a copy of the rest. */
struct job {
	const char *program, *session_path;
	int host;                 /* 0: not to be asked for a pidfd */
	bool stays;               /* the middle process waits for the drainer */
	int untraced;             /* CLONE_UNTRACED, or 0 */
	_Atomic uint32_t outcome; /* 0: none yet; the drainer's pid; or -errno */
	_Alignas(16) char middle_stack[STACK_BYTES], drainer_stack[STACK_BYTES];
};

/* ---- the drainer until its exec -------------------------------------------------- */

static void close_everything(void)
{
#ifdef SYS_close_range
	if (kernel_call(SYS_close_range, 0u, ~0u, 0u) == 0)
		return;
#endif
	struct rlimit limit;
	int end = kernel_call(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0 && limit.rlim_cur < 65536
			  ? (int)limit.rlim_cur
			  : 65536;
	for (int fd = 0; fd < end; fd++)
		kernel_call(SYS_close, fd);
}

/* The standard descriptors, and behind them SESSION_PIDFD, if the kernel has such a thing. */
static void open_few(const struct job *job)
{
	for (int fd = 0; fd < SESSION_PIDFD; fd++)
		kernel_call(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);
#ifdef SYS_pidfd_open
	if (job->host && kernel_call(SYS_pidfd_open, job->host, 0) == SESSION_PIDFD)
		kernel_call(SYS_fcntl, SESSION_PIDFD, F_SETFD, 0);
#endif
}

/* The host's limits are not the drainer's, as far as that is allowed. */
static void lift_limits(void)
{
	static const int limits[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_NOFILE};

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct rlimit limit;
		if (kernel_call(SYS_prlimit64, 0, limits[i], NULL, &limit) != 0)
			continue;
		limit.rlim_cur = limit.rlim_max;
		kernel_call(SYS_prlimit64, 0, limits[i], &limit, NULL);
	}
}

/* Never more urgent than an ordinary program, or the host would be fought for its processor;
 * nor than the host, whose user may have wished it to be less. */
static void lower_urgency(void)
{
	static const struct sched_param ordinary;
	long policy = kernel_call(SYS_sched_getscheduler, 0) & ~SCHED_RESET_ON_FORK;

	if (policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
		kernel_call(SYS_sched_setscheduler, 0, SCHED_OTHER, &ordinary);
	if (kernel_call(SYS_getpriority, PRIO_PROCESS, 0) > NICE_NORMAL)
		kernel_call(SYS_setpriority, PRIO_PROCESS, 0, 0);
}

/* A host that is pinned has its processors for itself, if there are others.  Which others, PID 1
 * shows: it is where ordinary programs are, not on processors that were set apart.  Before exec,
 * since a real-time host would not let the drainer get so far on its own processor. */
static void leave_processors(void)
{
	uint64_t hosts[CPU_WORDS], others[CPU_WORDS], any = 0;
	long bytes = kernel_call(SYS_sched_getaffinity, 0, sizeof hosts, hosts);

	if (bytes <= 0 || kernel_call(SYS_sched_getaffinity, 1, sizeof others, others) != bytes)
		return;
	for (size_t i = 0; i < (size_t)bytes / sizeof *others; i++)
		any |= others[i] &= ~hosts[i];
	if (any)
		kernel_call(SYS_sched_setaffinity, 0, bytes, others);
}

static int become_drainer(void *argument)
{
	struct job *job = argument;
	const char *const arguments[] = {job->program, job->session_path, NULL};
	/* Empty: the libraries, tunables and auditors that the host is to have are not the drainer's. */
	static const char *const environment[] = {NULL};

	close_everything();
	open_few(job);
	lower_urgency();
	leave_processors();
	lift_limits();
	kernel_call(SYS_umask, 077);
	/* Signals stay blocked, the drainer's to open: here a handler would be the host's, in the
	 * host's memory. */
	if (kernel_call(SYS_chdir, "/") == 0)
		kernel_call(SYS_execve, job->program, arguments, environment);
	/* Relaxed: the end of this process, or a futex, orders it. */
	atomic_store_explicit(&job->outcome, (uint32_t)-errno, memory_order_relaxed);
	kernel_call(SYS_exit_group, 127);
	return 127;
}

/* ---- the middle -------------------------------------------------------------------- */

/* Unless the drainer has said why it could not be one. */
static void tell_pid(struct job *job, int pid)
{
	uint32_t unknown = 0;

	/* Relaxed: as in become_drainer. */
	atomic_compare_exchange_strong_explicit(&job->outcome, &unknown, (uint32_t)(pid < 0 ? -errno : pid),
						memory_order_relaxed, memory_order_relaxed);
	if (job->stays)
		kernel_call(SYS_futex, &job->outcome, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static int middle(void *argument)
{
	struct job *job = argument;

	kernel_call(SYS_setsid);
	if (job->stays) {
		close_everything();
		kernel_call(SYS_chdir, "/");
	}
	int drainer = clone(become_drainer, job->drainer_stack + STACK_BYTES,
			    CLONE_VM | CLONE_VFORK | job->untraced | SIGCHLD, job);
	tell_pid(job, drainer);
	if (job->stays && drainer > 0)
		while (kernel_call(SYS_wait4, drainer, NULL, __WALL, NULL) < 0 && errno == EINTR) {
		}
	kernel_call(SYS_exit_group, 0);
	return 0;
}

/* ---- the host ---------------------------------------------------------------------- */

static bool is_subreaper(void)
{
	int is = 0;

	return kernel_call(SYS_prctl, PR_GET_CHILD_SUBREAPER, &is, 0L, 0L, 0L) == 0 && is;
}

static void become_subreaper(bool is)
{
	kernel_call(SYS_prctl, PR_SET_CHILD_SUBREAPER, (long)is, 0L, 0L, 0L);
}

/* A middle that stays shows no end to wait for. */
static void await_outcome(struct job *job)
{
	static const struct timespec while_it_starts = {.tv_sec = 1};

	while (atomic_load_explicit(&job->outcome, memory_order_relaxed) == 0 &&
	       (kernel_call(SYS_futex, &job->outcome, FUTEX_WAIT, 0, &while_it_starts, NULL, 0) == 0 ||
		errno == EINTR)) {
	}
}

static int start(struct job *job, int untraced)
{
	job->untraced = untraced;
	atomic_init(&job->outcome, 0);
	int sharing = job->stays ? 0 : CLONE_VM | CLONE_VFORK;
	int child = clone(middle, job->middle_stack + STACK_BYTES, sharing | job->untraced, job);

	if (child < 0)
		return -errno;
	if (job->stays)
		await_outcome(job);
	else
		while (kernel_call(SYS_wait4, child, NULL, __WCLONE, NULL) < 0 && errno == EINTR) {
		}
	int outcome = (int)atomic_load_explicit(&job->outcome, memory_order_relaxed);
	/* A middle that said nothing was killed. */
	return outcome ? outcome : -EINTR;
}

static int start_in_any_case(struct job *job)
{
	int drainer = start(job, CLONE_UNTRACED);

	/* What a tracer's filter hands over to it (strace --seccomp-bpf) nobody does for who has no tracer.
	 */
	return drainer == -ENOSYS ? start(job, 0) : drainer;
}

int spawn_drainer(const char *program, const char *session_path)
{
	struct job *job = mmap(NULL, sizeof *job, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (job == MAP_FAILED)
		return -errno;
	job->program = program;
	job->session_path = session_path;
	/* Which has a word on a system call that it does not know. */
	job->host = valgrind_runs_us() ? 0 : (int)kernel_call(SYS_getpid);
	job->stays = kernel_call(SYS_getpid) == 1;
	/* Other orphans of this moment, under a millisecond, go past it, too. */
	bool adopts = is_subreaper();
	if (adopts)
		become_subreaper(false);
	int drainer = start_in_any_case(job);
	if (adopts)
		become_subreaper(true);
	munmap(job, sizeof *job);
	return drainer;
}
