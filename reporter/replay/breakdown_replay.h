/*
 * breakdown_replay.h - blocks by size and by where they were freed, from the events of a trace whose drainer
 * did not see all of them.
 *
 * Events do not tell which thread allocated what is freed, nor how long it lived.
 */
#ifndef MPROF_REPORTER_REPLAY_BREAKDOWN_REPLAY_H
#define MPROF_REPORTER_REPLAY_BREAKDOWN_REPLAY_H

#include "figures/breakdown_tables.h"
#include "reader/reader.h"

/* The tables are the caller's to finish, in any case.  Reads every event.  With `sizes` (NULL: all) kinds are
 * of such blocks only; their part in the peak is that in the highest of the whole heap.  0, or -errno with a
 * diagnostic. */
struct replay_sizes; /* replayed.h */
int breakdown_replay(struct trace *trace, const struct replay_sizes *sizes, struct breakdown_tables *tables,
		     struct diagnostic *diagnostic);

#endif
