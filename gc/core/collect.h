/*
 * collect.h - automatic collections, for where objects are made; others call rgc_collect.
 */
#ifndef RGC_GC_CORE_COLLECT_H
#define RGC_GC_CORE_COLLECT_H

#include "heap.h"

#pragma GCC visibility push(hidden)

/* Collects whichever generations are due; called when counts[0] exceeds the trigger. */
void rgc__collect_automatically(rgc_heap *heap);

#pragma GCC visibility pop

#endif
