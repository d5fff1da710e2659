/*
 * pool.c - memory that is handed out piece by piece and freed as a whole.
 */
#include "base/pool.h"
#include "base/memory.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK_BYTES (64u << 10)

struct pool_chunk {
	struct pool_chunk *next;
	size_t size_bytes;
	alignas(max_align_t) char data[];
};

static void *or_exit(void *memory)
{
	if (!memory)
		memory_exhausted();
	return memory;
}

void pool_finish(struct pool *pool)
{
	for (struct pool_chunk *chunk = pool->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	*pool = (struct pool){0};
}

void *pool_alloc(struct pool *pool, size_t size_bytes)
{
	size_t rounded = (size_bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (rounded < size_bytes)
		or_exit(NULL);
	if (rounded > pool->left_bytes) {
		size_t data_bytes = rounded > CHUNK_BYTES / 4 ? rounded : CHUNK_BYTES;
		struct pool_chunk *chunk = or_exit(calloc(1, sizeof(*chunk) + data_bytes));
		chunk->next = pool->chunks;
		chunk->size_bytes = data_bytes;
		pool->chunks = chunk;
		pool->left_bytes = data_bytes;
	}
	void *memory = pool->chunks->data + (pool->chunks->size_bytes - pool->left_bytes);
	pool->left_bytes -= rounded;
	return memory;
}

void *pool_grow(void *array, size_t *capacity, size_t needed, size_t item_bytes)
{
	if (needed <= *capacity)
		return array;
	size_t bigger = *capacity ? *capacity * 2 : 16;
	while (bigger < needed)
		bigger *= 2;
	void *moved = or_exit(reallocarray(array, bigger, item_bytes));
	*capacity = bigger;
	return moved;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
	va_list arguments, again;
	int length;

	va_start(arguments, format);
	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	char *text = pool_alloc(pool, (size_t)(length < 0 ? 0 : length) + 1);
	vsnprintf(text, (size_t)(length < 0 ? 0 : length) + 1, format, again);
	va_end(again);
	return text;
}
