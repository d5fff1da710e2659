/*
 * checked.h - included before anything else into the recorder and the interposed functions of
 * libmprof-check.so: puts the judge in the place of the function that it judges.
 */
#ifndef MPROF_TESTS_CHECKED_H
#define MPROF_TESTS_CHECKED_H

#include "preload/unwind/context.h"

/* unwind_context; with MPROF_CHECK=N in the environment its answer is compared with a plain walk's, and
 * every Nth with libunwind's as well. */
uint32_t checked_context(struct unwind_state *state, struct contexts *contexts,
			 const struct unwind_start *start);

#define unwind_context checked_context

/* The memo is asked there, too. */
#define unwind_context_known(state, start) ((void)(start), 0u)

#endif
