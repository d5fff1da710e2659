/*
 * failing.h - memory that runs out: for programs linked with --wrap of malloc, calloc, realloc and
 * mmap (which is mmap64 here), whose calls of these (rgc's among them) come to failing.c.
 */
#ifndef FAILING_H
#define FAILING_H

/* After so many more allocations, all fail with ENOMEM; -1 ends that. */
extern long allocations_left;

/* How many have failed. */
extern long allocations_failed;

#endif
