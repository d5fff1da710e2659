/*
 * pool.h - memory that is handed out piece by piece and freed as a whole, and arrays that grow.
 *
 * Out of memory ends the process (base/memory.h).
 */
#ifndef MPROF_REPORTER_BASE_POOL_H
#define MPROF_REPORTER_BASE_POOL_H

#include <stddef.h>

struct pool_chunk;

/* All zero is an empty pool. */
struct pool {
	struct pool_chunk *chunks;
	size_t left_bytes; /* at the end of the first chunk */
};

void pool_finish(struct pool *pool);

/* Zeroed, aligned for any type, freed with the pool. */
void *pool_alloc(struct pool *pool, size_t size_bytes);

/* A formatted text. */
char *pool_format(struct pool *pool, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/* `array` (from here, or NULL), reallocated so that it holds at least `needed` items.  The caller's to
 * free(). */
void *pool_grow(void *array, size_t *capacity, size_t needed, size_t item_bytes);

#endif
