/*
 * oracle.h - what the recorder's answer about a stack is held against: our plain walk and libunwind.
 *
 * libunwind's unw_step is an independent implementation, fit to be the judge in tests and unfit
 * to be used in the shim (see preload/unwind/unwind.c).
 */
#ifndef MPROF_TESTS_ORACLE_H
#define MPROF_TESTS_ORACLE_H

#include "preload/memory/arena.h"
#include "preload/memory/contexts.h"
#include "preload/unwind/start.h"

struct unwind_state;

/* Whether `node` is the call path of these frames, modules and flags included. */
bool oracle_is_path(const struct arena *arena, uint32_t node, const struct path_frame *frames, size_t count);

/* Where the last answer came from. */
enum oracle_source { ORACLE_MEMO, ORACLE_TRAIL, ORACLE_WALK, ORACLE_SOURCES };

/* Asks unwind_context, and says how it came to its answer. */
uint32_t oracle_context(struct unwind_state *state, struct contexts *contexts,
			const struct unwind_start *start, enum oracle_source *source);

/* The pcs from `start` outwards by libunwind; the caller's own frames, which must lie inside of
 * the start, are left out.  0 if libunwind does not get there. */
size_t oracle_libunwind(const struct unwind_start *start, uintptr_t *pcs, size_t max);

#endif
