/*
 * own_stack.c - see own_stack.h.
 */
#include "own_stack.h"

#include "kernel.h"
#include "unwind/valgrind.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#define STACK_BYTES 65536

struct own_stack {
	void (*function)(void *);
	void *argument;
	ucontext_t caller, own;
	char bytes[STACK_BYTES];
};

/* makecontext passes ints only. */
static void begin(unsigned high, unsigned low)
{
	struct own_stack *stack = (struct own_stack *)((uintptr_t)high << 32 | low);

	stack->function(stack->argument);
}

static void switch_to(struct own_stack *stack)
{
	uintptr_t address = (uintptr_t)stack;

	getcontext(&stack->own);
	stack->own.uc_stack.ss_sp = stack->bytes;
	stack->own.uc_stack.ss_size = sizeof stack->bytes;
	stack->own.uc_link = &stack->caller;
	/* Takes ints, and is declared to take none. */
	makecontext(&stack->own, (void (*)(void))(uintptr_t)begin, 2, (unsigned)(address >> 32),
		    (unsigned)address);
	swapcontext(&stack->caller, &stack->own);
}

bool own_stack_run(void (*function)(void *), void *argument)
{
	struct own_stack *stack;

	/* It warns of every change of stacks that it was not told of. */
	if (valgrind_runs_us()) {
		function(argument);
		return true;
	}
	stack = (struct own_stack *)kernel_call(SYS_mmap, NULL, sizeof *stack, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
	if ((void *)stack == MAP_FAILED)
		return false;
	stack->function = function;
	stack->argument = argument;
	switch_to(stack);
	int saved = errno;
	kernel_call(SYS_munmap, stack, sizeof *stack);
	errno = saved;
	return true;
}
