/*
 * pages.h - private memory for the shim, straight from the kernel.
 *
 * Raw system calls, so that an interposed mmap or a libc that allocates is never involved; none where the
 * program filters them.  Safe anywhere; errno is preserved.
 */
#ifndef MPROF_PRELOAD_BASE_PAGES_H
#define MPROF_PRELOAD_BASE_PAGES_H

#include "preload/base/confined.h"
#include "preload/base/kernel.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

/* Zeroed memory that costs nothing until it is touched, and that a fork child finds zeroed
 * again: ids of the parent's session mean nothing in the child's.  NULL if refused. */
static inline void *pages_map(size_t bytes)
{
	if (confined())
		return NULL;
	int saved = errno;
	long memory = kernel_call(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);

	if (memory != -1 && kernel_call(SYS_madvise, memory, bytes, MADV_WIPEONFORK) != 0) {
		kernel_call(SYS_munmap, memory, bytes);
		memory = -1;
	}
	errno = saved;
	return memory == -1 ? NULL : (void *)memory;
}

/* Whether a fork child finds what is there (whole pages), or zeroes as pages_map promises. */
static inline void pages_keep_on_fork(void *memory, size_t bytes, int keep)
{
	if (confined())
		return;
	int saved = errno;
	kernel_call(SYS_madvise, memory, bytes, keep ? MADV_KEEPONFORK : MADV_WIPEONFORK);
	errno = saved;
}

/* Zeroed memory at a place where nothing is; wiped by no fork.  Refused: nothing is there still. */
static inline void pages_map_at(void *place, size_t bytes)
{
	if (confined())
		return;
	int saved = errno;
	kernel_call(SYS_mmap, place, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0L);
	errno = saved;
}

static inline void pages_unmap(void *memory, size_t bytes)
{
	if (!confined())
		kernel_call(SYS_munmap, memory, bytes);
}

/* The memory stays mapped and reads as zeroes from now on, whoever still uses it. */
static inline void pages_clear(void *memory, size_t bytes)
{
	if (!confined())
		kernel_call(SYS_madvise, memory, bytes, MADV_DONTNEED);
}

/* Large and densely used memory is cheaper in huge pages; a request, no more. */
static inline void pages_want_huge(void *memory, size_t bytes)
{
	if (confined())
		return;
	int saved = errno;
	kernel_call(SYS_madvise, memory, bytes, MADV_HUGEPAGE);
	errno = saved;
}

#endif
