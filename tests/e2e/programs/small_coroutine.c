/* A fork child whose first allocation happens on an 8 KiB coroutine stack between guard pages. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096
#define STACK 8192

static ucontext_t outside, inside;

static void counted_coroutine(void)
{
	for (int i = 0; i < 10; i++) {
		void *volatile block = malloc(10);
		free(block);
	}
}

static int child(void)
{
	char *stack = mmap(NULL, STACK + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED || mprotect(stack + PAGE, STACK, PROT_READ | PROT_WRITE))
		return 1;
	getcontext(&inside);
	inside.uc_stack.ss_sp = stack + PAGE;
	inside.uc_stack.ss_size = STACK;
	inside.uc_link = &outside;
	makecontext(&inside, counted_coroutine, 0);
	swapcontext(&outside, &inside);
	return 0;
}

int main(void)
{
	int status;
	free(malloc(1));
	pid_t pid = fork();
	if (pid == 0)
		exit(child());
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	printf("%d %d\n", (int)pid, status);
	return 0;
}
