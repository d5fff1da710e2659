/*
 * arch_call.h - one system call.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_CALL_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_CALL_H

#define ARCH_CALL_ARGUMENTS 6

/* Returns what the kernel does.  Linux's convention for x86-64: System V ABI, AMD64 supplement, A.2.1. */
static inline long arch_call(long number, const long a[ARCH_CALL_ARGUMENTS])
{
	register long four __asm__("r10") = a[3];
	register long five __asm__("r8") = a[4];
	register long six __asm__("r9") = a[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(four), "r"(five), "r"(six)
			 : "rcx", "r11", "memory");
	return result;
}

#endif
