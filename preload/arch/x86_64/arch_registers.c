/*
 * arch_registers.c - see arch_registers.h.
 */
#include "arch_registers.h"

#include <stddef.h>

_Static_assert(offsetof(struct unwind_registers, value) == 0, "arch_capture stores at the start");
_Static_assert(offsetof(struct unwind_registers, valid) == 136, "arch_capture stores the mask");
_Static_assert(offsetof(struct unwind_registers, exact) == 140, "arch_capture clears it");

/* Only what a call preserves is worth keeping: rbx, rbp, rsp, r12-r15, and pc. */
__attribute__((naked)) void arch_capture(struct unwind_registers *registers __attribute__((unused)))
{
	__asm__("movq %rbx, 24(%rdi)\n\t"
		"movq %rbp, 48(%rdi)\n\t"
		"leaq 8(%rsp), %rax\n\t"
		"movq %rax, 56(%rdi)\n\t"
		"movq %r12, 96(%rdi)\n\t"
		"movq %r13, 104(%rdi)\n\t"
		"movq %r14, 112(%rdi)\n\t"
		"movq %r15, 120(%rdi)\n\t"
		"movq (%rsp), %rax\n\t"
		"movq %rax, 128(%rdi)\n\t"
		"movl $0x1f0c8, 136(%rdi)\n\t" /* bits 3, 6, 7, 12-16 */
		"movb $0, 140(%rdi)\n\t"
		"ret");
}
