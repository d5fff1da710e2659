/* Leaves functions in every way but by return: longjmp, siglongjmp out of a handler on a stack of its own,
 * coroutines.  Each allocation must be found under its own function all the same. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

static jmp_buf back;
static sigjmp_buf back_from_signal;
static ucontext_t scheduler, coroutine[2];
static char stacks[2][65536], signal_stack[65536];
static void *blocks[8];
static volatile int leave = 1; /* always, but compilers may not know */

static void counted_thrower(int levels)
{
	char ballast[levels * 16 + 1];
	ballast[0] = (char)levels;
	blocks[0] = malloc(100);
	free(blocks[0]);
	if (levels > 0)
		counted_thrower(levels - 1);
	if (leave)
		longjmp(back, ballast[0] + 1);
}

static void __attribute__((noinline)) counted_catcher(int round)
{
	if (!setjmp(back))
		counted_thrower(round % 10);
	blocks[1] = malloc(200);
	free(blocks[1]);
}

static void counted_handler(int number)
{
	(void)number;
	blocks[2] = malloc(300);
	free(blocks[2]);
	siglongjmp(back_from_signal, 1);
}

static void __attribute__((noinline)) counted_raiser(void)
{
	if (!sigsetjmp(back_from_signal, 1))
		raise(SIGUSR1);
	blocks[3] = malloc(400);
	free(blocks[3]);
}

static void counted_left(void)
{
	for (;;) {
		blocks[4] = malloc(500);
		free(blocks[4]);
		swapcontext(&coroutine[0], &coroutine[1]);
	}
}

static void counted_right(void)
{
	for (int i = 0;; i++) {
		blocks[5] = malloc(600);
		free(blocks[5]);
		swapcontext(&coroutine[1], i % 2 ? &scheduler : &coroutine[0]);
	}
}

int main(void)
{
	stack_t alternate = {.ss_sp = signal_stack, .ss_size = sizeof(signal_stack)};
	struct sigaction action = {.sa_handler = counted_handler, .sa_flags = SA_ONSTACK};
	sigaltstack(&alternate, NULL);
	sigaction(SIGUSR1, &action, NULL);
	for (int i = 0; i < 1000; i++)
		counted_catcher(i);
	for (int i = 0; i < 1000; i++)
		counted_raiser();
	for (int i = 0; i < 2; i++) {
		getcontext(&coroutine[i]);
		coroutine[i].uc_stack.ss_sp = stacks[i];
		coroutine[i].uc_stack.ss_size = sizeof(stacks[i]);
	}
	makecontext(&coroutine[0], counted_left, 0);
	makecontext(&coroutine[1], counted_right, 0);
	for (int i = 0; i < 500; i++)
		swapcontext(&scheduler, &coroutine[0]);
	puts("back");
	return 0;
}
