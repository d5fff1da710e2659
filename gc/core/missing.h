/*
 * missing.h - the rules for what functions of the interface are given where they need an object.  For NULL:
 * the call fails.  For all else, in librgc-debug: it must be what check.h says, of the parameter's type, or
 * the program is aborted with the function's name.
 */
#ifndef RGC_GC_CORE_MISSING_H
#define RGC_GC_CORE_MISSING_H

#include "base.h"
#include "check.h"

#include <mprof/rgc.h>

#include <stdbool.h>

MPROF_RUNTIME

/* True, with errno: ENOMEM if it is that already, for then the object could not be made; else EINVAL.  In
 * object.c. */
bool rgc__missing(void);

/* The rule for NULL alone. */
static inline bool missing_pointer(const void *pointer)
{
	return unlikely(!pointer) && (rgc__missing(), true); /* for those who analyse callers */
}

#ifdef RGC_DEBUG

/* The type that a parameter's says its objects are of; NULL for void and rgc_object: any. */
#define TYPE_BEHIND(pointer)                                                                                 \
	_Generic((pointer), POINTS_TO(rgc_str), POINTS_TO(rgc_int), POINTS_TO(rgc_float),                    \
		 POINTS_TO(rgc_capsule), POINTS_TO(rgc_list), POINTS_TO(rgc_tuple), POINTS_TO(rgc_dict),     \
		 POINTS_TO(rgc_set), POINTS_TO(rgc_lru_cache), POINTS_TO(rgc_weak), POINTS_TO(rgc_iterator), \
		 POINTS_TO(rgc_bool), POINTS_TO(rgc_bytes), POINTS_TO(rgc_defaultdict),                      \
		 POINTS_TO(rgc_counter), POINTS_TO(rgc_array), POINTS_TO(rgc_deque),                         \
		 POINTS_TO(rgc_frozenset), POINTS_TO(rgc_weak_value_dict), POINTS_TO(rgc_weak_key_dict),     \
		 POINTS_TO(rgc_weak_set), POINTS_TO(rgc_at_end), POINTS_TO(rgc_builder), default             \
		 : (const struct rgc_type *)NULL)
#define POINTS_TO(name) name * : &RGC_TYPE(name), const name * : &RGC_TYPE(name)

/* The rule for all else alone, where NULL is allowed or left to others. */
#define check_object(object) check_argument((object), __func__)
/* The same for another function of the interface, which is named. */
#define check_argument(object, function)                                                                     \
	((object) ? rgc__check((object), TYPE_BEHIND(object), (function)) : (void)0)
/* Both; for the functions of the interface themselves. */
#define missing(object) (check_object(object), missing_pointer(object))

#else

#define check_object(object) ((void)0)
#define check_argument(object, function) ((void)(function))
#define missing(object) missing_pointer(object)

#endif

#endif
