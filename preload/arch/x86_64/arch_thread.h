/*
 * arch_thread.h - which thread this is.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_THREAD_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_THREAD_H

#include <stdint.h>

/* A thread is known by where its descriptor lies, which is the descriptor's first word. */
static inline uintptr_t arch_thread(void)
{
	uintptr_t self;

	__asm__("movq %%fs:0, %0" : "=r"(self));
	return self;
}

#endif
