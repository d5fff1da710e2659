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
	int protection;     /* of the module's code: PROT_... */
};

/* By what an object is moved that is not looked for by that. */
#define OBJECT_ANY UINTPTR_MAX

/* The loaded object with the module's build-id, which has code wherever the module's sites may be, and is
 * moved by `bias`; false if there is none. */
bool object_find(const struct plan_module *module, uintptr_t bias, struct object *object);

#endif
