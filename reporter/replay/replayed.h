/*
 * replayed.h - a time line from the events of a trace that has none, or with boundaries of one's own.
 */
#ifndef MPROF_REPORTER_REPLAY_REPLAYED_H
#define MPROF_REPORTER_REPLAY_REPLAYED_H

#include "figures/timeline.h"
#include "reader/reader.h"

/* Behind so many events; REPLAY_BY_TIME: behind all before that time. */
struct replay_boundary {
	uint64_t time_ns, events;
};

#define REPLAY_BY_TIME UINT64_MAX

/* Blocks of these sizes, both included. */
struct replay_sizes {
	uint64_t least, most;
};

/* Rising; none: at regular times, and where marks and phases are, as a recording has them. */
struct replay_boundaries {
	const struct replay_boundary *list;
	size_t count;
};

/* By node; the caller's to finish.  Reads every event.  With `sizes` (NULL: all) call paths have no other
 * blocks, but highest points and sums are still the whole heap's.  0, or -errno with a diagnostic. */
int timeline_replay(struct trace *trace, const struct replay_boundaries *boundaries,
		    const struct replay_sizes *sizes, struct timeline *out, struct diagnostic *diagnostic);

#endif
