/*
 * drop.h - the end of an object whose last reference is gone, and its parts, which a collection takes one by
 * one.  Runs finalizers, callbacks and `clear` functions, and needs no memory.
 */
#ifndef RGC_GC_CORE_DROP_H
#define RGC_GC_CORE_DROP_H

#include "header.h"

#pragma GCC visibility push(hidden)

/* Ends an object whose count is 0: now, or before the drop goes on that this is part of. */
void rgc__object_drop(rgc_object *object);

/* Lets the caller's drops be carried out at once, even inside a drop, until the state is given back. */
struct drop_state {
	struct link *pending;
	bool dropping;
};
struct drop_state rgc__drops_begin(void);
void rgc__drops_end(struct drop_state state);

/* Calls the finalizer if there is one and it has not been called.  errno is kept. */
void rgc__object_finalize(rgc_object *object);

/* Drops all references, as the type's clear and fields say. */
void rgc__object_clear(rgc_object *object);

#pragma GCC visibility pop

#endif
