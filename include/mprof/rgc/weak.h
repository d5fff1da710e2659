/*
 * weak.h - weak references: pointers that do not keep their target alive.  Part of mprof/rgc.h.
 */
#ifndef MPROF_RGC_WEAK_H
#define MPROF_RGC_WEAK_H

#include <mprof/rgc/type.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An object itself, with its own reference count.  Any object can be a target but shared and immortal ones.
 *
 * Weak references can be keys.  Two are equal if their targets are; once one of those has ended, only if they
 * are the same.  The hash is the target's, and is remembered: rgc_hash fails with ENOTSUP if it is first
 * asked for after the target's end, or if that has none, and may fail with ENOMEM.
 */
typedef struct rgc_weak rgc_weak;
RGC_DECLARE_TYPE(rgc_weak) RGC_API;

/* Called once when the target has ended, with the weak reference cleared; not if that has ended before, or
 * was found unreachable: a collection clears such weak references for good, even if a finalizer saves them.
 * Must return ("User code" in mprof/rgc.h).
 */
typedef void (*rgc_weak_callback)(rgc_weak *weak, void *argument);

/*
 * A new weak reference to `target`.  `callback` may be NULL.  `argument`, an object or NULL, is owned by the
 * weak reference and handed to the callback.  Owned; NULL with ENOMEM, or ENOTSUP for the targets named
 * above. O(1) on average.
 */
RGC_API rgc_weak *rgc_weak_new(void *target, rgc_weak_callback callback, void *argument) RGC_WARN_UNUSED;

/* The target: borrowed, or a new reference; NULL (errno unchanged) once it has ended.  O(1). */
RGC_API void *rgc_weak_get(const rgc_weak *weak);
RGC_API void *rgc_weak_ref(const rgc_weak *weak) RGC_WARN_UNUSED;
/* The target as one of the type `name`, borrowed; NULL as above, or with EINVAL if it is of another (RGC_AS).
 */
#define rgc_weak_get_as(weak, name) RGC_AS(rgc_weak_get(weak), name)

/* The number of weak references to an object: O(that number). */
RGC_API size_t rgc_weak_count(const void *target);

#ifdef __cplusplus
}
#endif

#endif
