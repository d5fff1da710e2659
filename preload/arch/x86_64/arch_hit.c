/*
 * arch_hit.c - from a trampoline to the handler: see arch_trampoline.h.
 *
 * The trampoline has kept rax, flags, rdi and rsi.  What else a call may change is kept here, all of it: the
 * program does not know that it called (and gcc's IPA-RA relies on what a callee is known not to touch).
 * Vector registers are left alone: the handler is compiled without them.  Described for unwinders, who find
 * the registers of the traced program as they were.
 */
#include "arch_trampoline.h"

__attribute__((naked, section("tracer_code"))) void arch_hit(void)
{
	__asm__("pushq %rdx\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset rdx, 0\n\t"
		"pushq %rcx\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset rcx, 0\n\t"
		"pushq %r8\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset r8, 0\n\t"
		"pushq %r9\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset r9, 0\n\t"
		"pushq %r10\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset r10, 0\n\t"
		"pushq %r11\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset r11, 0\n\t"
		"pushq %rbp\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset rbp, 0\n\t"
		"movq %rsp, %rbp\n\t"
		".cfi_def_cfa_register rbp\n\t"
		"andq $-16, %rsp\n\t"
		"cld\n\t"
		"call tracer_hit\n\t"
		"movq %rbp, %rsp\n\t"
		".cfi_def_cfa_register rsp\n\t"
		"popq %rbp\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore rbp\n\t"
		"popq %r11\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore r11\n\t"
		"popq %r10\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore r10\n\t"
		"popq %r9\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore r9\n\t"
		"popq %r8\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore r8\n\t"
		"popq %rcx\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore rcx\n\t"
		"popq %rdx\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore rdx\n\t"
		"ret");
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
__attribute__((naked, section("tracer_code"))) void arch_call_out(void (*function)(uint32_t),
								  uint32_t argument)
{
	__asm__("pushq %rbp\n\t"
		".cfi_adjust_cfa_offset 8\n\t"
		".cfi_rel_offset rbp, 0\n\t"
		"movq %rsp, %rbp\n\t"
		".cfi_def_cfa_register rbp\n\t"
		"subq $512, %rsp\n\t"
		"andq $-64, %rsp\n\t"
		"fxsave64 (%rsp)\n\t"
		"movq %rdi, %rax\n\t"
		"movl %esi, %edi\n\t"
		"call *%rax\n\t"
		"fxrstor64 (%rsp)\n\t"
		"movq %rbp, %rsp\n\t"
		".cfi_def_cfa_register rsp\n\t"
		"popq %rbp\n\t"
		".cfi_adjust_cfa_offset -8\n\t"
		".cfi_restore rbp\n\t"
		"ret");
}
#pragma GCC diagnostic pop
