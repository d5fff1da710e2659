/*
 * arch_stack.h - calling a function on another stack.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_STACK_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_STACK_H

/* Returns when the function does, which has the stack that ends at `end`, 16-aligned. */
void arch_call_on(void (*function)(void *), void *argument, void *end);

#endif
