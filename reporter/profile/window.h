/*
 * window.h - figures of a part of the run: what lived at a moment, or what happened from one moment to
 * another.
 *
 * They follow from the time line, whose boundaries are exact; a moment between two is taken for the nearest,
 * unless the events are to be read for it.  What the time line does not tell (frees, temporary blocks, lines'
 * Mem usage) there is none of.
 */
#ifndef MPROF_REPORTER_PROFILE_WINDOW_H
#define MPROF_REPORTER_PROFILE_WINDOW_H

#include "profile/profile.h"

/* NULL: the figures are those of the whole run. */
const struct window *profile_window(const struct profile *profile);

struct timeline; /* figures/timeline.h */

/* The time line of the run, of the blocks that figures are of: as recorded, else from all events.  0, or
 * -errno with a diagnostic: -ENOTSUP where there is neither: sums were recorded by an older drainer. */
int profile_timeline(struct profile *profile, const struct timeline **timeline,
		     struct diagnostic *diagnostic);

#endif
