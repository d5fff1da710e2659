/*
 * marks.h - where MPROF_PROFILE stands: the places in an object's .mprof.profile section, brought to
 * functions.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_MARKS_H
#define MPROF_REPORTER_SYMBOLIZE_MARKS_H

#include "units.h"

#define MARKS_SECTION ".mprof.profile"
#define RUNTIME_SECTION ".mprof.runtime"

/* Told of each function that carries a mark: an origin of a unit that has been indexed. */
typedef void marks_found_fn(void *context, struct unit_origin *origin);

/* `section` holds "FILE:LINE" strings, each with a NUL; untrusted.  Only units that know a marked file are
 * indexed. */
void marks_resolve(const char *section, size_t size_bytes, struct units *units, struct sources *sources,
		   marks_found_fn *found, void *context);

#endif
