/*
 * judge.h - what has to come out of a run.
 *
 * No event is lost, doubled, reordered within its thread or read torn; whoever must wait goes on; after
 * a kill of the drainer and a takeover there is what there would have been without.  And where there is
 * one clock for all: no event comes before what it depends on, nor has a stamp of the future or of long
 * ago; pausing is seen by what depends on it.
 */
#ifndef MPROF_TESTS_MODEL_JUDGE_H
#define MPROF_TESTS_MODEL_JUDGE_H

#include "world.h"

struct queue;
struct queue_event;

/* What a drainer has taken: the last event of each stream, and how many in all. */
struct figures {
	uint32_t last[PRODUCERS_MAX][STREAMS], count;
};

/* Each of these ends the program with schedule_fail if something is wrong. */

/* An event of a thread that had read the clock before it. */
void judge_stamp(uint64_t stamp, uint64_t reading_before);

/* An event that the drainer is about to take. */
void judge_event(struct figures *figures, const struct queue *queue, const struct queue_event *event);

/* The run is over, with so many events in the trace. */
void judge_end(uint32_t committed);

#endif
