/*
 * drainer.h - the drainer's loop around the queues, retold: what drain/merge.c, commit.c and follow.c do
 * with a queue cannot be had from there, since they need a trace file.
 */
#ifndef MPROF_TESTS_MODEL_DRAINER_H
#define MPROF_TESTS_MODEL_DRAINER_H

#include <stdint.h>

/* The tasks that drain: behind the producers. */
#define DRAINER 3
#define SUCCESSOR 4

/* With world_reset: no drainer yet, and an empty trace. */
void drainer_reset(void);

/* A drainer's life, until all producers have ended and all is in the trace.  The successor first waits for
 * the death of the other, and takes over. */
void drainer_run(unsigned task);

/* How many events the trace has for certain. */
uint32_t drainer_committed(void);

#endif
