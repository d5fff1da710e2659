/*
 * debug.h - checks.  Part of mprof/rgc.h.
 *
 * librgc-debug is librgc with all checks on.  Dead objects are overwritten and kept for a while: taking or
 * dropping a reference to one, and dropping one too many, aborts with the type's name; AddressSanitizer (if
 * the library is built with it) and Valgrind know their memory as dead.  At exit it lists what is still alive
 * in the main thread's heap, by type, with the references that come from outside.  Its environment:
 *
 *     RGC_STRESS=n   collect everything at every nth allocation
 *     RGC_LEAKS=0    no list at exit
 *
 * Compile programs with -DRGC_DEBUG for checks of stores too.
 */
#ifndef MPROF_RGC_DEBUG_H
#define MPROF_RGC_DEBUG_H

#include <mprof/rgc/type.h>

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Checks the current heap: its lists are whole, its objects are marked as their list demands, and no object
 * is referred to more often by tracked objects than its count says.  0, or -1 with EINVAL after a line on
 * standard error about the first fault.  Works in both libraries; not inside `traverse`.
 */
RGC_API int rgc_verify(void);

/* Whether this is librgc-debug. */
RGC_API bool rgc_is_debug(void);

/*
 * Writes the tracked objects alive in the current heap (in librgc-debug, all objects), a line per type: how
 * many, and how many references to them come from elsewhere than these objects.  Returns the number
 * of objects; writes nothing if there are none.
 */
RGC_API size_t rgc_report_leaks(FILE *file);

#ifdef __cplusplus
}
#endif

#endif
