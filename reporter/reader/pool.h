/*
 * pool.h - memory that lives as long as its trace: strings, build-ids, note values.
 *
 * Nothing is given back one by one.  What is taken is bounded by what the file really holds,
 * since everything is a copy of bytes that were read.
 */
#ifndef MPROF_REPORTER_READER_POOL_H
#define MPROF_REPORTER_READER_POOL_H

#include <stddef.h>

struct pool_chunk;

struct pool { /* all zero: empty */
	struct pool_chunk *chunks;
};

/* 8-aligned memory, not cleared; NULL: no memory. */
void *pool_take(struct pool *pool, size_t bytes);

/* A copy with a terminating NUL behind it; NULL: no memory. */
char *pool_text(struct pool *pool, const void *bytes, size_t count);

void pool_release(struct pool *pool);

#endif
