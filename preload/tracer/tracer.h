/*
 * tracer.h - counting what each line of chosen functions does, by jumps put into their code.
 *
 * A plan says where (trace/plan.h); the counters in it are all that comes of it.  What cannot be done safely
 * is not done, and the program is left as it was.
 */
#ifndef MPROF_PRELOAD_TRACER_H
#define MPROF_PRELOAD_TRACER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Checks the plan, finds its modules and patches them.  Once, before main, while there is one thread. Returns
 * how many sites count from now on, or -errno; where some do not, tracer_refusal says why.  May change errno.
 */
int tracer_start(const char *plan_path);

/* The same of an object that the program opens and that is moved by `bias`: by one thread at a time, before
 * any of the object's code runs. */
int tracer_add(const char *plan_path, uintptr_t bias);

/* Something was closed: what is not loaded any more, by what it was moved by, has no code from now on. */
void tracer_closed(bool (*is_loaded)(uintptr_t bias));

/* An object that is opened: if it is one that was closed before, it is patched again.  False: it is none, or
 * it cannot be. */
bool tracer_resume(uintptr_t bias);

/* An object that is opened and stays as it is: where its like was patched before, counters do not tell all.
 */
void tracer_missed(uintptr_t bias);

/* The same of an object that is out of reach, by the end of its path. */
void tracer_missed_name(const char *name);

/* How many plans are in use. */
uint32_t tracer_plans(void);

/* Why modules were left alone, or all of them: a few words.  NULL if none was. */
const char *tracer_refusal(void);

/* In a fork child: its hits are no business of the parent's any more. */
void tracer_after_fork(void);

/* In a fork child that is about to be recorded: what it counts stands in new plans of its own, by these
 * paths. False: nothing is counted in it. */
bool tracer_continue(const char *path_of(uint32_t index, void *context), void *context);

#endif
