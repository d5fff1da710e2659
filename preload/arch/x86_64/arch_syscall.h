/*
 * arch_syscall.h - passing syscall(2) on with all that its caller had in registers.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_SYSCALL_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_SYSCALL_H

#include <sys/syscall.h>

_Static_assert(SYS_seccomp == 317, "as the assembler below has it");

/*
 * Defines syscall.  It jumps to the function that stands so far into the struct `functions` as the size_t
 * `offset` says; for the call seccomp, or where there is no function yet, to `odd_function` instead.
 */
#define ARCH_PASS_ON_SYSCALL(odd_function, functions, offset)                                                \
	__attribute__((naked)) long syscall(long number __attribute__((unused)), ...)                        \
	{                                                                                                    \
		__asm__("cmpq $317, %rdi\n\t"                                                                \
			"je " #odd_function "\n\t"                                                           \
			"movq " #offset "(%rip), %rax\n\t"                                                   \
			"leaq " #functions "(%rip), %r11\n\t"                                                \
			"movq (%r11,%rax), %rax\n\t"                                                         \
			"testq %rax, %rax\n\t"                                                               \
			"je " #odd_function "\n\t"                                                           \
			"jmp *%rax");                                                                        \
	}

#endif
