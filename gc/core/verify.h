/*
 * verify.h - how the lists of leaks look that both libraries print.
 */
#ifndef RGC_GC_CORE_VERIFY_H
#define RGC_GC_CORE_VERIFY_H

#include "base.h"

#include <mprof/rgc/type.h>

#include <stdio.h>

#pragma GCC visibility push(hidden)

/* A line of rgc_report_leaks: all objects of a type. */
void rgc__print_alive(FILE *file, const struct rgc_type *type, size_t objects, size_t external);

#pragma GCC visibility pop

#endif
