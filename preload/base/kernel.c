/*
 * kernel.c - see kernel.h.
 */
#include "preload/base/kernel.h"

#include "arch_call.h"

#include <errno.h>
#include <stdarg.h>

#define ERRORS 4095 /* results from -4095 to -1 are errors, see syscall(2) */

long kernel_result(long result)
{
	if ((unsigned long)result < (unsigned long)-ERRORS)
		return result;
	errno = (int)-result;
	return -1;
}

long kernel_call_of_six(long number, ...)
{
	long arguments[ARCH_CALL_ARGUMENTS];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < ARCH_CALL_ARGUMENTS; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	return kernel_result(arch_call(number, arguments));
}
