/*
 * own_stack.h - a stack for what needs more than the program's may have.
 *
 * A program may end, execute another one or have its first event on the smallest of stacks: a coroutine's, or
 * a signal's.  Mapped for the one call; a vfork child may do that, too.  Signals are blocked by the caller,
 * since handlers would run there.
 */
#ifndef MPROF_PRELOAD_BASE_OWN_STACK_H
#define MPROF_PRELOAD_BASE_OWN_STACK_H

#include <stdbool.h>

/* Runs function(argument) on a stack of 64 KiB; false if there is no memory for it.  Keeps errno as the
 * function leaves it. */
bool own_stack_run(void (*function)(void *), void *argument);

#endif
