/*
 * moment.h - the time, for threads that may read a clock and for those that may not.
 *
 * Strict seccomp and PR_SET_TSC take the processor's counter from a thread: reading it, in the vDSO too, gets
 * the program killed.  Such a thread's events have the time that the drainer last saw.
 */
#ifndef MPROF_PRELOAD_BASE_MOMENT_H
#define MPROF_PRELOAD_BASE_MOMENT_H

#include "trace/clock.h"

#include <stdbool.h>

/* Whether the calling thread may read no clock. */
extern __thread bool timeless __attribute__((visibility("hidden"), tls_model("initial-exec")));

/* Whether that goes for threads that begin: PR_SET_TSC is inherited, and whose it is then is not known. */
void moment_make_new_threads_timeless(bool so);
bool moment_new_threads_are_timeless(void);

/* A clock by a system call; where none may be made, each reading is later than the one before by what a wait
 * without sleep takes. */
uint64_t timeless_ns(clockid_t clock);

/* As the drainer last saw it; before it did, when the session began. */
uint64_t timeless_ticks(const struct session_header *session);

/* For waits, monotonic. */
static inline uint64_t moment_ns(void)
{
	return __builtin_expect(timeless, false) ? timeless_ns(CLOCK_MONOTONIC) : clock_monotonic_ns();
}

/* Since 1970. */
uint64_t moment_realtime_ns(void);

/* Now, as clock_ticks() of the session's flags. */
static inline uint64_t moment_ticks(const struct session_header *session)
{
	return __builtin_expect(timeless, false) ? timeless_ticks(session) : clock_ticks(session->flags);
}

#endif
