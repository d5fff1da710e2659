/*
 * debug.h - what librgc-debug does besides, called where objects come, change and go.  Empty without
 * RGC_DEBUG.
 */
#ifndef RGC_GC_CORE_DEBUG_H
#define RGC_GC_CORE_DEBUG_H

#ifdef RGC_DEBUG

#include "heap.h"

#pragma GCC visibility push(hidden)

/* A block from malloc, zeroed; NULL with ENOMEM.  rgc__debug_born makes its object known. */
void *rgc__debug_block_new(size_t bytes);
void rgc__debug_born(rgc_heap *heap, rgc_object *object);
/* Overwrites the dead object and keeps its block of `bytes` for a while. */
void rgc__debug_block_free(rgc_heap *heap, rgc_object *object, size_t bytes);
void rgc__debug_heap_finish(rgc_heap *heap);
/* A number in the note of an object that counts references, for who looks over a heap; of no known value. */
size_t *rgc__debug_note(rgc_object *object);
/* Called before each allocation in the current heap: RGC_STRESS. */
void rgc__debug_before_new(rgc_heap *heap);
/* Aborts if the object, whose type's `clear` was called, has references left. */
void rgc__debug_check_cleared(rgc_object *object);
/* Aborts if one of those that were unreachable, and have been cleared, is referred to by others. */
void rgc__debug_check_left(struct link *cleared);

#pragma GCC visibility pop

#endif

#endif
