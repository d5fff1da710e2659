/*
 * own_stack.c - see own_stack.h.
 */
#include "own_stack.h"

#if defined(__x86_64__)
__attribute__((naked)) void own_stack_call(void (*function)(void *) __attribute__((unused)),
					   void *argument __attribute__((unused)),
					   void *stack_end __attribute__((unused)))
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
