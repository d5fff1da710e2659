/*
 * Has system calls that do not come from libc dispatched to itself (Syscall User Dispatch), as emulators do,
 * and counts them: there are none of its own.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <ucontext.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#ifndef PR_SYS_DISPATCH_ON
#define PR_SYS_DISPATCH_ON 1
#endif
#define BLOCK 1

static volatile int dispatched;
static char selector = BLOCK;

static void on_call(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info;
	dispatched++;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -38; /* ENOSYS */
}

__attribute__((noinline)) static void counted_work(void)
{
	for (long i = 0; i < 1000000; i++) {
		void *volatile block = malloc(10);
		free(block);
	}
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_NODEFER};
	unsigned long start = 0, end = 0;
	char line[512];

	free(malloc(10));
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(line, sizeof line, maps))
		if (strstr(line, "libc.so.6") && strstr(line, "r-xp"))
			sscanf(line, "%lx-%lx", &start, &end);
	fclose(maps);
	sigaction(SIGSYS, &action, NULL);
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, start, end - start, &selector) != 0)
		return 77;
	counted_work();
	printf("dispatched %d\n", dispatched);
	return 3;
}
