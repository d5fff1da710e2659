/* memory.c - see memory.h. */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

void memory_exhausted(void)
{
	fputs("mprof: out of memory\n", stderr);
	exit(2);
}

void *memory_zeroed(size_t count, size_t item_bytes)
{
	void *memory = calloc(count ? count : 1, item_bytes);

	if (!memory)
		memory_exhausted();
	return memory;
}
