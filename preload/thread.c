/*
 * thread.c - attaching threads, and what their events rely on.
 *
 * Slow path of the recorder: system calls are allowed here, locks and the interposed
 * functions are not.
 */
#include "thread_private.h"

#include "arena.h"
#include "epoch.h"
#include "pages.h"
#include "process.h"
#include "session.h"
#include "signals.h"
#include "unwind/rules.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trace/clock.h"

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
	bool pauses = atomic_load_explicit(&process->paused, memory_order_relaxed) != 0;
	bool hidden = (thread->flags & SESSION_FOREIGN_MALLOC) != 0;
	bool ordinary = !pauses && !thread->samples && !hidden && rules_are_current(thread->unwind);
	thread->epoch = ordinary ? now : 0;
}

/* ---- attaching -------------------------------------------------------------- */

static _Atomic uint32_t *slot_link(struct session_header *session, uint32_t index)
{
	return &session_thread(session, index)->free_next;
}

static uint32_t claim_slot(struct process *process)
{
	struct session_header *session = process->session;
	uint32_t taken = thread_pop(session, &session->free_threads, slot_link);

	if (taken)
		return taken;
	uint32_t used = atomic_load_explicit(&session->threads_used, memory_order_relaxed);
	/* As for chunks; and the drainer reads all slots that are in use. */
	do {
		uint64_t end = session->threads_offset + (uint64_t)(used + 1) * sizeof(struct session_thread);
		if (used >= session->threads_max || used >= PROCESS_THREADS_MAX ||
		    !arena_reserve(session, &process->threads_reserved, end))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&session->threads_used, &used, used + 1,
							memory_order_relaxed, memory_order_relaxed));
	return used + 1;
}

#define PRIVATE_HEAD_BYTES ((sizeof(struct thread) + 63) & ~(size_t)63)

void thread_keep_on_fork(struct thread *thread, bool keep)
{
	pages_keep_on_fork(thread, PRIVATE_HEAD_BYTES + unwind_state_bytes(), keep);
}

/* What this thread had before a fork, as empty as every fork leaves it but one that kept it. */
static struct thread *state_before_fork(void)
{
	if (thread_self->chunk)
		pages_clear(thread_self, PRIVATE_HEAD_BYTES + unwind_state_bytes());
	return thread_self;
}

/* The private state that goes with a slot: of its last owner, or of this thread before a
 * fork, or new. */
static struct thread *private_state(struct process *process, uint32_t slot_index)
{
	/* Acquire pairs with the release below: the last owner's state is seen whole. */
	struct thread *thread = atomic_load_explicit(&process->threads[slot_index], memory_order_acquire);

	if (!thread)
		thread = thread_self ? state_before_fork()
				     : pages_map(PRIVATE_HEAD_BYTES + unwind_state_bytes());
	if (!thread)
		return NULL;
	thread->unwind = (struct unwind_state *)((char *)thread + PRIVATE_HEAD_BYTES);
	atomic_store_explicit(&process->threads[slot_index], thread, memory_order_release);
	return thread;
}

static void publish_slot(struct thread *thread)
{
	struct session_thread *slot = thread->slot;
	uint32_t chunk_index = (uint32_t)(thread->chunk - session_chunk(thread->session, 0));

	slot->tid = (uint32_t)syscall(SYS_gettid);
	slot->started_ticks = clock_ticks(thread->flags);
	atomic_store_explicit(&slot->first_chunk, chunk_index + 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&slot->incarnation, 1, memory_order_relaxed);
	/* Release: pairs with the drainer's acquire of the state; it sees the fields above. */
	atomic_store_explicit(&slot->state, THREAD_OWNED, memory_order_release);
}

static struct thread *claim(struct process *process)
{
	struct session_header *session = process->session;
	uint32_t slot = claim_slot(process);
	struct thread *thread = slot ? private_state(process, slot - 1) : NULL;
	uint32_t chunk = thread ? thread_take_chunk(process, session) : 0;

	if (!chunk) {
		atomic_fetch_add_explicit(&session->lost_events, 1, memory_order_relaxed);
		return NULL;
	}
	thread->session = session;
	thread->process = process;
	thread->slot = session_thread(session, slot - 1);
	thread->slot_index = slot - 1;
	thread->flags = session->flags;
	thread->stamp_shift = session->stamp_shift;
	thread->last_stamp = 0;
	thread->clock = &session->clock;
	thread->coarse_until = 0;
	thread->coarse_run = COARSE_RUN;
	thread->samples = session->sample_bytes != 0;
	thread->epoch = 0;
	if (slot > 1)
		thread_want_own_clocks(process);
	thread->used = 0;
	thread->chunk = thread_open_chunk(thread, chunk, 0);
	publish_slot(thread);
	return thread;
}

struct thread *thread_attach(void)
{
	int saved = errno, cancellation;
	uint64_t signals;
	struct process *process = process_get();
	struct thread *thread = NULL;

	errno = saved;
	if (!process || atomic_load_explicit(&process->state, memory_order_relaxed) == PROCESS_OFF)
		return NULL;
	signals_block(&signals);
	/* Opening and writing files are points where a thread may be cancelled; malloc is none. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancellation);
	if (session_ensure(process)) {
		thread = claim(process);
		if (thread)
			thread_self = thread;
	}
	pthread_setcancelstate(cancellation, NULL);
	signals_restore(&signals);
	errno = saved;
	return thread;
}
