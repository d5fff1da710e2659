/*
 * own_stack.c - see own_stack.h.
 *
 * Not by swapcontext, which asks the kernel twice for a mask of signals, and may be another's.
 */
#include "own_stack.h"

#include "arch_stack.h"
#include "kernel.h"
#include "valgrind.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#define STACK_BYTES 65536

bool own_stack_run(void (*function)(void *), void *argument)
{
	/* It warns of every change of stacks that it was not told of. */
	if (valgrind_runs_us()) {
		function(argument);
		return true;
	}
	long stack = kernel_call(SYS_mmap, NULL, (size_t)STACK_BYTES, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
	if (stack == -1)
		return false;
	arch_call_on(function, argument, (char *)stack + STACK_BYTES);
	int saved = errno;
	kernel_call(SYS_munmap, stack, (size_t)STACK_BYTES);
	errno = saved;
	return true;
}
