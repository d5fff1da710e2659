/*
 * parameters.h - included ahead of the code under test: a ring so small that every schedule can be tried.
 */
#ifndef MPROF_TESTS_MODEL_PARAMETERS_H
#define MPROF_TESTS_MODEL_PARAMETERS_H

/* The least that gives an event room for its prefixes. */
#define SESSION_CHUNK_BYTES (64 + 4 * 16)
#define SESSION_SIDE_RECORDS 4

/* Walks and the processor's clock are no part of it: every stack is known, and world.c has a clock. */
#include "preload/unwind/context.h"
#define unwind_context_known(state, start) ((void)(state), (void)(start), 1u)

#include "trace/clock.h"
extern uint64_t model_ticks(void);
#define clock_ticks(flags) ((void)(flags), model_ticks())

#endif
