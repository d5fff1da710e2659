/*
 * nearest.h - of known names, the one that a mistyped word was most likely meant to be.
 *
 * Names longer than NEAREST_BYTES are compared by their beginnings.
 */
#ifndef MPROF_REPORTER_BASE_NEAREST_H
#define MPROF_REPORTER_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_BYTES 63

struct nearest {
	const char *wanted; /* borrowed */
	const char *found;  /* borrowed; NULL: nothing is near */
	size_t distance;
};

struct nearest nearest_to(const char *wanted);

/* Takes a name into account; it is kept if it is nearer than all before. */
void nearest_try(struct nearest *nearest, const char *name);

#endif
