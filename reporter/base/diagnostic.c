/*
 * diagnostic.c - see diagnostic.h.
 */
#include "diagnostic.h"

#include <stdarg.h>
#include <stdio.h>

int diagnostic_set(struct diagnostic *diagnostic, int error_number, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(diagnostic->message, sizeof(diagnostic->message), format, arguments);
	va_end(arguments);
	return -error_number;
}
