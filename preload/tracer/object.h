/*
 * object.h - where the modules of a plan lie in this process.
 *
 * By build-id alone: names are the user's, and LD_PRELOAD reaches programs for which no plan was made.  Takes
 * the loader's lock.
 */
#ifndef MPROF_PRELOAD_TRACER_OBJECT_H
#define MPROF_PRELOAD_TRACER_OBJECT_H

#include "trace/plan.h"

#include <stdbool.h>
#include <stdint.h>

struct object {
	uintptr_t bias;
	uintptr_t from, to; /* all of it */
};

/* The loaded object with the module's build-id, which has code wherever the module's sites may be; false if
 * there is none. */
bool object_find(const struct plan_module *module, struct object *object);

#endif
