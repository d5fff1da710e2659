/*
 * debug.h - checks.  Part of mprof/rgc.h.
 *
 * librgc-debug is librgc with all checks on.  Every function that takes objects looks at them first, and
 * aborts with its own name, the object's type and what is wrong: the object has ended, however long ago; it
 * is of another type than the parameter; it belongs to another heap than the thread's current one; it is no
 * object at all, as a C string.  So a reference that is dropped once too often, taken to the dead or stored
 * across heaps is noticed, and what a wrong cast leads to:
 *
 *     rgc: rgc_list_append: <rgc_str at 0x55d0c4a8e2f0> is no rgc_list
 *
 * What is inline looks only in programs that are compiled with -DRGC_DEBUG: rgc_incref and rgc_decref while
 * there are other references, rgc_set and rgc_steal.  A collection aborts if a `clear` leaves a reference
 * that `traverse` visits, and if an object is referred to still after all that were found unreachable have
 * been cleared: then a `traverse` visits a reference twice.  If the reference is in the object itself, this
 * is found before anything is cleared.  Dead objects are overwritten and kept for a while, known as dead to
 * AddressSanitizer, in programs built with it, and Valgrind: all but their heads.  At exit, after
 * rgc_finalize (mprof/rgc/heap.h), it lists what is still alive in the main thread's heap, by type, with the
 * references that come from outside.  Its environment:
 *
 *     RGC_STRESS=n   collect at every nth allocation: everything, or of a large heap mostly what is new,
 *                    after rgc_disable, too
 *     RGC_LEAKS=0    no list at exit
 *     RGC_ORIGINS=1  messages say, in a second line, where the object was made, in words for addr2line:
 *                    "rgc: made at program+0x11e8, libc.so.6+0x27249".  Making objects takes much longer.
 *
 * pkg-config rgc-debug gives -DRGC_DEBUG, too.
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
