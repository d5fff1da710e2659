/*
 * shared.h - objects that several threads may refer to.  Part of mprof/rgc.h.
 *
 * The thread that makes a shared object is its owner and counts its references without atomic operations; all
 * others count with them.  rgc_incref and rgc_decref do the right thing by themselves.  References that a
 * thread hands on to another must be handed on with its own synchronisation, as any pointer.
 *
 * A shared object belongs to no heap: it is not tracked, cannot be the target of a weak reference, and may
 * own references to shared and immortal objects only.  Cycles among shared objects are not found.
 *
 * What the other threads dropped and the owner has not yet counted is settled at the owner's next collection,
 * rgc_shared_settle, or end; the object ends then, in whichever thread settles.
 */
#ifndef MPROF_RGC_SHARED_H
#define MPROF_RGC_SHARED_H

#include <mprof/rgc/type.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

RGC_API void *rgc_new_shared_(const struct rgc_type *type) RGC_WARN_UNUSED;

/* As rgc_new, for a shared object of a type of the program's.  Its finalizer runs in the thread that drops
 * the last reference, and cannot make it reachable again.  EINVAL if the type has items, as strings and
 * tuples: see rgc_share. */
#define rgc_new_shared(name) ((name *)rgc_new_shared_(&RGC_TYPE(name)))

/*
 * A shared object of the same value, owned: the object itself, if it is shared or immortal; else a copy of a
 * string, a number, or a tuple, whose items are shared likewise.  It equals its original and hashes as that
 * does, so that it may be a key in the dictionaries of every thread.  NULL with ENOTSUP for objects of other
 * types, and tuples that have such; ELOOP if tuples are nested too deep; ENOMEM.  O(bytes), which are copied.
 *
 *     rgc_auto rgc_str *mine = rgc_str_new("key");
 *     rgc_str *of_all = RGC_AS(rgc_share(mine), rgc_str);
 */
RGC_API void *rgc_share(const void *object) RGC_WARN_UNUSED;

/* Whether every thread may refer to an object: it is shared, or immortal.  O(1). */
RGC_API bool rgc_is_shared(const void *object);

/* Settles what other threads dropped of the calling thread's shared objects. */
RGC_API void rgc_shared_settle(void);

/* Makes an object immortal: its count no longer changes, it never ends, and every thread may refer to it. For
 * constants that are made once; not for objects that own references. */
RGC_API void rgc_make_immortal(void *object);

#ifdef __cplusplus
}
#endif

#endif
