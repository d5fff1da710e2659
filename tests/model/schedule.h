/*
 * schedule.h - tasks that take turns at every atomic access, and what may befall them.
 *
 * Tasks are coroutines of one thread.  At each atomic access to followed memory there is a choice:
 * go on, switch, deliver a signal, let a wait run out, kill.  Plain accesses need none, as they must
 * not race.
 */
#ifndef MPROF_TESTS_MODEL_SCHEDULE_H
#define MPROF_TESTS_MODEL_SCHEDULE_H

#include "memory.h"

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_TASKS MEMORY_TASKS

struct schedule_task {
	void (*body)(unsigned task); /* NULL: no such task */
	void (*handler)(unsigned task);
	unsigned signals;      /* that may come, at any time when they are not blocked */
	bool mortal;           /* may be killed */
	unsigned begins_after; /* the task whose end it awaits, + 1; 0: it is there from the start */
	bool begins_by_death;  /* and it takes over if that was killed */
};

/* One run, from the first access to the end of all tasks.  `kills` is for all of them together.
 * True if it went to its end, false if the rest is known; a failure ends the program. */
bool schedule_run(const struct schedule_task tasks[SCHEDULE_TASKS], unsigned kills);

/* ---- for tasks ------------------------------------------------------------- */

unsigned schedule_self(void);
bool schedule_ended(unsigned task);
bool schedule_killed(unsigned task);

/* The task is where its body is told by `state` alone. */
void schedule_at(uint64_t state);

/* What others have done so far: stored something, or ended. */
uint64_t schedule_changes(void);
/* Waits until that is more than `changes`, or everybody waits. */
void schedule_idle(uint64_t changes);

/* Reports what is wrong, with the run that led there. */
_Noreturn void schedule_fail(const char *what);

/* ---- for hooks.c ----------------------------------------------------------- */

/* Before an atomic access: a choice. */
void schedule_point(void);
/* What the task has just done, and learned from it. */
void schedule_did(const char *what, const volatile void *at, uint64_t value);
/* Futexes, signal masks and time. */
void schedule_wait(const volatile void *futex);
void schedule_wake(const volatile void *futex);
void schedule_block_signals(bool blocked);
uint64_t schedule_time_ns(void);

#endif
