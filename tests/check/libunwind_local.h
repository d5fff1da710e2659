/*
 * libunwind_local.h - libunwind for a library that is preloaded into other programs.
 */
#ifndef MPROF_TESTS_LIBUNWIND_LOCAL_H
#define MPROF_TESTS_LIBUNWIND_LOCAL_H

#include <stdbool.h>

/* Before any unw_ function.  False: libunwind cannot be had. */
bool libunwind_load(void);

#endif
