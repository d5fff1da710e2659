/*
 * vigil.h - a thread that sleeps until the recorded process ends, and then rings the drainer's doorbell.
 *
 * So a drainer may sleep long and yet end with its program: nobody waits for it, such as who is to remove the
 * program's control group.
 */
#ifndef MPROF_REPORTER_DRAIN_VIGIL_H
#define MPROF_REPORTER_DRAIN_VIGIL_H

#include "trace/session.h"

#include <pthread.h>
#include <stdbool.h>

/* All zero: not begun. */
struct vigil {
	enum { VIGIL_NONE, VIGIL_KEPT, VIGIL_IMPOSSIBLE } state;
	pthread_t thread;
	struct session_header *session;
	int process; /* the drainer's pidfd */
	int stop;    /* an eventfd */
};

/* Begins it, unless that was done before; false if it cannot be had.  Pidfd and session are the caller's, and
 * are used until vigil_finish. */
bool vigil_keep(struct vigil *vigil, int pidfd, struct session_header *session);
void vigil_finish(struct vigil *vigil);

#endif
