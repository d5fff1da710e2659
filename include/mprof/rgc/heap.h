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
 * are still alive afterwards or some thread uses the heap, the caller included. */
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
 * Where objects and arrays of containers of up to 512 bytes come from: the heap's own pages (on), or malloc
 * (off), for objects made from now on, in all heaps, and arrays of heaps made from now on.  On by default,
 * except with RGC_POOL=0 in the environment, under Valgrind, and in librgc-debug.  A recording mprof sees
 * each object as an allocation of its own, with its type, at the line that asked for it, pool or not; there
 * is no switching then, but for RGC_POOL=0, which leaves malloc to be recorded.
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

/*
 * The end of the calling thread's own heap and of its current one, much as a thread's end is.  Functions that
 * wait for the end of objects are called first (rgc_at_end_set_at_exit).  Callbacks are removed, then
 * everything unreachable is collected, with finalizers and callbacks of weak references, also after
 * rgc_disable.  If finalizers leave garbage, that too, in two more collections at most.  What is still
 * referred to lives on untouched, no finalizer of it runs, and the heaps may be used as before; so do what is
 * frozen and what the garbage list holds.  A second call finds nothing to do.  0, or -1 with EBUSY inside a
 * finalizer or a callback.
 *
 * It runs by itself at exit, in both libraries, as Python collects when it ends; RGC_FINALIZE=0 in the
 * environment or rgc_set_finalize_at_exit(false) prevent that:
 *
 * - for the thread that returns from main or calls exit, inside a finalizer excepted.  Heaps of other
 *   threads, which may be running, and heaps that are nobody's current one, are left as they are;
 * - before those handlers of atexit, and those destructors of C++'s static objects, that are older than the
 *   first heap, and so after those that are newer; and once more after all of them, and after the program's
 *   destructor functions, for what they have dropped.  Finalizers that need what is gone by then: call
 *   rgc_finalize yourself, at the end of main;
 * - in the children of a fork that end by exit, too, for the objects that they have copies of;
 * - not on _exit, quick_exit, abort, or death by a signal.
 */
RGC_API int rgc_finalize(void);
RGC_API void rgc_set_finalize_at_exit(bool on);
RGC_API bool rgc_get_finalize_at_exit(void);

#ifdef __cplusplus
}
#endif

#endif
