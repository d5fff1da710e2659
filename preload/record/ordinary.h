/*
 * ordinary.h - the hot path: an event whose stack is known and that nothing is in the way of.
 *
 * Nearly every event is one.  Inlined into malloc, calloc and free, and without a call in it, so that
 * no registers need be saved for it.  Whatever is out of the ordinary is left to recorder.c, before
 * anything has happened.
 */
#ifndef MPROF_PRELOAD_RECORD_ORDINARY_H
#define MPROF_PRELOAD_RECORD_ORDINARY_H

#include "base/epoch.h"
#include "base/guard.h"
#include "base/moment.h"
#include "thread_state.h"
#include "unwind/context.h"

#include <stdatomic.h>

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define INLINED inline __attribute__((always_inline))

/* A thread that was silent for longer says so, since stamps keep 36 bits only. */
#define EPOCH_SPAN (UINT64_C(1) << 34)

/* ---- committing -------------------------------------------------------------- */

static INLINED void put(struct thread *thread, uint64_t w0, uint64_t w1)
{
	struct session_record *record = &thread->chunk->records[thread->used++];

	record->w0 = w0;
	record->w1 = w1;
}

static INLINED void commit(struct thread *thread, uint64_t w0, uint64_t w1)
{
	put(thread, w0, w1);
	/* Release: pairs with the drainer's acquire of `committed`; it sees the record, and
	 * the call-path node that was published before it. */
	atomic_store_explicit(&thread->chunk->committed, thread->used, memory_order_release);
}

/* ---- stamps -------------------------------------------------------------------- */

/*
 * Reading the clock is the dearest part of an ordinary event.  Stamps serve two ends: times, to
 * about a millisecond, and the order of events that depend on each other.  As long as the process has
 * had one recorded thread, order is that of its queue, and a stamp that the drainer has put
 * into the session while it was at work will do.
 *
 * A second thread sets own_clocks before its first event, which ends the epoch.  An event of the first thread
 * that depends on one of the second finds it set, since what makes it depend also makes it see that; and
 * its own reading is the later one.  In the other direction, a coarse stamp is never later than the
 * moment of its event, nor than that of any event which depends on it.  The drainer's cut-off holds
 * as well: what is stamped before it depends on nothing but this queue.  Events of signal handlers
 * that go to the side ring set own_clocks too.
 *
 * Each coarse_run events the clock is read all the same, and a coarse stamp which turns out to be old
 * is not used: a drainer that is stopped or killed does not stop time.  Nor is one far ahead, so that a
 * coarse stamp never needs EXT_EPOCH.
 */
static INLINED bool coarse_stamp(const struct thread *thread, uint64_t *stamp)
{
	/* First, since the clock is in a cache line that the drainer writes. */
	if (!LIKELY(thread->used < thread->coarse_until))
		return false;
	/* Relaxed: any value of the stamp is a true one. */
	uint64_t coarse = atomic_load_explicit(&thread->clock->stamp, memory_order_relaxed);
	if (!LIKELY(coarse - thread->coarse_least < EPOCH_SPAN))
		return false;
	*stamp = coarse > thread->last_stamp ? coarse : thread->last_stamp;
	return true;
}

static INLINED void begin_coarse_run(struct thread *thread, uint64_t stamp)
{
	uint32_t until = thread->used + thread->coarse_run;

	thread->coarse_until = until < SESSION_CHUNK_RECORDS ? until : SESSION_CHUNK_RECORDS;
	thread->coarse_least = stamp - atomic_load_explicit(&thread->clock->age, memory_order_relaxed);
}

static INLINED uint64_t fresh_stamp(struct thread *thread)
{
	uint64_t stamp = LIKELY(thread->flags & SESSION_TSC) ? clock_ticks(SESSION_TSC) >> thread->stamp_shift
							     : thread_slow_stamp(thread);

	if (thread->coarse_run)
		begin_coarse_run(thread, stamp);
	return stamp;
}

/* False: an ordinary event can have none, for want of room in the chunk or of a clock to be read without
 * a call. */
static INLINED bool ordinary_stamp(struct thread *thread, uint64_t *stamp)
{
	if (coarse_stamp(thread, stamp))
		return true;
	if (!LIKELY(thread->used < SESSION_CHUNK_RECORDS && thread->flags & SESSION_TSC))
		return false;
	*stamp = fresh_stamp(thread);
	return LIKELY(*stamp - thread->last_stamp < EPOCH_SPAN);
}

/* ---- events -------------------------------------------------------------------- */

/* Where an address does not fit the record, the low bits that it has too many come out above those that a
 * record has. */
static INLINED uint64_t ordinary_address(const void *block)
{
	uint64_t address = (uintptr_t)block;

	return address >> RECORD_ADDRESS_SHIFT | address << (64 - RECORD_ADDRESS_SHIFT);
}

/* There is no block at 0. */
static INLINED bool ordinary_fits(const void *block, size_t size_bytes)
{
	return LIKELY(ordinary_address(block) - 1 < (UINT64_C(1) << RECORD_ADDRESS_BITS) - 1) &&
	       LIKELY(size_bytes <= RECORD_SIZE_MAX);
}

static INLINED bool ordinary_commit(struct thread *thread, enum record_type type,
				    const struct unwind_view *here, const void *block, size_t size_bytes)
{
	uint64_t stamp;

	if (!ordinary_fits(block, size_bytes))
		return false;
	uint32_t node = unwind_context_known(thread->unwind, here);
	if (!LIKELY(node) || !ordinary_stamp(thread, &stamp))
		return false;
	commit(thread, record_w0(type, (uintptr_t)block, size_bytes), record_w1(node, stamp));
	thread->last_stamp = stamp;
	return true;
}

/* Allocators look at what stands before a block that they are given back, and that is often far
 * from the processor.  A program that frees one block after the other waits for several at a time;
 * with our work in between it would wait for each, so it is fetched meanwhile. */
static INLINED void fetch_header(const void *block)
{
	__builtin_prefetch((const char *)block - sizeof(size_t));
}

/* The thread, whose guard is BUSY from here on, if nothing is known to be in the way of an event; else NULL.
 */
static INLINED struct thread *ordinary_enter(void)
{
	struct thread *thread = thread_self;

	if (!LIKELY(guard == GUARD_IDLE && thread))
		return NULL;
	guard_raise();
	/* Not before: a handler that forks leaves the child what the thread has only if it interrupts the
	 * shim. */
	if (LIKELY(thread->epoch == epoch_now()))
		return thread;
	guard_leave(GUARD_IDLE);
	return NULL;
}

static INLINED void ordinary_leave(void)
{
	guard_leave(GUARD_IDLE);
}

/* Records the event if it is an ordinary one; false: nothing has happened yet.  A block of NULL is none. */
static INLINED bool ordinary_event(enum record_type type, const struct unwind_start *here, const void *block,
				   size_t size_bytes)
{
	struct thread *thread = ordinary_enter();

	if (!thread)
		return false;
	const struct unwind_view view = unwind_view_of(here);
	bool done = ordinary_commit(thread, type, &view, block, size_bytes);
	ordinary_leave();
	return done;
}

#endif
