/*
 * world.h - what the parts of a run share: its configuration, the session, the clock, and what has happened.
 *
 * The session, and what threads tell each other beside it, is memory as memory.h has it.  The rest is
 * plain knowledge of the check, which no task of the run goes by.
 */
#ifndef MPROF_TESTS_MODEL_WORLD_H
#define MPROF_TESTS_MODEL_WORLD_H

#include "schedule.h"
#include "setups.h"

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_AGE 1u /* of it, that a shown stamp may have */

enum stream { MAIN, SIDE, STREAMS };

struct world {
	const struct setup *setup;
	uint64_t now;                          /* the clock's last reading by anybody */
	uint64_t shown;                        /* what the drainer last made of it for others to use */
	uint64_t last_reading[SCHEDULE_TASKS]; /* by each task, but in its handlers */
	bool handling[SCHEDULE_TASKS];         /* a signal */
	uint32_t made[PRODUCERS_MAX][STREAMS]; /* events so far */
	bool pausing;                          /* the pause has begun, or is about to */
};

extern struct world world;
extern struct session_header *const world_session;

/* Before the first access of a run: nothing has happened, and the session is empty. */
void world_reset(const struct setup *setup);

/* Whether threads depend on each other's events, and tell each other of them. */
bool world_threads_talk(void);

/* How many of its events a producer has told the others of. */
uint32_t world_told(unsigned producer);
void world_tell(unsigned producer, uint32_t events);

#endif
