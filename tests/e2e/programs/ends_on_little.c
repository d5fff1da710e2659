/* ends_on_little HOW WITH: ends as HOW says, on a stack of WITH bytes below which there is none, or (HOW is
 * "fsize") with files that may not grow beyond that. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define AREA (1 << 20)

static const char *how, *program;
static ucontext_t outside, inside;

static int is(const char *name)
{
	return strcmp(how, name) == 0;
}

static void end(void)
{
	char *argv[] = {(char *)(size_t)program, "x", NULL};

	if (is("exit"))
		exit(3);
	if (is("_exit"))
		_exit(3);
	if (is("quick_exit"))
		quick_exit(3);
	if (is("execve") || is("fork"))
		execve(program, argv, environ);
	execvp(program, argv);
	_exit(98);
}

static void on_overflow(int number)
{
	(void)number;
	exit(3);
}

static int overflow(volatile int depth)
{
	volatile char frame[1000];

	frame[0] = (char)depth;
	return depth < 0 ? depth : overflow(depth + 1) + frame[0];
}

static void overflow_with(char *stack, size_t bytes)
{
	stack_t other = {.ss_sp = stack, .ss_size = bytes};
	struct sigaction action = {.sa_handler = on_overflow, .sa_flags = SA_ONSTACK};

	sigaltstack(&other, NULL);
	sigaction(SIGSEGV, &action, NULL);
	overflow(0);
}

static int end_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

int main(int count, char **argv)
{
	size_t bytes = count > 2 ? (size_t)atoi(argv[2]) : 0;
	struct rlimit limit = {bytes, bytes};
	char *area = mmap(NULL, AREA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *top = area + AREA / 2;

	how = argv[1], program = count > 3 ? argv[3] : "true";
	free(malloc(10));
	if (is("fsize"))
		return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? 3 : 1;
	if (area == MAP_FAILED || mprotect(top - (bytes + 4095) / 4096 * 4096, (bytes + 4095) / 4096 * 4096,
					   PROT_READ | PROT_WRITE))
		return 1;
	if (is("overflow"))
		overflow_with(top - bytes, bytes);
	pid_t pid = is("fork") ? fork() : 0;
	if (pid)
		return end_of(pid);
	getcontext(&inside);
	inside.uc_stack.ss_sp = top - bytes;
	inside.uc_stack.ss_size = bytes;
	inside.uc_link = &outside;
	makecontext(&inside, end, 0);
	swapcontext(&outside, &inside);
	return 96;
}
