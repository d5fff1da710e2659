/*
 * planning.h - has plans of traced lines made, beside all else that a drainer does: the program waits for
 * one before it begins, and whenever it opens an object, and its events go on meanwhile.
 */
#ifndef MPROF_REPORTER_DRAIN_PLANNING_H
#define MPROF_REPORTER_DRAIN_PLANNING_H

#include "drain/mapping.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct planning {
	const struct mapping *mapping;
	bool begun;
	_Atomic bool over;
	pthread_t thread;
};

/* For a session that wants lines traced: makes what it asks for until planning_finish. */
void planning_begin(struct planning *planning, const struct mapping *mapping);

/* The program is over: what is being made is waited for.  Before the mapping is closed. */
void planning_finish(struct planning *planning);

#endif
