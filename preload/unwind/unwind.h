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
#define UNWIND_FRAMES_MAX 131072

/* Registers at the return into the interposed function's caller. */
struct unwind_start {
	uintptr_t pc; /* return address */
	uintptr_t sp; /* just after the return: the caller's stack pointer */
	uintptr_t fp; /* the caller's frame pointer register (rbp, x29), whatever it holds */
};

/* The caller of the function whose frame this is, which must be compiled with a frame pointer and be the
 * interposed function itself. */
#if defined(__x86_64__)
static inline __attribute__((always_inline)) struct unwind_start unwind_start_at(const void *frame)
{
	const uintptr_t *words = frame;
	return (struct unwind_start){.pc = words[1], .sp = (uintptr_t)(words + 2), .fp = words[0]};
}
#else
#error "no unwinder for this architecture yet: add a file beside x86_64.c"
#endif

/* Fills a struct unwind_start for the caller of the function it stands in. */
#define UNWIND_HERE(start) (*(start) = unwind_start_at(__builtin_frame_address(0)))

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

/* Whether a fork child finds what the state has outside its own memory, or zeroes. */
void unwind_keep_on_fork(struct unwind_state *state, bool keep);

/* Around a dlclose: rules of code that may go away are forgotten by every thread. */
void unwind_code_changing(void);
void unwind_code_changed(void);

#endif
