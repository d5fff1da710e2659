/*
 * hit.h - counting: what happens when a traced place is reached.
 *
 * Every hit passes here, in any thread and in signal handlers.  No lock, no call of anything that is
 * interposed, no vector registers; errno is preserved.  System calls only where a thread, or a depth, is new.
 */
#ifndef MPROF_PRELOAD_TRACER_HIT_H
#define MPROF_PRELOAD_TRACER_HIT_H

#include "preload/tracer/plan_file.h"

#include <stdbool.h>
#include <stdint.h>

/* Before anything is patched; false if there is no memory. */
bool hit_begin(const struct plan_file *plan);

/* If nothing was. */
void hit_end(void);

/* In a fork child: from here on its hits count for itself.  Those of one that does not say that it is a child
 * are dropped. */
void hit_after_fork(void);

/* In a fork child that is recorded: its counters stand in a plan of its own, a new file.  False if it has
 * none. */
bool hit_continue(const char *path);

/* Called by trampolines.  `sp`: the program's stack pointer at the place. */
void tracer_hit(uint32_t number, uintptr_t sp);

#endif
