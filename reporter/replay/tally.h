/*
 * tally.h - events counted by operation instead of by call path: what makes a replay quick.
 *
 * Millions of events are a few thousand operations, again and again.  All that figures want of most of them
 * follows from how often each operation came, how often by the peak, and how often one came after the other,
 * so no more is counted while events stream; tally_fold turns it into figures.  What does not follow from
 * that is counted at once, by figures themselves.
 */
#ifndef MPROF_REPORTER_REPLAY_TALLY_H
#define MPROF_REPORTER_REPLAY_TALLY_H

#include "figures/figures.h"
#include "trace/events_run.h"

struct tally_operation;
struct tally_left;

struct tally { /* all zero: nothing yet */
	struct tally_operation *operations;
	uint32_t count, capacity;
	struct tally_left *left; /* room for tally_check */
	uint64_t checked_at;     /* event */
	struct moves moves;      /* as figures' ones, but between operations */
};

void tally_finish(struct tally *tally);

/* Makes ready for this run's operations.  0 or -ENOMEM. */
int tally_prepare(struct tally *tally, const struct events_run *run);

/* Steps through the run for as long as it can; stops before an event that figures have to count themselves,
 * with figures up to date for that.  figures_reserve was asked for the run's thread.  0, -ENOMEM, or -EBADMSG
 * if more is freed than lives. */
int tally_run(struct tally *tally, struct figures *figures, struct events_run *run);

/* Now and then: whether no more blocks of any operation have ended than began, as of the run's end.  It looks
 * at each operation, so only once many more events have come; what is wrong for a while in between and right
 * again goes unseen.  0 or -EBADMSG. */
int tally_check(struct tally *tally, const struct events_run *run);

/* Gives figures all that was counted, and begins anew; nodes get the numbers that they lack.  0, -ENOMEM, or
 * -EBADMSG if a call path has freed more than it had. */
int tally_fold(struct tally *tally, struct figures *figures, struct numbering *begins);

#endif
