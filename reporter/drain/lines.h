/* lines.h - what traced lines did, from the plan's counters to the trace. */
#ifndef MPROF_REPORTER_DRAIN_LINES_H
#define MPROF_REPORTER_DRAIN_LINES_H

struct drain;

/* Adds BLOCK_LINES to what stands at the trace's end, if any lines were traced. */
void lines_put(struct drain *drain);

#endif
