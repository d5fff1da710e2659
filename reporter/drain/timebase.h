/*
 * timebase.h - stamps of a session as nanoseconds since its start.
 *
 * The rate of the processor's counter is measured over the life of the session, so it gets
 * better as time goes on.
 */
#ifndef MPROF_REPORTER_DRAIN_TIMEBASE_H
#define MPROF_REPORTER_DRAIN_TIMEBASE_H

#include "trace/clock.h"
#include "trace/session.h"

struct timebase {
	uint64_t started_ticks, started_ns;
	uint64_t ns_per_tick; /* fixed point, 32 fractional bits */
	uint32_t flags, shift;
};

/* Measures the rate as of now. */
static inline void timebase_calibrate(struct timebase *timebase)
{
	uint64_t ticks = clock_ticks(timebase->flags) - timebase->started_ticks;
	uint64_t ns = clock_monotonic_ns() - timebase->started_ns;
	if (timebase->flags & SESSION_TSC && ticks > 0)
		timebase->ns_per_tick = (uint64_t)(((unsigned __int128)ns << 32) / ticks);
}

static inline void timebase_init(struct timebase *timebase, const struct session_header *session)
{
	*timebase = (struct timebase){session->started_ticks, session->started_monotonic_ns,
				      UINT64_C(1) << 32, session->flags, session->stamp_shift};
	timebase_calibrate(timebase);
}

static inline uint64_t timebase_ticks_ns(const struct timebase *timebase, uint64_t ticks)
{
	if (ticks <= timebase->started_ticks)
		return 0;
	return (uint64_t)((unsigned __int128)(ticks - timebase->started_ticks) * timebase->ns_per_tick >> 32);
}

static inline uint64_t timebase_stamp_ns(const struct timebase *timebase, uint64_t stamp)
{
	return timebase_ticks_ns(timebase, stamp << timebase->shift);
}

/* A span of nanoseconds in stamps, rounded up. */
static inline uint64_t timebase_stamps(const struct timebase *timebase, uint64_t ns)
{
	uint64_t ticks = (uint64_t)(((unsigned __int128)ns << 32) / (timebase->ns_per_tick | 1));
	return (ticks >> timebase->shift) + 1;
}

static inline uint64_t timebase_now_stamp(const struct timebase *timebase)
{
	return clock_ticks(timebase->flags) >> timebase->shift;
}

#endif
