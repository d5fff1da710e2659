/*
 * original.h - where the program would be if nothing were traced, when it is in the tracer's code.
 *
 * For whoever walks a stack that was interrupted there.  No lock, no allocation, no system call; safe in
 * signal handlers.
 */
#ifndef MPROF_PRELOAD_UNWIND_ORIGINAL_H
#define MPROF_PRELOAD_UNWIND_ORIGINAL_H

#include "trace/plan.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACER_AREAS_MAX 64u

/* The trampolines of a module: one behind the other, in the order of its sites. */
struct tracer_area {
	uintptr_t from, to; /* where they lie; from the first one's */
	uintptr_t bias;     /* of the module */
	const struct plan_site *sites;
	const struct plan_instruction *instructions; /* the whole table */
	const uint32_t *starts; /* of each site's, from `from`; nothing of one that has none */
	uint32_t count;
	_Atomic bool gone; /* with its module */
};

/* How many areas there are: 0 where nothing is traced. */
extern _Atomic uint32_t tracer_areas __attribute__((visibility("hidden")));

/* Adds one, whose number is given; -1 if there is no room.  Before anything leads into it, by one thread at a
 * time. */
int tracer_add_area(const struct tracer_area *area);

/* Its module is unloaded, or nothing leads there after all. */
void tracer_end_area(int number);

/* The module of one that has ended is loaded again: the same trampolines lie elsewhere. */
void tracer_move_area(int number, uintptr_t from, uintptr_t to, uintptr_t bias);

/* The code that trampolines call is the tracer's own. */
void tracer_set_own_code(uintptr_t from, uintptr_t to);

bool tracer_original_slow(uintptr_t pc, uintptr_t *original_pc, uintptr_t *sp_delta);
bool tracer_is_own_code_slow(uintptr_t pc);

/* Relaxed, both: who is in such code got there after it was made known, in program order. */

/* True if `pc`, an interrupted or a return address, lies in a trampoline or is a springboard's.  The program
 * then is about to execute *original_pc, and its stack pointer is *sp_delta above what it is. */
static inline bool tracer_original(uintptr_t pc, uintptr_t *original_pc, uintptr_t *sp_delta)
{
	return __builtin_expect(atomic_load_explicit(&tracer_areas, memory_order_relaxed) != 0, 0) &&
	       tracer_original_slow(pc, original_pc, sp_delta);
}

/* Whether `pc` lies in what trampolines call. */
static inline bool tracer_is_own_code(uintptr_t pc)
{
	return __builtin_expect(atomic_load_explicit(&tracer_areas, memory_order_relaxed) != 0, 0) &&
	       tracer_is_own_code_slow(pc);
}

#endif
