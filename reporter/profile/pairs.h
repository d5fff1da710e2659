/*
 * pairs.h - which lines freed what which lines had allocated.
 */
#ifndef MPROF_REPORTER_PROFILE_PAIRS_H
#define MPROF_REPORTER_PROFILE_PAIRS_H

#include "profile/profile.h"

struct freed_pair {
	const struct site *allocated, *freed; /* places alone: their amounts are 0 */
	uint64_t blocks, bytes;
	uint64_t bytes_error; /* 95 of 100 are within; 0: exact */
};

struct freed_pairs {
	const struct freed_pair *list; /* greatest by bytes first, then by blocks */
	size_t count;
	uint64_t blocks, bytes; /* of all */
};

/* Of the call paths that allocated and that a view is of; the profile's.  0, or -errno with a diagnostic
 * where recordings do not tell. */
int profile_pairs(struct profile *profile, struct freed_pairs *out, struct diagnostic *diagnostic);

#endif
