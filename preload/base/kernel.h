/*
 * kernel.h - system calls of the shim's own.
 *
 * As syscall(2), which is interposed and so leads to whoever else does that.  Sets errno; safe anywhere.
 */
#ifndef MPROF_PRELOAD_BASE_KERNEL_H
#define MPROF_PRELOAD_BASE_KERNEL_H

#include <sys/syscall.h>

/* Returns -1 with errno set, or what the kernel does.  Arguments that are left out are 0: all six are read.
 */
long kernel_call_of_six(long number, ...);
#define kernel_call(...) kernel_call_of_six(__VA_ARGS__, 0L, 0L, 0L, 0L, 0L, 0L)

/* The same of what the kernel itself has returned. */
long kernel_result(long result);

#endif
