/*
 * intervals.h - a time line as it comes about, beside figures: at most so many intervals, whatever the run's
 * length.
 *
 * Peaks by epochs, which figures have for the whole run, begin anew with each interval: so a call path's part
 * in the interval's highest heap is known as its part in the run's peak was.  That follows from the intervals
 * in turn, and figures get it back by intervals_settle.  An event costs what it did; closing an interval
 * costs O(call paths that changed in it), by a bitmap in figures.  When there are too many intervals,
 * neighbours are joined in pairs, and the next ones are twice as long.
 */
#ifndef MPROF_REPORTER_FIGURES_INTERVALS_H
#define MPROF_REPORTER_FIGURES_INTERVALS_H

#include "figures/figures.h"
#include "figures/timeline.h"

#define INTERVALS_MOST 256u                       /* between boundaries that are not pinned */
#define INTERVALS_PINNED_MOST 1000u               /* boundaries; beyond, none is made for a mark */
#define INTERVALS_FIRST_NS UINT64_C(1000000)      /* length of the first */
#define INTERVALS_BYTES_LEAST (UINT64_C(1) << 19) /* that entries may take in any case, unpacked */

/* A call path as it was when the open interval began. */
struct interval_start {
	uint64_t live_bytes, live_blocks, allocations, allocated_bytes;
};

struct intervals { /* all zero, but for the length: the first is open, from the start of the run */
	struct timeline timeline; /* those that are closed, by the caller's numbers */
	uint64_t length_ns;       /* that the next ones are to have, about */
	uint64_t bytes_most; /* that entries may take, then intervals are joined; INTERVALS_BYTES_LEAST or
				more */
	size_t pinned;
	struct interval_start *starts; /* by the caller's number; this and the next three of the open one */
	size_t start_capacity;
	uint64_t begin_ns, begin_events, rss_pages;
	struct heap_change begin; /* the heap */
	struct model_totals
		highest; /* of which the peak counts: of those that are closed; 0 bytes: none are */
};

void intervals_finish(struct intervals *intervals);

/* Ends the open interval before the next event, which is at this time.  Where nothing happened in it, it goes
 * on.  `pinned`: for a mark.  0 or -ENOMEM: then there can be no time line any more, and figures have no
 * peak. */
int intervals_close(struct intervals *intervals, struct figures *figures, uint64_t time_ns, bool pinned);

/* Whether it is worth an interval of its own that nothing happened from one time to another: else curves
 * would rise all the way from what was before to what comes then. */
bool intervals_idle_is_long(const struct intervals *intervals, uint64_t from_ns, uint64_t to_ns);

/* Nothing happened between the last event and the next.  0 or -ENOMEM, as above. */
int intervals_idle(struct intervals *intervals, struct figures *figures, uint64_t from_ns, uint64_t to_ns);

/* It is `to_ns`, and there was no event since `from_ns`: ends the open interval if it is worth that, and
 * makes a long idle time one of its own.  0 or -ENOMEM, as above. */
int intervals_pass(struct intervals *intervals, struct figures *figures, uint64_t from_ns, uint64_t to_ns);

/* Ends the open interval, and gives figures the peak of the whole run.  0 or -ENOMEM, as above. */
int intervals_settle(struct intervals *intervals, struct figures *figures, uint64_t time_ns);

/* None is closed any more: gives back what only that takes. */
void intervals_end(struct intervals *intervals);

/* Goes on after intervals_settle. */
void intervals_go_on(struct intervals *intervals, struct figures *figures);

/* Goes on from a time line that was written once, by the caller's numbers; figures are restored.  0 or
 * -ENOMEM. The time line is the intervals' then. */
int intervals_restore(struct intervals *intervals, const struct figures *figures, struct timeline *timeline);

#endif
