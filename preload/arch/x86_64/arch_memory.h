/*
 * arch_memory.h - copying and filling memory without a call.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_MEMORY_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_MEMORY_H

#include <stddef.h>
#include <stdint.h>

static inline void arch_copy(void *restrict to, const void *restrict from, size_t bytes)
{
	size_t words = bytes / 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	bytes %= 8;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static inline void arch_fill(void *to, unsigned char byte, size_t bytes)
{
	uint64_t filled = byte * UINT64_C(0x0101010101010101);
	size_t words = bytes / 8;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(filled) : "memory");
	bytes %= 8;
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(filled) : "memory");
}

#endif
