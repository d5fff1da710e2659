/*
 * callers.h - by which call paths a function comes to its part in a figure.
 */
#ifndef MPROF_REPORTER_GATE_CALLERS_H
#define MPROF_REPORTER_GATE_CALLERS_H

#include "gate/parts.h"
#include "gate/private.h"

/*
 * Fills in the contributor's call paths: from its function outwards as far as the program's own code reaches,
 * those that differ no further within as one.
 */
void callers_find(struct check *check, struct profile *profile, const struct part *part, enum figure figure,
		  struct contributor *out);

/* A line of a function of the program's own, with its file as people in this directory would write it; where
 * there are no lines `place` (profile_place) stands. */
struct verdict_frame verdict_frame_of(struct check *check, const struct source_function *function,
				      uint32_t line, const char *place);

#endif
