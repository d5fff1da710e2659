/*
 * memory.h - memory or the end: a command-line program has nothing to save where there is none left.
 *
 * Not for the drainer, which has: it propagates.
 */
#ifndef MPROF_REPORTER_BASE_MEMORY_H
#define MPROF_REPORTER_BASE_MEMORY_H

#include <stddef.h>

/* Says so on standard error, and exits with status 2. */
_Noreturn void memory_exhausted(void);

/* Zeroed, the caller's to free(); at least one item, so never NULL. */
void *memory_zeroed(size_t count, size_t item_bytes);

#endif
