/*
 * at_end.h - functions that are called at an object's end: those of a heap, when it is finalized.
 */
#ifndef RGC_GC_CORE_AT_END_H
#define RGC_GC_CORE_AT_END_H

#include "heap.h"

#pragma GCC visibility push(hidden)

/* Calls those that are to be called at exit, the newest first; from then on none is called. */
void rgc__at_end_call_all(rgc_heap *heap);
/* They are called again. */
void rgc__at_end_resume(rgc_heap *heap);

#pragma GCC visibility pop

#endif
