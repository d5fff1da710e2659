/*
 * tracer.h - counting what each line of chosen functions does, by jumps put into their code.
 *
 * A plan says where (trace/plan.h); the counters in it are all that comes of it.  What cannot be done safely
 * is not done, and the program is left as it was.
 */
#ifndef MPROF_PRELOAD_TRACER_H
#define MPROF_PRELOAD_TRACER_H

#include <stdbool.h>

/*
 * Checks the plan, finds its modules and patches them.  Once, before main, while there is one thread. Returns
 * how many sites count from now on, or -errno if none does.  May change errno.
 */
int tracer_start(const char *plan_path);

/* Why modules were left alone, or all of them: a few words.  NULL if none was. */
const char *tracer_refusal(void);

/* In a fork child: its hits are no business of the parent's any more. */
void tracer_after_fork(void);

/* In a fork child that is about to be recorded: what it counts stands in a new plan of its own.  False:
 * nothing is counted in it. */
bool tracer_continue(const char *plan_path);

#endif
