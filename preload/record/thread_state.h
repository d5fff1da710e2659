/*
 * thread_state.h - a thread's private state, and what its events rely on.
 */
#ifndef MPROF_PRELOAD_RECORD_THREAD_STATE_H
#define MPROF_PRELOAD_RECORD_THREAD_STATE_H

#include "unwind/start.h"

#include "trace/format.h"
#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct process;

struct thread {
	struct session_header *session; /* NULL: not attached, or zeroed by fork */
	struct arena *arena;
	struct process *process;
	struct unwind_state *unwind;
	struct session_chunk *chunk; /* never NULL once attached */
	uint64_t epoch;              /* in which nothing was in the way of ordinary events; 0: none */
	uint32_t used;               /* records in the chunk */
	uint32_t coarse_until;       /* how many may be before the clock is read again */
	uint32_t coarse_run;         /* and for how many more one reading does then */
	uint32_t flags, stamp_shift; /* of the session, at hand */
	uint64_t last_stamp;
	uint64_t line_records; /* of all that the queue has had: EXT_LINE, see lines.h */
	uint64_t coarse_least; /* the clock's stamp counts only from this on */
	const struct session_clock *clock;
	uint32_t slot_index;
	bool samples; /* not all blocks are recorded */
	struct session_thread *slot;
	uint64_t asked_record; /* see thread_has_left */
	uint32_t asked;
	struct unwind_state *spare_unwind;
	_Atomic uint32_t vacant_next; /* slot index + 1, while its slot is vacant */
	bool putting_aside;
};

extern __thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* Looks anew at what may keep this thread's events from being ordinary, and its stamps from being coarse, if
 * anything may have changed since it last did. */
void thread_review(struct thread *thread);

/* From now on no thread stamps with what the drainer shows: see coarse_stamp in ordinary.h. */
void thread_want_own_clocks(struct process *process);

/* Where the processor's counter does not serve. */
uint64_t thread_slow_stamp(const struct thread *thread);

/* After `timeless` changed, and at first. */
void thread_choose_clock(struct thread *thread);

/* From now on nothing is recorded, since something that every event needs cannot be had. */
void thread_go_blind(struct process *process, enum blind_reason reason);

/* Counts an event of this thread that is not recorded. */
void thread_lose(struct thread *thread);

#endif
