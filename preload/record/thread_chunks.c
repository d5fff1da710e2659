/*
 * thread_chunks.c - the producer's end of the chunk queue.
 *
 * Slow path of the recorder, once a chunk: waits for a drainer that is behind, but takes no lock and calls
 * none of the interposed functions.
 */
#include "thread_chunks.h"

#include "memory/arena.h"
#include "base/confined.h"
#include "memory/process.h"
#include "base/signals.h"
#include "thread_wait.h"

#include <errno.h>

/* Treiber stacks with a tag against ABA: tag << 32 | (index + 1).  Acquire on a successful pop
 * pairs with the pusher's release: what it wrote into the thing is seen. */
uint32_t thread_pop(struct process *process, _Atomic uint64_t *stack,
		    _Atomic uint32_t *(*link_of)(struct process *process, uint32_t index))
{
	uint64_t top = atomic_load_explicit(stack, memory_order_acquire);

	while ((uint32_t)top) {
		_Atomic uint32_t *link = link_of(process, (uint32_t)top - 1);
		uint64_t next = ((top >> 32) + 1) << 32 | atomic_load_explicit(link, memory_order_relaxed);
		if (atomic_compare_exchange_weak_explicit(stack, &top, next, memory_order_acquire,
							  memory_order_acquire))
			break;
	}
	return (uint32_t)top;
}

static _Atomic uint32_t *chunk_link(struct process *process, uint32_t index)
{
	return &arena_chunk(process->arena, index)->free_next;
}

static uint32_t pop_chunk(void *from)
{
	struct process *process = from;

	/* The child of a handler's fork has no session any more. */
	return process->arena ? thread_pop(process, &process->session->free_chunks, chunk_link) : 0;
}

/* Two chunks a thread on top. */
static uint32_t soft_cap(struct session_header *session)
{
	uint32_t cap =
		session->chunks_soft + 2 * atomic_load_explicit(&session->threads_used, memory_order_relaxed);

	return cap < session->chunks_max ? cap : session->chunks_max;
}

static uint32_t hard_cap(struct session_header *session)
{
	uint32_t soft = soft_cap(session);

	return session->chunks_hard > soft ? session->chunks_hard : soft;
}

/* A chunk never used before, as long as there are fewer than `cap`; index + 1 or 0. */
static uint32_t fresh_chunk(struct arena *arena, uint32_t cap)
{
	struct session_header *session = arena->header;
	uint32_t used = atomic_load_explicit(&session->chunks_used, memory_order_relaxed);

	/* Memory first, index second: one that is handed out can be written. */
	do {
		uint64_t end = (uint64_t)(used + 1) * SESSION_CHUNK_BYTES;
		if (used >= cap || !arena_reserve(arena, ARENA_CHUNKS, end))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&session->chunks_used, &used, used + 1,
							memory_order_relaxed, memory_order_relaxed));
	return used + 1;
}

/* One that came back, or place that was freed meanwhile. */
static uint32_t pop_or_fresh(void *from)
{
	struct process *process = from;
	uint32_t taken = pop_chunk(process);

	return taken || !process->arena ? taken : fresh_chunk(process->arena, hard_cap(process->session));
}

/* Reuse, growth up to the soft cap, the drainer, growth past it where that is dead or stopped, and once more
 * the drainer: whichever comes first. */
uint32_t thread_take_chunk(struct process *process, struct arena *arena)
{
	struct session_header *session = arena->header;
	uint32_t taken = pop_chunk(process);

	if (!taken)
		taken = fresh_chunk(arena, soft_cap(session));
	if (!taken)
		taken = thread_await(process, session, pop_chunk, process, false);
	if (!taken)
		taken = fresh_chunk(arena, hard_cap(session));
	if (!taken)
		taken = thread_await(process, session, pop_or_fresh, process, true);
	return taken;
}

struct session_chunk *thread_open_chunk(struct thread *thread, uint32_t taken, uint64_t first_record)
{
	struct session_chunk *chunk = arena_chunk(thread->arena, taken - 1);

	chunk->first_record = first_record;
	chunk->thread = thread->slot_index;
	atomic_store_explicit(&chunk->committed, 0, memory_order_relaxed);
	atomic_store_explicit(&chunk->next, 0, memory_order_relaxed);
	return chunk;
}

/* A chunk is full.  A call costs as much as thousands of events: not where the drainer comes anyway. */
static void tell_of_chunk(struct session_header *session)
{
	if (atomic_load_explicit(&session->doorbell, memory_order_relaxed) == DOORBELL_ASLEEP)
		thread_ring_doorbell(session);
}

static enum blind_reason reason_of_refusal(struct arena *arena)
{
	if (confined())
		return BLIND_CONFINED;
	/* Relaxed: a hint for the user. */
	return atomic_load_explicit(&arena->refusals, memory_order_relaxed) ? BLIND_NO_ROOM : BLIND_NO_DRAIN;
}

/* A program that watches what is written to (a write barrier, a checkpoint) is killed by a fault while
 * signals are blocked: so its handler gets to see all that will be written to before. */
static void touch(struct thread *thread, struct session_chunk *closed, uint32_t taken)
{
	struct session_chunk *chunk = arena_chunk(thread->arena, taken - 1);

	/* Relaxed: nothing changes. */
	atomic_fetch_add_explicit(&chunk->committed, 0, memory_order_relaxed);
	atomic_fetch_add_explicit(&closed->next, 0, memory_order_relaxed);
	atomic_fetch_add_explicit(&thread->session->doorbell, 0, memory_order_relaxed);
}

bool thread_next_chunk(struct thread *thread)
{
	struct session_chunk *closed = thread->chunk;
	int saved = errno;
	struct session_header *session = thread->session;
	uint32_t taken = 0;
	uint64_t signals;

	if (session) {
		confine_look(session);
		taken = thread_take_chunk(thread->process, thread->arena);
	}
	if (taken && thread->session)
		touch(thread, closed, taken);
	/* A handler that jumps away must not leave a queue without its end. */
	signals_block(&signals);
	/* Meanwhile one may have forked, and this be the child. */
	if (!thread->session)
		taken = 0;
	if (taken) {
		thread->chunk = thread_open_chunk(thread, taken, closed->first_record + thread->used);
		thread->used = thread->coarse_until = 0;
		/* Release: pairs with the consumer's acquire of `next`; it sees the new chunk's
		 * header and the old one's last records. */
		atomic_store_explicit(&closed->next, taken, memory_order_release);
		tell_of_chunk(session);
	}
	signals_restore(&signals);
	if (!taken && thread->session)
		thread_go_blind(thread->process, reason_of_refusal(thread->arena));
	errno = saved;
	return taken != 0;
}
