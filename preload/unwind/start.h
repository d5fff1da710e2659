/*
 * start.h - where an event comes from: what a walk begins with.
 */
#ifndef MPROF_PRELOAD_UNWIND_START_H
#define MPROF_PRELOAD_UNWIND_START_H

#include "arch_frame.h"

#include <stdint.h>

/* Registers at the return into the interposed function's caller. */
struct unwind_start {
	uintptr_t pc; /* return address */
	uintptr_t sp; /* just after the return: the caller's stack pointer */
	uintptr_t fp; /* the caller's frame pointer register, whatever it holds */
};

/* The caller of the function whose frame this is, which must be compiled with a frame pointer and be the
 * interposed function itself. */
static inline __attribute__((always_inline)) struct unwind_start unwind_start_at(const void *frame)
{
	return (struct unwind_start){
		.pc = arch_frame_pc(frame), .sp = arch_frame_sp(frame), .fp = arch_frame_fp(frame)};
}

/* What is asked first of a start.  Its fp is seldom wanted, and read when it is: so the hot path has a
 * register more. */
struct unwind_view {
	uintptr_t pc, sp;
	const uintptr_t *fp;
};

static inline __attribute__((always_inline)) struct unwind_view unwind_view_at(const void *frame)
{
	uintptr_t sp = arch_frame_sp(frame);

	/* A register that is there in any case, and fp is found from it. */
	__asm__("" : "+r"(sp));
	return (struct unwind_view){
		.pc = arch_frame_pc(frame), .sp = sp, .fp = arch_frame_fp_place(arch_frame_of_sp(sp))};
}

static inline __attribute__((always_inline)) struct unwind_view
unwind_view_of(const struct unwind_start *start)
{
	return (struct unwind_view){.pc = start->pc, .sp = start->sp, .fp = &start->fp};
}

/* Fills a struct unwind_start for the caller of the function it stands in. */
#define UNWIND_HERE(start) (*(start) = unwind_start_at(__builtin_frame_address(0)))

#endif
