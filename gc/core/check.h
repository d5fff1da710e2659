/*
 * check.h - what librgc-debug asks of every object that it is given: that it lives, is of the type that the
 * function takes, and belongs to the current heap or to none.
 */
#ifndef RGC_GC_CORE_CHECK_H
#define RGC_GC_CORE_CHECK_H

#ifdef RGC_DEBUG

#include "base.h"

#include <mprof/rgc/type.h>

#pragma GCC visibility push(hidden)

/* Aborts with a message about an object, or what was given for one; `function` is what noticed. */
_Noreturn void rgc__check_failed(const char *function, const struct rgc_type *type, const void *object,
				 const char *fault);

/* Aborts unless the pointer, which is not NULL, is to such an object; of any type if `type` is NULL.  One
 * whose last reference is gone may still be looked at, until its memory goes: by its own `clear`. */
void rgc__check(const void *object, const struct rgc_type *type, const char *function);
/* The same for what is to be counted or stored: has references, too. */
void rgc__check_held(const void *object, const char *function);

#pragma GCC visibility pop

#endif

#endif
