/*
 * known.h - librgc-debug's memory of addresses: which are objects, which were, and of which type.  So any
 * pointer can be judged without a look at what it points to.  By any thread.
 */
#ifndef RGC_GC_CORE_KNOWN_H
#define RGC_GC_CORE_KNOWN_H

#ifdef RGC_DEBUG

#include "base.h"

#include <mprof/rgc/type.h>

#include <stdbool.h>

/* What is known of an address. */
struct known {
	const void *object;
	const struct rgc_type *type; /* NULL: no object was ever there */
	bool ended;
	void **makers; /* NULL, or KNOWN_MAKERS return addresses of those that made it, the innermost first */
};

#define KNOWN_MAKERS 8

#pragma GCC visibility push(hidden)

void rgc__known_born(const rgc_object *object);
void rgc__known_ended(const rgc_object *object);
struct known rgc__known(const void *address);

#pragma GCC visibility pop

#endif

#endif
