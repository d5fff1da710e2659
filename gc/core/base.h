/*
 * base.h - what every file of librgc has: its mark as machinery, whose callers mprof blames, and the hints to
 * the compiler.  Knows nothing of objects.
 *
 * Names.  What one file of the library has for the others begins with rgc__, so that a program may use every
 * name without rgc_; functions in headers, which are inline, and those of one file have no prefix.
 */
#ifndef RGC_GC_CORE_BASE_H
#define RGC_GC_CORE_BASE_H

#include <mprof/mprof.h>

MPROF_RUNTIME

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#endif
