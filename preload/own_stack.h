/*
 * own_stack.h - calling a function on another stack.
 *
 * Where swapcontext would be too much: it asks the kernel twice for a mask of signals.
 */
#ifndef MPROF_PRELOAD_OWN_STACK_H
#define MPROF_PRELOAD_OWN_STACK_H

/* Returns when the function does.  `stack_end` is the first address behind the stack, 16-aligned. */
void own_stack_call(void (*function)(void *), void *argument, void *stack_end);

#endif
