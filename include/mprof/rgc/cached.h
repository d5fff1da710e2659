/*
 * cached.h - members that are computed when they are first asked for, after Python's
 * functools.cached_property.  Part of mprof/rgc.h.
 *
 *     typedef struct circle { RGC_HEAD; double radius; rgc_float *area; } circle;
 *     RGC_DEFINE_TYPE(circle, area);
 *
 *     static void *compute_area(void *self)
 *     {
 *             double radius = ((circle *)self)->radius;
 *             return rgc_float_new(radius * radius * 3.14159265358979);
 *     }
 *
 *     rgc_float *area = rgc_cached(it, area, compute_area);
 *
 * The member is a reference like others: the collector knows it, and it ends with its object.  rgc_set gives
 * it a value without any computation, and rgc_clear has it computed again when it is next asked for.
 */
#ifndef MPROF_RGC_CACHED_H
#define MPROF_RGC_CACHED_H

#include <mprof/rgc/type.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns a new reference, or NULL with errno, and in no other way ("User code" in mprof/rgc.h). */
typedef void *(*rgc_property)(void *self);

RGC_API void *rgc_cached_(void *self, void *member, rgc_property compute) RGC_WARN_UNUSED;

/*
 * self->member, which is compute(self) if it was NULL; with its type, and borrowed.  NULL with the error of
 * compute, which is called again the next time, or EINVAL: without compute, of a shared object, for which
 * several threads could compute at once, and of a member that its type does not say to be a reference.  If
 * compute asks for the same member it is called once more, and the last value stays.  O(1) if it was not
 * NULL.
 */
#define rgc_cached(self, member, compute)                                                                    \
	__extension__({                                                                                      \
		__typeof__(&*(self)) rgc_self_ = (self);                                                     \
		(__typeof__(rgc_self_->member))rgc_cached_(rgc_self_, rgc_self_ ? &rgc_self_->member : NULL, \
							   (compute));                                       \
	})

#ifdef __cplusplus
}
#endif

#endif
