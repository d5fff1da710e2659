/*
 * tuple.h - tuples of arguments, for functions that are given many.
 */
#ifndef RGC_GC_CONTAINERS_TUPLE_H
#define RGC_GC_CONTAINERS_TUPLE_H

#include "../core/base.h"

#include <mprof/rgc.h>

#include <stdarg.h>

/* rgc_tuple_of, for the function of that name; the caller begins and ends the list. */
rgc_tuple *rgc__tuple_vof(const char *function, size_t count, va_list arguments);

#endif
