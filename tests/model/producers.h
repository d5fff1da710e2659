/*
 * producers.h - the recorded threads of a run, and how their events say which they are.
 */
#ifndef MPROF_TESTS_MODEL_PRODUCERS_H
#define MPROF_TESTS_MODEL_PRODUCERS_H

#include "world.h"

/* Some need prefixes: too large, and at an odd address. */
static inline bool event_is_odd(uint32_t ordinal)
{
	return ordinal % 4 == 3;
}

/* An event's address says whose it is, and its ordinal there, from 1. */
#define EVENT_PRODUCER_SHIFT 20
#define EVENT_STREAM_SHIFT 16

static inline uint64_t event_address(unsigned producer, enum stream stream, uint32_t ordinal)
{
	uint64_t key = (uint64_t)(producer + 1) << EVENT_PRODUCER_SHIFT |
		       (uint64_t)stream << EVENT_STREAM_SHIFT | ordinal;

	return key << RECORD_ADDRESS_SHIFT | event_is_odd(ordinal);
}

static inline unsigned event_producer(uint64_t address)
{
	return (unsigned)(address >> (RECORD_ADDRESS_SHIFT + EVENT_PRODUCER_SHIFT)) - 1;
}

static inline uint32_t event_ordinal(uint64_t address)
{
	return address >> RECORD_ADDRESS_SHIFT & ((1u << EVENT_STREAM_SHIFT) - 1);
}

/* Its size says what it depends on: 4 bits for each thread's main events, and for its own side ones. */
#define EVENT_NEEDS_BITS 4
#define EVENT_NEEDS_SIDE PRODUCERS_MAX

/* How many events of that producer, or of its own side stream, came before. */
static inline uint32_t event_needs(uint64_t size_bytes, unsigned which)
{
	return (uint32_t)(size_bytes >> which * EVENT_NEEDS_BITS) & ((1u << EVENT_NEEDS_BITS) - 1);
}

/* With world_reset. */
void producers_reset(void);

/* A recorded thread, from its first event to its end; and its signal handler. */
void producers_run(unsigned task);
void producers_handle_signal(unsigned task);

#endif
