/*
 * suppress.h - which call paths' blocks suppressions keep from being counted, as the decision on all of them
 * goes along.
 */
#ifndef MPROF_REPORTER_PROFILE_SUPPRESS_H
#define MPROF_REPORTER_PROFILE_SUPPRESS_H

#include "profile/ownership.h"

struct limited;

struct suppressing {
	struct ownership *ownership;
	struct suppression_walk walk;
	struct limited *limited; /* paths with a suppression that has a limit */
	size_t limited_count, limited_capacity;
};

/* Makes ownership->suppressed and ->beyond_bytes. */
void suppress_begin(struct suppressing *suppressing, struct ownership *ownership);

/* Whether a suppression holds for the path's live blocks, which is counted then. */
bool suppress(struct suppressing *suppressing, uint32_t node, const struct model_node *own);

/* Takes back, in ownership->remains, what is beyond limits. */
void suppress_finish(struct suppressing *suppressing);

#endif
