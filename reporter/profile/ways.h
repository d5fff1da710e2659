/*
 * ways.h - the call paths by which a place comes to its part in a figure, for reports and gates: from the
 * place outwards as far as the program's own code reaches, those that differ no further within as one.
 */
#ifndef MPROF_REPORTER_PROFILE_WAYS_H
#define MPROF_REPORTER_PROFILE_WAYS_H

#include "profile/profile.h"

#define WAY_FRAMES_MAX 64
#define WAY_DEPTH_MAX 512
#define WAYS_SHARE 0.9 /* paths that make up so much are told, the others counted */

struct way {
	struct source_frame *first; /* the place's own frame, and those further out; the way's */
	size_t count;
	bool cut;       /* there are more, see ways_shorten */
	uint64_t value; /* what of the figure came by it: the caller's to fill in */
};

/* The way of a call path from the frame of this function at this spot (source_frame_spot) outwards. */
struct way way_of(struct profile *profile, uint32_t node, const struct source_function *function,
		  uint64_t spot);
void way_finish(struct way *way);

/* The same of so many frames at most, up to WAY_DEPTH_MAX. */
struct way way_of_depth(struct profile *profile, uint32_t node, const struct source_function *function,
			uint64_t spot, size_t depth);

/* Makes one of those that are alike, and finishes the others; greatest value first.  How many are left. */
size_t ways_merge(struct way *ways, size_t count);

/* Cuts ways that are merged to the callers next to the place, and merges them again, until `most` of them
 * make up WAYS_SHARE of `whole`: where a place has hundreds of paths, who calls it says more than two of
 * them.  How many are left. */
size_t ways_shorten(struct way *ways, size_t count, uint64_t whole, size_t most);

/* How many of so many merged ways are to be told: those that make up WAYS_SHARE of `whole`, `most` at most.
 */
size_t ways_told(const struct way *ways, size_t count, uint64_t whole, size_t most);

#endif
