/*
 * arch_clone.c - the shim's own clone: see libc/text.c, with which it is compiled.
 *
 * Hands what the kernel returns to kernel_result.
 */
#include <sched.h>
#include <sys/syscall.h>

_Static_assert(SYS_clone == 56 && SYS_exit == 60, "as the assembler below has it");

/* As libc's, but that there is nothing for a thread's local storage. */
__attribute__((naked, used, visibility("hidden"))) int clone(int (*function)(void *) __attribute__((unused)),
							     void *stack __attribute__((unused)),
							     int flags __attribute__((unused)),
							     void *argument __attribute__((unused)), ...)
{
	__asm__("andq $-16, %rsi\n\t"
		"subq $16, %rsi\n\t"
		"movq %rdi, (%rsi)\n\t"
		"movq %rcx, 8(%rsi)\n\t"
		"movslq %edx, %rdi\n\t"
		"xorl %edx, %edx\n\t"
		"xorl %r10d, %r10d\n\t"
		"xorl %r8d, %r8d\n\t"
		"movl $56, %eax\n\t"
		"syscall\n\t"
		"testq %rax, %rax\n\t"
		"jz 1f\n\t"
		"movq %rax, %rdi\n\t"
		"jmp kernel_result\n"
		"1:\t.cfi_undefined rip\n\t"
		"xorl %ebp, %ebp\n\t"
		"popq %rax\n\t"
		"popq %rdi\n\t"
		"call *%rax\n\t"
		"movl %eax, %edi\n\t"
		"movl $60, %eax\n\t"
		"syscall\n\t"
		"hlt");
}
