/*
 * kernel.c - see kernel.h.
 */
#include "preload/session/kernel.h"

#include "preload/session/confine.h"

#include <errno.h>
#include <stdarg.h>

_Atomic uint32_t confine_word;

#define ARGUMENTS 6
#define ERRORS 4095 /* results from -4095 to -1 are errors, see syscall(2) */

/* Linux's convention for x86-64: System V ABI, AMD64 supplement, A.2.1. */
#if defined(__x86_64__)
static long call(long number, const long a[ARGUMENTS])
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
#else
#error "no system calls for this architecture yet"
#endif

long kernel_result(long result)
{
	if ((unsigned long)result < (unsigned long)-ERRORS)
		return result;
	errno = (int)-result;
	return -1;
}

long kernel_call_of_six(long number, ...)
{
	long arguments[ARGUMENTS];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < ARGUMENTS; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	return kernel_result(call(number, arguments));
}
