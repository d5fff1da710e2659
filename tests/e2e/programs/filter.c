/*
 * Filters its system calls, by the way that argv[1] names, and then allocates argv[2] times: what is not in
 * the list is death.  Those are the calls that this program itself makes.  With argv[3] "fork" a child
 * allocates too; with "threads" threads do, that begin behind the filter.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALLOW(number)                                                                                        \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(SYS_brk),
	ALLOW(SYS_mmap),
	ALLOW(SYS_munmap),
	ALLOW(SYS_mremap),
	ALLOW(SYS_read),
	ALLOW(SYS_write),
	ALLOW(SYS_exit),
	ALLOW(SYS_exit_group),
	ALLOW(SYS_clone),
	ALLOW(SYS_wait4),
	ALLOW(SYS_rt_sigprocmask),
	ALLOW(SYS_set_robust_list),
	ALLOW(SYS_gettid),
	ALLOW(SYS_clone3),
	ALLOW(SYS_mprotect),
	ALLOW(SYS_rseq),
	ALLOW(SYS_madvise),
	ALLOW(SYS_futex),
	ALLOW(SYS_sched_getaffinity),
	ALLOW(SYS_rt_sigaction),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};
/* For one thread, the strictest of all that still ends by exit_group. */
static struct sock_filter narrow[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(SYS_brk),
	ALLOW(SYS_mmap),
	ALLOW(SYS_munmap),
	ALLOW(SYS_write),
	ALLOW(SYS_exit_group),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};
static struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
static long count;

static long raw_call(long number, long one, long two, long three)
{
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(one), "S"(two), "d"(three)
			 : "rcx", "r11", "memory");
	return result;
}

static int install(const char *how)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (strcmp(how, "narrow") == 0)
		program = (struct sock_fprog){sizeof narrow / sizeof *narrow, narrow};
	if (strcmp(how, "strict") == 0)
		return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	if (strcmp(how, "syscall") == 0)
		return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
	if (strncmp(how, "raw", 3) == 0) {
		const struct timespec moment = {.tv_nsec = 700000000};
		int failed = strcmp(how, "raw strict") == 0
				     ? (int)raw_call(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0)
				     : (int)raw_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
						     SECCOMP_FILTER_FLAG_LOG, (long)&program);
		/* By instructions: no call is allowed that sleeps. */
		struct timespec begin, now;
		clock_gettime(CLOCK_MONOTONIC, &begin);
		do
			clock_gettime(CLOCK_MONOTONIC, &now);
		while ((now.tv_sec - begin.tv_sec) * 1000000000L + now.tv_nsec - begin.tv_nsec <
		       moment.tv_nsec);
		return failed;
	}
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

__attribute__((noinline)) static void deeper(int depth)
{
	char room[200];
	memset(room, depth, sizeof room);
	void *volatile block = malloc(100);
	free(block);
	if (depth > 0)
		deeper(depth - 1);
	__asm__ volatile("" : : "r"(room) : "memory");
}

__attribute__((noinline)) static void counted_work(void)
{
	for (long i = 0; i < count; i++) {
		void *volatile block = malloc(10);
		free(block);
	}
}

static void *work_in_thread(void *nothing)
{
	counted_work();
	return nothing;
}

static void work_in_threads(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work_in_thread, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	const char *more = argc > 3 ? argv[3] : "";
	int status = 0;

	count = atol(argv[2]);
	free(malloc(1)); /* the first asks for randomness */
	if (install(argv[1]) != 0)
		return 77;
	counted_work();
	deeper(300);
	if (strcmp(more, "threads") == 0)
		work_in_threads();
	if (strcmp(more, "fork") == 0) {
		pid_t child = fork();
		if (child == 0) {
			counted_work();
			_exit(5);
		}
		if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 5)
			return 1;
	}
	if (write(1, "done\n", 5) != 5)
		return 2;
	if (strstr(argv[1], "strict"))
		raw_call(SYS_exit, 3, 0, 0);
	_exit(3);
}
