/*
 * arch_hit.c - from a trampoline to the handler: see arch_trampoline.h.
 *
 * The trampoline has kept rax, flags, rdi and rsi.  What else a call may change is kept here, all of it: the
 * program does not know that it called (and gcc's IPA-RA relies on what a callee is known not to touch).
 * Vector registers are left alone: the handler is compiled without them.  Described for unwinders, who find
 * the registers of the traced program as they were.
 */
#include "arch_trampoline.h"

#define PUSH(register)                                                                                       \
	"pushq %" #register "\n\t.cfi_adjust_cfa_offset 8\n\t.cfi_rel_offset " #register ", 0\n\t"
#define POP(register) "popq %" #register "\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_restore " #register "\n\t"
/* With the stack as aligned as may be wanted in between. */
#define PUSH_FRAME PUSH(rbp) "movq %rsp, %rbp\n\t.cfi_def_cfa_register rbp\n\t"
#define POP_FRAME "movq %rbp, %rsp\n\t.cfi_def_cfa_register rsp\n\t" POP(rbp)

__attribute__((naked, section("tracer_code"))) void arch_hit(void)
{
	__asm__(PUSH(rdx) PUSH(rcx) PUSH(r8) PUSH(r9) PUSH(r10) PUSH(r11) PUSH_FRAME
		"andq $-16, %rsp\n\t"
		"cld\n\t"
		"call tracer_hit\n\t" POP_FRAME POP(r11) POP(r10) POP(r9) POP(r8) POP(rcx) POP(rdx) "ret");
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
__attribute__((naked, section("tracer_code"))) void arch_call_out(void (*function)(uint32_t),
								  uint32_t argument)
{
	__asm__(PUSH_FRAME "subq $512, %rsp\n\t"
			   "andq $-64, %rsp\n\t"
			   "fxsave64 (%rsp)\n\t"
			   "movq %rdi, %rax\n\t"
			   "movl %esi, %edi\n\t"
			   "call *%rax\n\t"
			   "fxrstor64 (%rsp)\n\t" POP_FRAME "ret");
}
#pragma GCC diagnostic pop
