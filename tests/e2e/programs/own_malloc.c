/* Brings an allocator of its own under the standard names, as programs with jemalloc linked in do. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static _Alignas(16) char heap[1 << 24];
static size_t used;

void *malloc(size_t size_bytes)
{
	size_t at = used;
	used += (size_bytes + 31) & ~(size_t)15;
	if (used > sizeof(heap))
		return NULL;
	memcpy(heap + at, &size_bytes, sizeof(size_bytes));
	return heap + at + 16;
}

void free(void *block)
{
	(void)block;
}

void *calloc(size_t count, size_t size_bytes)
{
	return malloc(count * size_bytes);
}

void *realloc(void *block, size_t size_bytes)
{
	void *moved = malloc(size_bytes);
	if (block && moved)
		memcpy(moved, block, size_bytes);
	return moved;
}

int main(void)
{
	void *volatile block = NULL;
	for (int i = 0; i < 1000; i++)
		block = malloc(100);
	printf("%d\n", block != NULL);
	return 0;
}
