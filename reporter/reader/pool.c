/* pool.c - see pool.h. */
#include "reader/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 16384u

struct pool_chunk {
	struct pool_chunk *next;
	size_t used, size;
	_Alignas(8) unsigned char data[];
};

static struct pool_chunk *add_chunk(struct pool *pool, size_t bytes)
{
	size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
	struct pool_chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	chunk->next = pool->chunks;
	chunk->used = 0;
	chunk->size = size;
	pool->chunks = chunk;
	return chunk;
}

void *pool_take(struct pool *pool, size_t bytes)
{
	struct pool_chunk *chunk = pool->chunks;
	size_t rounded = (bytes + 7) & ~(size_t)7;

	if (bytes > SIZE_MAX / 2)
		return NULL;
	if (!chunk || chunk->size - chunk->used < rounded)
		chunk = add_chunk(pool, rounded);
	if (!chunk)
		return NULL;
	void *taken = chunk->data + chunk->used;
	chunk->used += rounded;
	return taken;
}

char *pool_text(struct pool *pool, const void *bytes, size_t count)
{
	char *text = pool_take(pool, count + 1);

	if (!text)
		return NULL;
	if (count > 0)
		memcpy(text, bytes, count);
	text[count] = '\0';
	return text;
}

void pool_release(struct pool *pool)
{
	while (pool->chunks) {
		struct pool_chunk *next = pool->chunks->next;
		free(pool->chunks);
		pool->chunks = next;
	}
}
