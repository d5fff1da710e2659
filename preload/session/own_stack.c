/*
 * own_stack.c - see own_stack.h.
 *
 * Not by swapcontext, which asks the kernel twice for a mask of signals, and may be another's.
 */
#include "own_stack.h"

#include "kernel.h"
#include "unwind/valgrind.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#define STACK_BYTES 65536

/* Returns when the function does, which has the stack that ends at `end`, 16-aligned. */
#if defined(__x86_64__)
static __attribute__((naked, noinline)) void call_on(void (*function)(void *) __attribute__((unused)),
						     void *argument __attribute__((unused)),
						     void *end __attribute__((unused)))
{
	__asm__("pushq %rbp\n\t"
		".cfi_def_cfa_offset 16\n\t"
		".cfi_offset rbp, -16\n\t"
		"movq %rsp, %rbp\n\t"
		".cfi_def_cfa_register rbp\n\t"
		"movq %rdi, %rax\n\t"
		"movq %rsi, %rdi\n\t"
		"movq %rdx, %rsp\n\t"
		"call *%rax\n\t"
		"movq %rbp, %rsp\n\t"
		"popq %rbp\n\t"
		".cfi_def_cfa rsp, 8\n\t"
		"ret");
}
#else
#error "no way to change stacks for this architecture yet"
#endif

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
	call_on(function, argument, (char *)stack + STACK_BYTES);
	int saved = errno;
	kernel_call(SYS_munmap, stack, (size_t)STACK_BYTES);
	errno = saved;
	return true;
}
