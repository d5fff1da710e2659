/*
 * descent.h - how deep comparisons, hashes and copies go into what an object refers to.
 */
#ifndef RGC_GC_CORE_DESCENT_H
#define RGC_GC_CORE_DESCENT_H

#pragma GCC visibility push(hidden)

/* What goes into other objects' functions of its kind does so between these two: 0, or -1 with ELOOP where
 * that is too deep for the stack, and there is no end then. */
int rgc__descent_begin(void);
void rgc__descent_end(void);

#pragma GCC visibility pop

#endif
