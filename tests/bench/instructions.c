/* instructions.c - a preload that records nothing: beside the C library's own work each event executes as
 * many instructions as mprof's hot path does at a shallow stack, four at a time, and touches no memory.
 *
 * The floor in a workload that misses the caches: what stands between two events there keeps the
 * processor from overlapping the program's own misses, whatever it is.  A part of what a recorder adds that
 * this adds as well, or of how that grows with threads, is the workload's. */
#include <stdlib.h>

#define INTERPOSED __attribute__((visibility("default")))

extern void *__libc_malloc(size_t size_bytes);
extern void *__libc_calloc(size_t count, size_t size_bytes);
extern void *__libc_realloc(void *block, size_t size_bytes);
extern void __libc_free(void *block);

static inline void execute(void)
{
	unsigned long a = 0, b = 0, c = 0, d = 0;

	__asm__ volatile(".rept 30\n\tinc %0\n\tinc %1\n\tinc %2\n\tinc %3\n\t.endr"
			 : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
}

INTERPOSED void *malloc(size_t size_bytes)
{
	execute();
	return __libc_malloc(size_bytes);
}

INTERPOSED void *calloc(size_t count, size_t size_bytes)
{
	execute();
	return __libc_calloc(count, size_bytes);
}

INTERPOSED void *realloc(void *block, size_t size_bytes)
{
	execute();
	return __libc_realloc(block, size_bytes);
}

INTERPOSED void free(void *block)
{
	execute();
	__libc_free(block);
}
