/*
 * growth.h - call paths whose memory rises and rises: what a leak looks like in a program that never ends.
 */
#ifndef MPROF_REPORTER_PROFILE_GROWTH_H
#define MPROF_REPORTER_PROFILE_GROWTH_H

#include "profile/groups.h"

#define GROWTH_SAMPLES 20 /* of the run, at equal times, the last at its end */

/* A group that over the quarters of the run's second half never held less after one than before, and more
 * after two of them at least. */
struct growth {
	const struct group *group;
	uint64_t bytes[GROWTH_SAMPLES]; /* that lived then, as of the boundary before */
	uint64_t risen_bytes;           /* over the second half */
};

struct growths {
	const struct growth *list; /* that which rose most first */
	size_t count;
	uint64_t *samples_ns; /* GROWTH_SAMPLES */
	uint64_t half_ns;     /* how long the second half took */
};

/* Of the run, or of the part that the profile is of.  Lives as long as that.  0, or -errno with a diagnostic.
 * O(entries of the time line). */
int profile_growths(struct profile *profile, enum grouping grouping, struct growths *out,
		    struct diagnostic *diagnostic);

#endif
