/*
 * start_up.h - what runtimes that are linked in ask for before the program's own code begins, where no name
 * of a function tells: in builds that are stripped, or optimized as a whole.
 */
#ifndef MPROF_REPORTER_PROFILE_START_UP_H
#define MPROF_REPORTER_PROFILE_START_UP_H

#include "profile/ownership.h"

/* Whether a runtime asked for the live blocks of a call path, for itself. */
bool start_up_asked(struct ownership *ownership, uint32_t node, const struct model_node *own);

#endif
