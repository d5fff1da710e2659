/*
 * interpose_filter.c - prctl and syscall, interposed to see a filter or dispatcher of system calls coming.
 *
 * All other calls go on to the real ones as they are: of syscall not even the stack may look different to the
 * kernel, which may be asked for a new process or thread there.
 */
#include "base/moment.h"
#include "record/confine.h"
#include "real.h"
#include "arch_syscall.h"

#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/syscall.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59 /* Linux 5.11 */
#define PR_SYS_DISPATCH_OFF 0
#endif

#define HOOK(name, result, parameters) extern __attribute__((visibility("default"))) result name parameters;
#include "hooks.def"

/* A dispatcher of system calls (of Wine, of emulators) takes those that do not come from where it expects
 * them for the guest's. */
static bool confines(int option, unsigned long mode)
{
	return option == PR_SET_SECCOMP ||
	       (option == PR_SET_SYSCALL_USER_DISPATCH && mode != PR_SYS_DISPATCH_OFF);
}

/* Whether this takes the processor's counter from the thread. */
static bool takes_clock(int option, unsigned long mode)
{
	return (option == PR_SET_SECCOMP && mode == SECCOMP_MODE_STRICT) ||
	       (option == PR_SET_TSC && mode == PR_TSC_SIGSEGV);
}

int prctl(int option, ...)
{
	unsigned long more[4];
	va_list list;

	va_start(list, option);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		more[i] = va_arg(list, unsigned long);
	va_end(list);
	real_ensure();
	bool began = confines(option, more[0]) && confine_begin(), took = takes_clock(option, more[0]);
	bool before = took && confine_take_clock(true);
	int result = real.prctl(option, more[0], more[1], more[2], more[3]);

	if (began && result != 0)
		confine_undo();
	if (took && !before && result != 0)
		confine_take_clock(false);
	if (option == PR_SET_TSC && result == 0) {
		moment_make_new_threads_timeless(more[0] == PR_TSC_SIGSEGV);
		confine_take_clock(more[0] == PR_TSC_SIGSEGV);
	}
	return result;
}

static bool is_filter(long number, long operation)
{
	return number == SYS_seccomp &&
	       (operation == SECCOMP_SET_MODE_STRICT || operation == SECCOMP_SET_MODE_FILTER);
}

/* The first call of all, and seccomp.  A filter that is refused may have been refused to another thread
 * (SECCOMP_FILTER_FLAG_TSYNC), with a positive result. */
__attribute__((used)) static long odd_syscall(long number, long one, long two, long three, long four,
					      long five, long six)
{
	real_ensure();
	bool began = is_filter(number, one) && confine_begin();
	bool took = number == SYS_seccomp && one == SECCOMP_SET_MODE_STRICT;
	bool before = took && confine_take_clock(true);
	long result = real.syscall(number, one, two, three, four, five, six);

	if (began && result < 0)
		confine_undo();
	if (took && !before && result < 0)
		confine_take_clock(false);
	return result;
}

static const size_t syscall_offset __attribute__((used)) = offsetof(struct real_functions, syscall);

ARCH_PASS_ON_SYSCALL(odd_syscall, real, syscall_offset)
