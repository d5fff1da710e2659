/*
 * missing.h - why an object has no lines, or not all: what is said to a user who could do something about it.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_MISSING_H
#define MPROF_REPORTER_SYMBOLIZE_MISSING_H

#include "object.h"
#include "units.h"

/* A sentence's end, behind the object's path: "has no debug information; ...".  The caller's to free(); NULL
 * if nothing is missing, or there is no memory.  `units` are those of the object's debug information;
 * `roots` end with NULL. */
char *missing_reason(struct object *object, const char *path, const struct units *units, char *const *roots);

#endif
