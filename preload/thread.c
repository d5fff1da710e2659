/*
 * thread.c - attaching threads, and the producer's end of the chunk queue.
 *
 * Slow path of the recorder: system calls are allowed here, locks and the interposed
 * functions are not.
 */
#include "thread.h"

#include "arena.h"
#include "epoch.h"
#include "pages.h"
#include "process.h"
#include "session.h"
#include "signals.h"
#include "unwind/code_object.h"
#include "unwind/rules.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "trace/clock.h"

#ifndef CHUNKS_SOFT_CAP      /* tests/model varies it */
#define CHUNKS_SOFT_CAP 256u /* 16 MiB, and two chunks a thread on top */
#endif
#define STANDSTILL_NS 500000000u /* a drainer whose heart did not beat for so long is dead or stopped */
#define STARTUP_NS 5000000000u   /* one that has not beaten yet may still be loading */
#define WAIT_NS 10000000u
#define ASK_EVERY 16u
#define COARSE_RUN 128u /* events between two readings of the clock, at most */

__thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* How often this thread counts in `starving`: a jump out of a handler may leave it there. */
static __thread volatile uint32_t waiting __attribute__((tls_model("initial-exec")));

/* ---- waiting and waking --------------------------------------------------- */

void thread_ring_doorbell(struct session_header *session)
{
	/* Acq_rel exchange pairs with the drainer's store before it sleeps: either it sees
	 * the records committed before this, or we see that it sleeps. */
	if (atomic_load_explicit(&session->doorbell, memory_order_relaxed) != DOORBELL_AWAKE &&
	    atomic_exchange_explicit(&session->doorbell, DOORBELL_AWAKE, memory_order_acq_rel))
		syscall(SYS_futex, &session->doorbell, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* A chunk is full.  A call costs as much as thousands of events: not where the drainer comes anyway. */
static void tell_of_chunk(struct session_header *session)
{
	if (atomic_load_explicit(&session->doorbell, memory_order_relaxed) == DOORBELL_ASLEEP)
		thread_ring_doorbell(session);
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
	return clock_monotonic_ns() - *since_ns < (now ? STANDSTILL_NS : STARTUP_NS);
}

/* Lets the drainer catch up until `take` gets something.  Once its heart has stood still it is
 * not awaited again until it beats, so that a program never crawls for a dead drainer. */
static uint32_t await(struct process *process, struct session_header *session, uint32_t (*take)(void *from),
		      void *from)
{
	uint32_t heartbeat = atomic_load_explicit(&session->heartbeat, memory_order_relaxed);
	uint64_t since_ns = clock_monotonic_ns();
	bool alive = atomic_load_explicit(&process->stalled_heartbeat, memory_order_relaxed) !=
		     (uint64_t)heartbeat + 1;
	uint32_t taken = 0;

	atomic_fetch_add_explicit(&session->starving, 1, memory_order_relaxed);
	waiting++;
	/* The child of a handler's fork has no session, and nobody to wait for. */
	while (!taken && alive && process->session) {
		alive = wait_for_drainer(session, &heartbeat, &since_ns);
		taken = take(from);
	}
	waiting--;
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
static uint32_t fresh_chunk(struct process *process, struct session_header *session, uint32_t cap)
{
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

static uint32_t take_chunk(struct process *process, struct session_header *session)
{
	uint32_t taken = pop_chunk(session);

	if (!taken)
		taken = fresh_chunk(process, session, chunk_soft_cap(session));
	if (!taken)
		taken = await(process, session, pop_chunk, session);
	if (!taken)
		taken = fresh_chunk(process, session, session->chunks_max);
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
	struct session_header *session = thread->session;
	uint32_t taken = session ? take_chunk(thread->process, session) : 0;
	uint64_t signals;

	/* A handler that jumps away must not leave a queue without its end. */
	signals_block(&signals);
	/* Meanwhile one may have forked, and this be the child. */
	if (!thread->session)
		taken = 0;
	if (taken) {
		thread->chunk = open_chunk(thread, taken, closed->first_record + thread->used);
		thread->used = thread->coarse_until = 0;
		/* Release: pairs with the consumer's acquire of `next`; it sees the new chunk's
		 * header and the old one's last records. */
		atomic_store_explicit(&closed->next, taken, memory_order_release);
		tell_of_chunk(session);
	}
	signals_restore(&signals);
	errno = saved;
	return taken != 0;
}

/* ---- what events rely on ------------------------------------------------------ */

/* See coarse_stamp in ordinary.h. */
static void want_own_clocks(struct process *process)
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
	bool ordinary = !pauses && !thread->samples && rules_are_current(thread->unwind);
	thread->epoch = ordinary ? now : 0;
}

/* ---- the side ring ----------------------------------------------------------- */

static uint32_t side_room(void *from)
{
	struct session_thread *slot = from;
	uint64_t head = atomic_load_explicit(&slot->side_head, memory_order_relaxed);

	/* Acquire: pairs with the drainer's release of side_tail; the place is free again. */
	return head - atomic_load_explicit(&slot->side_tail, memory_order_acquire) < SESSION_SIDE_RECORDS;
}

static void put_aside(struct thread *thread, uint64_t w0, uint64_t address, uint64_t size_bytes)
{
	struct session_thread *slot = thread->slot;
	uint64_t head = atomic_load_explicit(&slot->side_head, memory_order_relaxed);
	size_t at = head % SESSION_SIDE_RECORDS;

	atomic_store_explicit(&slot->side[at].size_bytes, size_bytes, memory_order_relaxed);
	atomic_store_explicit(&slot->side[at].address, address, memory_order_relaxed);
	atomic_store_explicit(&slot->side[at].w1, clock_ticks(thread->flags) >> thread->stamp_shift,
			      memory_order_relaxed);
	/* Release: pairs with the drainer's acquire of w0; the fields above are there. */
	atomic_store_explicit(&slot->side[at].w0, w0, memory_order_release);
	atomic_store_explicit(&slot->side_head, head + 1, memory_order_release);
	if (head % (SESSION_SIDE_RECORDS / 4) == 0)
		thread_ring_doorbell(thread->session);
}

/* Handlers may interrupt each other, so they are kept out: one that filled the ring behind an
 * unfinished record of another would wait for ever. */
bool thread_put_aside(struct thread *thread, uint64_t w0, uint64_t address, uint64_t size_bytes)
{
	struct session_thread *slot = thread->slot;
	int saved = errno;
	uint64_t signals;

	signals_block(&signals);
	/* Events after this one must not have an older stamp. */
	want_own_clocks(thread->process);
	bool room = side_room(slot) || await(thread->process, thread->session, side_room, slot);
	if (room)
		put_aside(thread, w0, address, size_bytes);
	signals_restore(&signals);
	errno = saved;
	return room;
}

/* ---- after a jump -------------------------------------------------------------- */

static bool passes_through(const struct unwind_frame *frames, size_t count,
			   const struct dl_find_object *object)
{
	for (size_t i = 0; i < count; i++)
		if (frames[i].pc >= (uintptr_t)object->dlfo_map_start &&
		    frames[i].pc < (uintptr_t)object->dlfo_map_end)
			return true;
	return false;
}

/* Walks with a state of its own, since the thread's may be in use. */
static bool is_stack_without_shim(struct thread *thread, const struct unwind_start *here)
{
	const struct unwind_frame *frames;
	struct dl_find_object shim;

	if (!thread->spare_unwind)
		thread->spare_unwind = pages_map(unwind_state_bytes());
	if (!thread->spare_unwind || !code_object_find((uintptr_t)thread_has_left, &shim))
		return false;
	size_t count = unwind_walk(thread->spare_unwind, here, &frames);
	return !(frames[count - 1].module & NODE_TRUNCATED) && !passes_through(frames, count, &shim);
}

/* A walk of its own for each event would be too much for a handler that has many: the first is
 * asked since the thread's last event that came through, then some. */
static bool is_time_to_ask(struct thread *thread)
{
	uint64_t record = thread->chunk->first_record + thread->used;
	if (thread->asked_record != record) {
		thread->asked_record = record;
		thread->asked = 0;
	}
	return thread->asked++ % ASK_EVERY == 0;
}

bool thread_has_left(struct thread *thread, const struct unwind_start *here)
{
	if (!is_time_to_ask(thread))
		return false;
	int saved = errno;
	uint64_t signals;

	signals_block(&signals);
	bool left = is_stack_without_shim(thread, here);
	signals_restore(&signals);
	errno = saved;
	return left;
}

void thread_recover(struct thread *thread)
{
	/* Relaxed: this thread's own store. */
	thread->used = atomic_load_explicit(&thread->chunk->committed, memory_order_relaxed);
	atomic_fetch_sub_explicit(&thread->session->starving, waiting, memory_order_relaxed);
	waiting = 0;
	unwind_forget(thread->unwind);
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
	uint32_t chunk = thread ? take_chunk(process, session) : 0;

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
		want_own_clocks(process);
	thread->used = 0;
	thread->chunk = open_chunk(thread, chunk, 0);
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
