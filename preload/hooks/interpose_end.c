/*
 * interpose_end.c - the ends of code and program that are interposed: dlclose, and what exits without
 * destructors.
 */
#include "real.h"
#include "record/session_end.h"
#include "unwind/rules.h"

#define HOOK(name, result, parameters) extern __attribute__((visibility("default"))) result name parameters;
#include "hooks.def"

int dlclose(void *handle)
{
	real_ensure();
	unwind_code_changing();
	int result = real.dlclose(handle);
	session_code_unloaded();
	unwind_code_changed();
	return result;
}

void _exit(int status)
{
	real_ensure();
	session_ending();
	real._exit(status);
	__builtin_unreachable();
}

void _Exit(int status)
{
	real_ensure();
	session_ending();
	real._Exit(status);
	__builtin_unreachable();
}

void quick_exit(int status)
{
	real_ensure();
	session_ending();
	session_farewell();
	real.quick_exit(status);
	__builtin_unreachable();
}
