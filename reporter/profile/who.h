/*
 * who.h - one place of the program among its callers and callees.
 */
#ifndef MPROF_REPORTER_PROFILE_WHO_H
#define MPROF_REPORTER_PROFILE_WHO_H

#include "profile/measure.h"
#include "profile/tree.h"

struct who_row {
	const struct tree_frame *frame;
	struct amounts amounts;
};

struct who_rows { /* greatest first, ties by place */
	const struct who_row *list;
	size_t count;
};

/* What passes a place, each block once: callers are those of the outermost call of it, callees those of the
 * innermost.  The sum of the callers is the total; that of the callees the total less what it did itself. */
struct who {
	bool met;                          /* any call path passes it */
	struct amounts total, self, whole; /* the last of all paths */
	struct who_rows lines;             /* what the place asked for itself, by line of it */
	struct who_rows callers; /* by function and line; the tree's root: programs and threads begin there */
	struct who_rows callees; /* by function */
};

/* Frames that the tree leaves out are seen through, unless nothing else is meant.  Results live as long as
 * the profile. */
struct who profile_who(struct profile *profile, const struct measure_place *place, enum figure figure);

#endif
