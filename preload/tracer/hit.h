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

/* Before anything of the plan is patched, by one thread at a time: its numbers are behind those of the plans
 * before it, which are filled in.  The plan is to stay mapped.  False if there is no memory, or there are
 * PLANS_MAX. */
bool hit_add(struct plan_file *plan);

/* How many plans there are, and one of them. */
uint32_t hit_plans(void);
const struct plan_file *hit_plan(uint32_t index);

/* In a fork child: from here on its hits count for itself.  Those of one that does not say that it is a child
 * are dropped. */
void hit_after_fork(void);

/* In a fork child that is recorded: its counters stand in plans of its own, new files by these paths.  False
 * if it has none. */
bool hit_continue(const char *path_of(uint32_t index, void *context), void *context);

/* In the number that a trampoline has: its sites may be copies', or several at one place. */
#define HIT_SEVERAL (UINT32_C(1) << 31)

/* Called by trampolines.  `sp`: the program's stack pointer at the place. */
void tracer_hit(uint32_t number, uintptr_t sp);

#endif
