/*
 * shared.h - counts and ends of shared objects, by any thread; and what a thread owes them when it ends.
 */
#ifndef RGC_GC_CORE_SHARED_H
#define RGC_GC_CORE_SHARED_H

#include "header.h"

#pragma GCC visibility push(hidden)

/* As rgc_new_shared, for a type with items, of which there are no more than another object has already. */
void *rgc__shared_new_items(const struct rgc_type *type, size_t count);

void rgc__shared_incref(rgc_object *object);
void rgc__shared_decref(rgc_object *object);
int32_t rgc__shared_refcount(const rgc_object *object);
/* Those of all threads, as far as can be seen while others may change them: for figures. */
int32_t rgc__shared_references(const rgc_object *object);
void rgc__shared_free(rgc_object *object);
/* For an object whose last reference is gone: lends it one, and takes that back; whether it was the last. */
void rgc__shared_revive(rgc_object *object);
bool rgc__shared_expire(rgc_object *object);
/* As rgc_shared_settle, for the price of a load if there is nothing to do. */
void rgc__shared_settle(void);
/* When a thread ends: settles, and from then on others settle its objects themselves. */
void rgc__shared_thread_ends(void);

/* The bytes of its block, with what precedes it. */
size_t rgc__shared_bytes(const rgc_object *object);

#pragma GCC visibility pop

#endif
