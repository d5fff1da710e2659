/*
 * unwind.h - the call path of the calling thread, from the interposed function outwards.
 *
 * The walk itself; the recorder asks context.h, which seldom needs one.  Architecture
 * specifics stand in one file per architecture.  Nothing here allocates through the
 * interposed functions, takes a lock or calls the dynamic loader's locking functions;
 * all of it may run inside a signal handler.
 */
#ifndef MPROF_PRELOAD_UNWIND_H
#define MPROF_PRELOAD_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deepest stack that is kept whole; of deeper ones the innermost frames are. */
#define UNWIND_FRAMES_MAX 32768

/* Registers at the return into the interposed function's caller. */
struct unwind_start {
	uintptr_t pc; /* return address */
	uintptr_t sp; /* just after the return: the caller's stack pointer */
	uintptr_t fp; /* the caller's frame pointer register (rbp, x29), whatever it holds */
};

/* UNWIND_HERE(start): fills a struct unwind_start for the caller of the function it stands
 * in, which must be compiled with a frame pointer and be the interposed function itself. */
#if defined(__x86_64__)
#define UNWIND_HERE(start)                                                                                   \
	do {                                                                                                 \
		const uintptr_t *frame_ = (const uintptr_t *)__builtin_frame_address(0);                     \
		(start)->fp = frame_[0];                                                                     \
		(start)->pc = frame_[1];                                                                     \
		(start)->sp = (uintptr_t)(frame_ + 2);                                                       \
	} while (0)
#else
#error "no unwinder for this architecture yet: add a file beside x86_64.c"
#endif

struct unwind_frame {
	uintptr_t pc;
	uint32_t module; /* module index + 1 and NODE_EXACT_PC / NODE_TRUNCATED, as in struct session_node */
};

/* Per-thread rule cache and scratch space; bytes of private zeroed memory that the caller maps,
 * 64-aligned and zeroed again in a fork child. */
struct unwind_state;
size_t unwind_state_bytes(void);

/*
 * Walks from `start` outwards.  Returns the number of frames (at least 1), innermost
 * first, in *frames, which lie in `state` until the next call.  Where unwind information
 * ends, the walk stops cleanly; if that is not the thread's true outermost frame, the last
 * frame carries NODE_TRUNCATED.
 */
size_t unwind_walk(struct unwind_state *state, const struct unwind_start *start,
		   const struct unwind_frame **frames);

/* After a walk that a signal handler jumped out of: what may be half written is forgotten. */
void unwind_forget(struct unwind_state *state);

/* Around a dlclose: rules of code that may go away are forgotten by every thread. */
void unwind_code_changing(void);
void unwind_code_changed(void);

#endif
