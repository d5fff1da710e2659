/*
 * callbacks.h - the program's functions that a collection calls before it begins and after it has ended.
 */
#ifndef RGC_GC_CORE_CALLBACKS_H
#define RGC_GC_CORE_CALLBACKS_H

#include "heap.h"

#pragma GCC visibility push(hidden)

void rgc__callbacks_run(rgc_heap *heap, enum rgc_phase phase, const struct rgc_info *info);
void rgc__callbacks_finish(rgc_heap *heap);

#pragma GCC visibility pop

#endif
