/*
 * missing.h - one rule for NULL where the interface needs an object: the call fails.
 */
#ifndef RGC_GC_CORE_MISSING_H
#define RGC_GC_CORE_MISSING_H

#include "base.h"

#include <stdbool.h>

/* True, with errno: ENOMEM if it is that already, for then the object could not be made; else EINVAL.  In
 * object.c. */
bool rgc__missing(void);

static inline bool missing(const void *object)
{
	return unlikely(!object) && rgc__missing();
}

#endif
