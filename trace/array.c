/*
 * array.c - see array.h.
 */
#include "trace/array.h"

#include <stdint.h>
#include <sys/mman.h>

#define PAGE_BYTES 4096u
/* From here on what a large page may hold in vain is little beside the array. */
#define LARGE_BYTES (8u << 20)

/* In whole pages; 0: more than there can be. */
static size_t bytes_of(size_t count, size_t element_bytes)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, element_bytes, &bytes) || bytes > SIZE_MAX / 2)
		return 0;
	return (bytes + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
}

void *array_grow(void *array, size_t old_count, size_t count, size_t element_bytes, enum array_use use)
{
	size_t old_bytes = bytes_of(old_count, element_bytes), bytes = bytes_of(count, element_bytes);
	void *grown;

	if (bytes == 0)
		return NULL;
	if (array)
		grown = mremap(array, old_bytes, bytes, MREMAP_MAYMOVE);
	else
		grown = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (grown == MAP_FAILED)
		return NULL;
	if (use == ARRAY_DENSE && bytes >= LARGE_BYTES)
		(void)madvise(grown, bytes, MADV_HUGEPAGE);
	return grown;
}

void array_free(void *array, size_t count, size_t element_bytes)
{
	if (array)
		munmap(array, bytes_of(count, element_bytes));
}
