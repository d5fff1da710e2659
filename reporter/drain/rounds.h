/*
 * rounds.h - rounds: records that repeat, one after the other, those just before them.
 *
 * A program's loop often allocates and frees the same in each of its rounds, and gets the same blocks for it.
 * Where records repeat exactly, but for their stamps, all that lived before the round lives after it: its
 * blocks begin where nothing lives, so each has been ended since the round before began it.  So each further
 * round does to all figures what the last one did, the heap goes the same way up and down, no peak is higher,
 * and its events are the same bytes again.  express.c takes two of them one by one, the second as a lesson,
 * and then as many as follow at once.
 */
#ifndef MPROF_REPORTER_DRAIN_ROUNDS_H
#define MPROF_REPORTER_DRAIN_ROUNDS_H

#include "trace/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long the round is that begins with the first of these records, and has another behind it; 0: there is
 * none. Where the first record does not come again that takes a comparison for each of ROUND_MOST (round.h).
 */
uint32_t round_length(const struct session_record *records, size_t count);

/* Records that are worth it, in rounds that are not taken one by one, as the first two are. */
#define ROUNDS_WORTH 32u

struct run; /* express_run.h */

/* Takes all rounds of this length that lie ahead: the run's next record begins the first.  False: there are
 * too few, or records that are not common; some may have been taken all the same, 2 * length at most. */
bool rounds_take(struct run *run, uint32_t length);

#endif
