/* lines.h - what traced lines did, from the plan's counters to the trace; and what memory was there after
 * each. */
#ifndef MPROF_REPORTER_DRAIN_LINES_H
#define MPROF_REPORTER_DRAIN_LINES_H

#include "trace/plan.h"

#include <stdbool.h>
#include <stdint.h>

struct batch;
struct mapping;
struct timebase;
struct watch;

/* The plans there are, by number: all zero before anybody asks. */
struct lines {
	struct lines_plan {
		struct plan_header *header;
		uint64_t bytes;
	} plans[PLANS_MAX];
	uint32_t count;
	uint64_t rss_bytes, rss_time_ns; /* as of then */
};

/* A visit of this row has ended, and so much lives. */
struct lines_end {
	uint64_t row, time_ns;
	int64_t live_bytes;
};

void lines_note_end(struct lines *lines, const struct mapping *mapping, struct watch *watch,
		    const struct lines_end *end);

/* Adds BLOCK_LINES to what stands at the trace's end, if any lines were traced. */
void lines_put(struct lines *lines, const struct mapping *mapping, const struct timebase *timebase,
	       struct batch *batch);

void lines_finish(struct lines *lines);

#endif
