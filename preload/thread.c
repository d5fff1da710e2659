/*
 * thread.c - attaching threads, and the producer's end of the chunk queue.
 *
 * Slow path of the recorder: system calls are allowed here, locks and the interposed
 * functions are not.
 */
#include "thread.h"

#include "arena.h"
#include "pages.h"
#include "process.h"
#include "session.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "trace/clock.h"

#define CHUNKS_SOFT_CAP 1024u    /* 64 MiB, and two chunks a thread on top */
#define STANDSTILL_NS 500000000u /* a drainer whose heart did not beat for so long is dead or stopped */
#define WAIT_NS 10000000u

__thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* ---- waiting and waking --------------------------------------------------- */

void thread_ring_doorbell(struct session_header *session)
{
	/* Acq_rel exchange pairs with the drainer's store of 1 before it sleeps: either it sees
	 * the records committed before this, or we see its 1. */
	if (atomic_load_explicit(&session->doorbell, memory_order_relaxed) &&
	    atomic_exchange_explicit(&session->doorbell, 0, memory_order_acq_rel))
		syscall(SYS_futex, &session->doorbell, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Waits until the heart beats or a moment has passed; false once it has stood still too long. */
static bool wait_for_drainer(struct session_header *session, uint32_t *heartbeat, uint64_t *since_ns)
{
	static const struct timespec moment = {.tv_nsec = WAIT_NS};

	thread_ring_doorbell(session);
	syscall(SYS_futex, &session->heartbeat, FUTEX_WAIT, *heartbeat, &moment, NULL, 0);
	uint32_t now = atomic_load_explicit(&session->heartbeat, memory_order_relaxed);
	if (now != *heartbeat) {
		*heartbeat = now;
		*since_ns = clock_monotonic_ns();
	}
	return clock_monotonic_ns() - *since_ns < STANDSTILL_NS;
}

/* Lets the drainer catch up until `take` gets something.  Once its heart has stood still it is
 * not awaited again until it beats, so that a program never crawls for a dead drainer. */
static uint32_t await(struct process *process, uint32_t (*take)(void *from), void *from)
{
	struct session_header *session = process->session;
	uint32_t heartbeat = atomic_load_explicit(&session->heartbeat, memory_order_relaxed);
	uint64_t since_ns = clock_monotonic_ns();
	bool alive = atomic_load_explicit(&process->stalled_heartbeat, memory_order_relaxed) !=
		     (uint64_t)heartbeat + 1;
	uint32_t taken = 0;

	atomic_fetch_add_explicit(&session->starving, 1, memory_order_relaxed);
	while (!taken && alive) {
		alive = wait_for_drainer(session, &heartbeat, &since_ns);
		taken = take(from);
	}
	atomic_fetch_sub_explicit(&session->starving, 1, memory_order_relaxed);
	if (!taken)
		atomic_store_explicit(&process->stalled_heartbeat, (uint64_t)heartbeat + 1,
				      memory_order_relaxed);
	return taken;
}

/* ---- stacks of free things ------------------------------------------------ */

/* Treiber stacks with a tag against ABA: tag << 32 | (index + 1).  Acquire on a successful pop
 * pairs with the pusher's release: what it wrote into the thing is seen. */
static uint32_t pop_chunk(void *from)
{
	struct session_header *session = from;
	uint64_t top = atomic_load_explicit(&session->free_chunks, memory_order_acquire);

	while ((uint32_t)top) {
		struct session_chunk *chunk = session_chunk(session, (uint32_t)top - 1);
		uint64_t next = ((top >> 32) + 1) << 32 |
				atomic_load_explicit(&chunk->free_next, memory_order_relaxed);
		if (atomic_compare_exchange_weak_explicit(&session->free_chunks, &top, next,
							  memory_order_acquire, memory_order_acquire))
			break;
	}
	return (uint32_t)top;
}

static uint32_t pop_thread(struct session_header *session)
{
	uint64_t top = atomic_load_explicit(&session->free_threads, memory_order_acquire);

	while ((uint32_t)top) {
		struct session_thread *slot = session_thread(session, (uint32_t)top - 1);
		uint64_t next = ((top >> 32) + 1) << 32 |
				atomic_load_explicit(&slot->free_next, memory_order_relaxed);
		if (atomic_compare_exchange_weak_explicit(&session->free_threads, &top, next,
							  memory_order_acquire, memory_order_acquire))
			break;
	}
	return (uint32_t)top;
}

/* ---- chunks ---------------------------------------------------------------- */

static uint32_t chunk_soft_cap(struct session_header *session)
{
	uint32_t cap =
		CHUNKS_SOFT_CAP + 2 * atomic_load_explicit(&session->threads_used, memory_order_relaxed);

	return cap < session->chunks_max ? cap : session->chunks_max;
}

/* A chunk never used before, as long as there are fewer than `cap`; index + 1 or 0. */
static uint32_t fresh_chunk(struct process *process, uint32_t cap)
{
	struct session_header *session = process->session;
	uint32_t used = atomic_load_explicit(&session->chunks_used, memory_order_relaxed);

	/* Memory first, index second: one that is handed out can be written. */
	do {
		uint64_t end = session->chunks_offset + (uint64_t)(used + 1) * SESSION_CHUNK_BYTES;
		if (used >= cap || !arena_reserve(session, &process->chunks_reserved, end))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&session->chunks_used, &used, used + 1,
							memory_order_relaxed, memory_order_relaxed));
	return used + 1;
}

static uint32_t take_chunk(struct process *process)
{
	uint32_t taken = pop_chunk(process->session);

	if (!taken)
		taken = fresh_chunk(process, chunk_soft_cap(process->session));
	if (!taken)
		taken = await(process, pop_chunk, process->session);
	if (!taken)
		taken = fresh_chunk(process, process->session->chunks_max);
	return taken;
}

static struct session_chunk *open_chunk(struct thread *thread, uint32_t taken, uint64_t first_record)
{
	struct session_chunk *chunk = session_chunk(thread->session, taken - 1);

	chunk->first_record = first_record;
	chunk->thread = thread->slot_index;
	atomic_store_explicit(&chunk->committed, 0, memory_order_relaxed);
	atomic_store_explicit(&chunk->next, 0, memory_order_relaxed);
	return chunk;
}

bool thread_next_chunk(struct thread *thread)
{
	struct session_chunk *closed = thread->chunk;
	int saved = errno;
	uint32_t taken = take_chunk(thread->process);

	if (taken) {
		thread->chunk = open_chunk(thread, taken, closed->first_record + thread->used);
		thread->used = 0;
		/* Release: pairs with the consumer's acquire of `next`; it sees the new chunk's
		 * header and the old one's last records. */
		atomic_store_explicit(&closed->next, taken, memory_order_release);
		thread_ring_doorbell(thread->session);
	}
	errno = saved;
	return taken != 0;
}

/* ---- the side ring ----------------------------------------------------------- */

static uint32_t side_room(void *from)
{
	struct session_thread *slot = from;
	uint64_t head = atomic_load_explicit(&slot->side_head, memory_order_relaxed);

	/* Acquire: pairs with the drainer's release of side_tail; the place is free again. */
	return head - atomic_load_explicit(&slot->side_tail, memory_order_acquire) < SESSION_SIDE_RECORDS;
}

bool thread_side_ticket(struct thread *thread, uint64_t *ticket)
{
	struct session_thread *slot = thread->slot;
	int saved = errno;
	bool reserved = false;

	while (!reserved && (side_room(slot) || await(thread->process, side_room, slot))) {
		*ticket = atomic_load_explicit(&slot->side_head, memory_order_relaxed);
		/* Only a handler of this same thread can have come between. */
		reserved = side_room(slot) && atomic_compare_exchange_strong_explicit(
						      &slot->side_head, ticket, *ticket + 1,
						      memory_order_relaxed, memory_order_relaxed);
	}
	if (*ticket % (SESSION_SIDE_RECORDS / 4) == 0)
		thread_ring_doorbell(thread->session);
	errno = saved;
	return reserved;
}

/* ---- attaching -------------------------------------------------------------- */

static uint32_t claim_slot(struct process *process)
{
	struct session_header *session = process->session;
	uint32_t taken = pop_thread(session);

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

/* The private state that goes with a slot: of its last owner, or of this thread before a
 * fork, or new. */
static struct thread *private_state(struct process *process, uint32_t slot_index)
{
	size_t head = (sizeof(struct thread) + 63) & ~(size_t)63;
	/* Acquire pairs with the release below: the last owner's state is seen whole. */
	struct thread *thread = atomic_load_explicit(&process->threads[slot_index], memory_order_acquire);

	if (!thread)
		thread = thread_self ? thread_self : pages_map(head + unwind_state_bytes());
	if (!thread)
		return NULL;
	thread->unwind = (struct unwind_state *)((char *)thread + head);
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
	uint32_t chunk = thread ? take_chunk(process) : 0;

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
	thread->used = 0;
	thread->chunk = open_chunk(thread, chunk, 0);
	publish_slot(thread);
	return thread;
}

struct thread *thread_attach(void)
{
	int saved = errno;
	sigset_t all, before;
	struct process *process = process_get();
	struct thread *thread = NULL;

	if (!process || atomic_load_explicit(&process->state, memory_order_relaxed) == PROCESS_OFF)
		return NULL;
	sigfillset(&all);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, _NSIG / 8);
	if (session_ensure(process)) {
		thread = claim(process);
		if (thread)
			thread_self = thread;
	}
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, _NSIG / 8);
	errno = saved;
	return thread;
}
