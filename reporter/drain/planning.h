/*
 * planning.h - has the plan of traced lines made, beside all else that a drainer does: the program waits for
 * it before it begins, and its events go on meanwhile.
 */
#ifndef MPROF_REPORTER_DRAIN_PLANNING_H
#define MPROF_REPORTER_DRAIN_PLANNING_H

#include "drain/mapping.h"

#include <pthread.h>

struct planning {
	const struct mapping *mapping;
	bool begun;
	pthread_t thread;
};

/* If the session wants a plan and has none, nor ever had one made. */
void planning_begin(struct planning *planning, const struct mapping *mapping);

/* Waits until it is made; before the mapping is closed. */
void planning_finish(struct planning *planning);

#endif
