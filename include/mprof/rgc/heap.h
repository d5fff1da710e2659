/*
 * heap.h - heaps: objects that are counted and collected together.  Part of mprof/rgc.h.
 *
 * Each thread gets a heap when it first needs one.  When the thread ends, that heap is collected and given
 * back; if objects are still alive, the next thread without a heap inherits it, objects included, and
 * settings not.
 */
#ifndef MPROF_RGC_HEAP_H
#define MPROF_RGC_HEAP_H

#include <mprof/rgc/type.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_heap rgc_heap;

/* A heap besides the threads' own ones, with default settings; NULL with ENOMEM.  Any thread can use it,
 * one at a time. */
RGC_API rgc_heap *rgc_heap_new(void) RGC_WARN_UNUSED;

/* Collects and frees a heap from rgc_heap_new; NULL is ignored.  -1 with EBUSY, and nothing freed, if objects
 * are still alive afterwards or some thread uses the heap. */
RGC_API int rgc_heap_delete(rgc_heap *heap);

/* The calling thread's current heap; NULL with ENOMEM if it is its first need of one and there is no memory.
 */
RGC_API rgc_heap *rgc_heap_current(void);

/* Makes `heap` the calling thread's current one, NULL meaning the thread's own.  0, or -1 with EBUSY if
 * another thread uses it or user code of the present heap is running, or ENOMEM. */
RGC_API int rgc_heap_use(rgc_heap *heap);

/* Bytes of all objects alive in the current heap: sizes with heads and links, without rounding. */
RGC_API size_t rgc_heap_bytes(void);

/*
 * Where objects of up to 512 bytes come from: the heap's own pages (on), or malloc (off), for objects made
 * from now on, in all heaps.  On by default, except with RGC_POOL=0 in the environment, under Valgrind,
 * and in librgc-debug.  A recording mprof sees each object as an allocation of its own, with its type, at the
 * line that asked for it, pool or not; there is no switching then, but for RGC_POOL=0, which leaves malloc to
 * be recorded.
 *
 * Pages of 64 KiB serve any size once all objects in them have ended.  Arenas of 32 such pages go back to the
 * system when all of them are empty; of those the heap keeps four, or an eighth of what it uses if that is
 * more, and each full collection gives back half of the kept ones that were not needed since the last.
 */
RGC_API void rgc_set_pool(bool on);
RGC_API bool rgc_get_pool(void);

/*
 * Gives memory of the current heap back to the system: all arenas that are kept, one that an ended heap may
 * have left to the next, and every empty page in the others.  No object moves or ends; collect first if there
 * may be garbage.  The bytes given back, of which not all need have been resident; 0 if there are none, and
 * in librgc-debug.  Cannot fail, needs no memory, and runs no code of the program; takes time in proportion
 * to the arenas in use.  What malloc keeps of larger objects is malloc's: malloc_trim.
 */
RGC_API size_t rgc_trim(void);

#ifdef __cplusplus
}
#endif

#endif
