/*
 * frames.h - what .eh_frame says of code: where functions begin, and where exceptions land in them.
 *
 * Only by the sorted table of .eh_frame_hdr that every linker writes; without it nothing is known.
 */
#ifndef MPROF_REPORTER_PLANNER_FRAMES_H
#define MPROF_REPORTER_PLANNER_FRAMES_H

#include "code.h"

/* The first address from `address` on that a function begins at; false: nothing is known. */
bool frames_next(const struct code *code, uint64_t address, uint64_t *next);

/* Where an exception lands that a call in from..to lets out. */
struct frames_landing {
	uint64_t from, to, at;
};

/* Tells of each landing pad of code in from..to; of some more of the same functions, too. */
typedef void frames_landing_fn(void *context, const struct frames_landing *landing);
void frames_landings(const struct code *code, uint64_t from, uint64_t to, frames_landing_fn *found,
		     void *context);

#endif
