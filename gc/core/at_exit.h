/*
 * at_exit.h - the last collections of a process: for where a thread's first heap is made.
 */
#ifndef RGC_GC_CORE_AT_EXIT_H
#define RGC_GC_CORE_AT_EXIT_H

#pragma GCC visibility push(hidden)

/*
 * Destructors of the library, from the first to the last: garbage ends, then others say what there is, then
 * the memory of the heap goes.  All are after the program's, which have higher numbers.
 */
#define DESTRUCTOR_FINALIZE 103
#define DESTRUCTOR_TELL 102
#define DESTRUCTOR_FREE 101

/* Has exit() finalize before it comes to what was registered or constructed earlier.  Once. */
void rgc__at_exit_register(void);

#pragma GCC visibility pop

#endif
