/*
 * confine.h - a program that filters its system calls.
 *
 * From then on the shim makes none (base/confined.h): it lives on what it reserved before, waits without
 * sleeping, and what cannot be had then is counted as lost.  A filter is seen as it comes (prctl and syscall
 * are interposed), or a moment later by the drainer, which may look.  A filter that was there from the start,
 * as in most containers, has let the start pass and so is none.
 */
#ifndef MPROF_PRELOAD_RECORD_CONFINE_H
#define MPROF_PRELOAD_RECORD_CONFINE_H

#include <stdbool.h>

/* The program is about to filter its system calls: reserves what can be needed, and makes no more.  False: so
 * it was before. */
bool confine_begin(void);

/* Whether the calling thread is about to lose every clock, or has one again; whether it had lost them before.
 */
bool confine_take_clock(bool taken);

/* It did not come to that; after a confine_begin that returned true. */
void confine_undo(void);

#endif
