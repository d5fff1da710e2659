/*
 * call.c - see call.h.
 */
#include "call.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void rgc__call_left(void *argument)
{
	const struct call *call = argument;
	fprintf(stderr,
		"rgc: the %s%s%s was left by longjmp, an exception or the end of its thread: it must "
		"return\n",
		call->what, call->type ? " of " : "", call->type ? call->type->name : "");
	abort();
}
