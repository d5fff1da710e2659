/*
 * arch_stack.c - see arch_stack.h.
 */
#include "arch_stack.h"

__attribute__((naked)) void arch_call_on(void (*function)(void *) __attribute__((unused)),
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
