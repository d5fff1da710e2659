/*
 * thread_state.c - what the events of threads rely on, and that it is over.
 *
 * Takes no lock and calls none of the interposed functions.
 */
#include "thread_state.h"

#include "base/epoch.h"
#include "base/moment.h"
#include "memory/process.h"
#include "session_end.h"
#include "unwind/rules.h"

#define COARSE_RUN 128u /* events between two readings of the clock, at most */

__thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* ---- what events rely on ------------------------------------------------------ */

void thread_want_own_clocks(struct process *process)
{
	atomic_store_explicit(&process->own_clocks, 1, memory_order_relaxed);
	/* Even if it was set: who set it may not have come to this yet. */
	epoch_advance(EPOCH_RECORDING);
}

void thread_review(struct thread *thread)
{
	uint64_t now = epoch_now();
	const struct process *process = thread->process;

	if (thread->epoch == now)
		return;
	/* Relaxed, both: what was stored before `now` began is seen. */
	if (atomic_load_explicit(&process->own_clocks, memory_order_relaxed))
		thread->coarse_run = thread->coarse_until = 0;
	bool pauses = atomic_load_explicit(&process->paused, memory_order_relaxed) != 0 ||
		      atomic_load_explicit(&process->blind, memory_order_relaxed) != 0;
	bool hidden = (thread->flags & SESSION_FOREIGN_MALLOC) != 0;
	bool ordinary = !pauses && !thread->samples && !hidden && rules_are_current(thread->unwind);
	thread->epoch = ordinary ? now : 0;
}

/* ---- the end of a recording ------------------------------------------------------ */

void thread_lose(struct thread *thread)
{
	/* Relaxed: a count.  In one step, for the sake of the thread's own signal handlers. */
	atomic_fetch_add_explicit(&thread->slot->lost_events, 1, memory_order_relaxed);
}

uint64_t thread_slow_stamp(const struct thread *thread)
{
	uint64_t stamp = moment_ticks(thread->session) >> thread->stamp_shift;

	/* What the drainer saw may be older than what the thread did. */
	return timeless && stamp < thread->last_stamp ? thread->last_stamp : stamp;
}

void thread_choose_clock(struct thread *thread)
{
	timeless = timeless || moment_new_threads_are_timeless();
	thread->flags = thread->session->flags & ~(timeless ? (uint32_t)SESSION_TSC : 0);
	thread->coarse_run = timeless ? 0 : COARSE_RUN;
	thread->coarse_until = 0;
	thread->epoch = 0; /* reviewed at the next event */
}

void thread_go_blind(struct process *process, enum blind_reason reason)
{
	struct session_header *session = process->session;
	uint32_t seen = BLIND_NOT;

	/* Relaxed, all: the drainer looks at them when all is over. */
	if (!session || !atomic_compare_exchange_strong_explicit(&session->blind_reason, &seen, reason,
								 memory_order_relaxed, memory_order_relaxed))
		return;
	atomic_store_explicit(&session->blind_ticks, moment_ticks(session), memory_order_relaxed);
	atomic_store_explicit(&process->blind, 1, memory_order_relaxed);
	epoch_advance(EPOCH_RECORDING);
	session_is_blind(reason);
}
