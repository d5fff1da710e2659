/* steps.c - how many instructions one malloc and one free take in the shim, argv[1], and in all: counted one
 * by one.
 *
 * A child does pairs at a depth until their stack is known, then some between traps, through which its parent
 * steps.  The least of these counts, as now and then the clock is read anew. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define WARM 20000
#define COUNTED 9

/* ---- the child ---- */

static void *volatile block;
static volatile int counted;

static void trap(void)
{
	if (counted)
		__asm__ volatile("int3");
}

static void __attribute__((noinline)) pair(void)
{
	trap();
	block = malloc(48);
	trap();
	free(block);
	trap();
}

static void __attribute__((noinline)) at_depth(int levels)
{
	if (levels > 1)
		at_depth(levels - 1);
	else
		pair();
	__asm__ volatile(""); /* no tail call */
}

static int be_counted(int depth)
{
	for (int i = 0; i < WARM; i++)
		at_depth(depth);
	counted = 1;
	for (int i = 0; i < COUNTED; i++)
		at_depth(depth);
	return 0;
}

static void start(const char *shim, const char *depth)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	setenv("LD_PRELOAD", shim, 1);
	setenv("MPROF_QUIET", "1", 1);
	execl("/proc/self/exe", "steps", shim, depth, (char *)NULL);
	_exit(127);
}

/* ---- who counts ---- */

struct code {
	unsigned long start, end;
};

/* Where the shim's code is in the child. */
static struct code find_shim(pid_t child, const char *shim)
{
	struct code found = {0, 0};
	char path[64], line[PATH_MAX + 128], real[PATH_MAX];
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)child);
	FILE *maps = realpath(shim, real) ? fopen(path, "r") : NULL;
	while (maps && fgets(line, sizeof(line), maps)) {
		unsigned long start, end;
		if (strstr(line, real) && strstr(line, " r-xp ") &&
		    sscanf(line, "%lx-%lx", &start, &end) == 2)
			found = (struct code){start, end};
	}
	if (maps)
		fclose(maps);
	return found;
}

/* On to the next stop.  Whether it is one of the child's own traps, or with `step` the next instruction. */
static int go_on(pid_t child, int step)
{
	int status, signal = 0;
	do {
		if (ptrace(step ? PTRACE_SINGLESTEP : PTRACE_CONT, child, NULL, (void *)(long)signal) < 0 ||
		    waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
			return 0;
		signal = WSTOPSIG(status);
	} while (signal != SIGTRAP);
	return 1;
}

static int is_at_trap(pid_t child)
{
	siginfo_t info;
	return ptrace(PTRACE_GETSIGINFO, child, NULL, &info) == 0 && info.si_code == SI_KERNEL;
}

struct count {
	long all, shim;
};

/* From a trap to the next one. */
static int count_steps(pid_t child, struct code shim, struct count *least)
{
	struct count count = {0, 0};
	for (;;) {
		struct user_regs_struct registers;
		if (!go_on(child, 1))
			return 0;
		if (is_at_trap(child))
			break;
		ptrace(PTRACE_GETREGS, child, NULL, &registers);
		count.all++;
		count.shim += registers.rip >= shim.start && registers.rip < shim.end;
	}
	if (least->all == 0 || count.all < least->all)
		*least = count;
	return 1;
}

static int count_at_depth(const char *shim, const char *depth)
{
	struct count allocating = {0, 0}, freeing = {0, 0};
	pid_t child = fork();
	if (child == 0)
		start(shim, depth);
	int status;
	waitpid(child, &status, 0); /* that of execve */
	struct code code = {0, 0};
	while (go_on(child, 0)) {
		if (code.end == 0)
			code = find_shim(child, shim);
		if (!count_steps(child, code, &allocating) || !count_steps(child, code, &freeing))
			break;
	}
	printf("depth %2s: malloc %ld, of them the shim's %ld; free %ld, of them the shim's %ld\n", depth,
	       allocating.all, allocating.shim, freeing.all, freeing.shim);
	return allocating.shim > 0 && freeing.shim > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const char *const depths[] = {"1", "10", "40"};
	int failed = 0;
	if (argc > 2)
		return be_counted(atoi(argv[2]));
	if (argc < 2)
		return 2;
	for (size_t i = 0; i < sizeof(depths) / sizeof(*depths); i++)
		failed |= count_at_depth(argv[1], depths[i]);
	return failed;
}
