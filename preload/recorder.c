/*
 * recorder.c - the hot path: guard, call path, time stamp, one 16-byte record.
 *
 * May not allocate through the interposed functions, lock or block (except in
 * thread_next_chunk and thread_put_aside, where a drainer that is behind is awaited).
 */
#include "recorder.h"

#include "guard.h"
#include "pages.h"
#include "process.h"
#include "session.h"
#include "thread.h"
#include "unwind/context.h"

#include "trace/clock.h"

#include <stdatomic.h>

#define LIKELY(condition) __builtin_expect(!!(condition), 1)

/* A thread that was silent for longer says so, since stamps keep 36 bits only. */
#define EPOCH_SPAN (UINT64_C(1) << 34)

#define PREFIXES_MAX 3

#define COARSE_RUN 32 /* events between two readings of the clock, at most */

__thread volatile int guard __attribute__((tls_model("initial-exec")));
static __thread uint32_t fork_id __attribute__((tls_model("initial-exec")));

/* The session at a fork by a handler that interrupted an event, for recorder_fork_child. */
static __thread struct session_header *interrupted __attribute__((tls_model("initial-exec")));
static __thread uint64_t interrupted_bytes __attribute__((tls_model("initial-exec")));

/* ---- committing -------------------------------------------------------------- */

static inline void put(struct thread *thread, uint64_t w0, uint64_t w1)
{
	struct session_record *record = &thread->chunk->records[thread->used++];

	record->w0 = w0;
	record->w1 = w1;
}

static inline void commit(struct thread *thread, uint64_t w0, uint64_t w1)
{
	put(thread, w0, w1);
	/* Release: pairs with the drainer's acquire of `committed`; it sees the record, and
	 * the call-path node that was published before it. */
	atomic_store_explicit(&thread->chunk->committed, thread->used, memory_order_release);
}

static bool make_room(struct thread *thread, uint32_t records)
{
	if (LIKELY(thread->used + records <= SESSION_CHUNK_RECORDS) || thread_next_chunk(thread))
		return true;
	if (thread->session)
		atomic_fetch_add_explicit(&thread->session->lost_events, 1, memory_order_relaxed);
	return false;
}

/* ---- stamps -------------------------------------------------------------------- */

/*
 * Reading the clock is the dearest part of an ordinary event.  Stamps serve two ends: times, to
 * about a millisecond, and the order of events that depend on each other.  As long as the process has
 * had one recorded thread, order is that of its queue, and a stamp that the drainer has put
 * into the session while it was at work will do.
 *
 * A second thread sets own_clocks before its first event.  An event of the first thread that
 * depends on one of the second finds it set, since what makes it depend also makes it see that; and
 * its own reading is the later one.  In the other direction, a coarse stamp is never later than the
 * moment of its event, nor than that of any event which depends on it.  The drainer's cut-off holds
 * as well: what is stamped before it depends on nothing but this queue.  Events of signal handlers
 * that go to the side ring set own_clocks too.
 *
 * Each COARSE_RUN events the clock is read all the same, and a coarse stamp which turns out to be old
 * is not used: a drainer that is stopped or killed does not stop time.
 */
static inline bool coarse_stamp(struct thread *thread, uint64_t *stamp)
{
	/* Relaxed, both: see above, and any value of the stamp is a true one. */
	uint64_t coarse = atomic_load_explicit(&thread->clock->stamp, memory_order_relaxed);

	if (thread->coarse_left == 0 || coarse <= thread->coarse_least ||
	    atomic_load_explicit(&thread->process->own_clocks, memory_order_relaxed))
		return false;
	thread->coarse_left--;
	*stamp = coarse > thread->last_stamp ? coarse : thread->last_stamp;
	return true;
}

static inline uint64_t fresh_stamp(struct thread *thread)
{
	uint64_t stamp = clock_ticks(thread->flags) >> thread->stamp_shift;

	thread->coarse_left = COARSE_RUN;
	thread->coarse_least = stamp - atomic_load_explicit(&thread->clock->age, memory_order_relaxed);
	return stamp;
}

/* The record's own words with what does not fit them in prefixes before it.  All are in one
 * chunk, and only the last commit makes the event visible as a whole. */
static void commit_with_prefixes(struct thread *thread, enum record_type type, uint64_t address,
				 uint64_t size_bytes, uint32_t node, uint64_t stamp)
{
	if (stamp - thread->last_stamp >= EPOCH_SPAN)
		put(thread, record_ext_w0(EXT_EPOCH, 0), stamp);
	if (size_bytes > RECORD_SIZE_MAX) {
		put(thread, record_ext_w0(EXT_SIZE, 0), size_bytes);
		size_bytes = 0;
	}
	if (!record_address_fits(address)) {
		put(thread, record_ext_w0(EXT_ADDRESS, 0), address);
		address = 0;
	}
	commit(thread, record_w0(type, address, size_bytes), record_w1(node, stamp));
}

static inline void emit(struct thread *thread, enum record_type type, uint64_t address, uint64_t size_bytes,
			uint32_t node)
{
	if (!make_room(thread, 1 + PREFIXES_MAX))
		return;
	uint64_t stamp;
	if (!coarse_stamp(thread, &stamp))
		stamp = fresh_stamp(thread);
	if (LIKELY(stamp - thread->last_stamp < EPOCH_SPAN && size_bytes <= RECORD_SIZE_MAX &&
		   record_address_fits(address)))
		commit(thread, record_w0(type, address, size_bytes), record_w1(node, stamp));
	else
		commit_with_prefixes(thread, type, address, size_bytes, node, stamp);
	thread->last_stamp = stamp;
}

/* What a note says beyond its own words. */
struct note_values {
	const uint64_t *values;
	uint32_t count;
};

/* A note: w0 is the caller's, time and call path are in w1. */
static void emit_note(struct thread *thread, uint64_t w0, struct note_values more, uint32_t node)
{
	if (!make_room(thread, 1 + PREFIXES_MAX + more.count))
		return;
	uint64_t stamp = fresh_stamp(thread);
	if (stamp - thread->last_stamp >= EPOCH_SPAN)
		put(thread, record_ext_w0(EXT_EPOCH, 0), stamp);
	for (uint32_t i = 0; i < more.count; i++)
		put(thread, record_ext_w0(EXT_VALUE, 0), more.values[i]);
	commit(thread, w0, record_w1(node, stamp));
	thread->last_stamp = stamp;
}

/* ---- events inside the shim itself --------------------------------------------- */

/* A signal handler interrupted the shim: no stack, and the thread's own queue may be half
 * written, so the event goes to the side ring. */
static void nested(uint64_t w0, uint64_t address, uint64_t size_bytes)
{
	struct thread *thread = thread_self;

	if (guard == GUARD_BUSY && thread && thread->session &&
	    !thread_put_aside(thread, w0, address, size_bytes))
		atomic_fetch_add_explicit(&thread->session->lost_events, 1, memory_order_relaxed);
}

/* A signal handler may jump away (siglongjmp) from the shim, which leaves the guard BUSY.  Then the
 * shim is not on the stack any more; the guard is free again, and the event that was interrupted
 * never was. */
static __attribute__((noinline)) bool left_behind(const struct unwind_start *here)
{
	struct thread *thread = thread_self;

	if (guard != GUARD_BUSY || !here || !thread || !thread->session || !thread_has_left(thread, here))
		return false;
	thread_recover(thread);
	guard_leave(GUARD_IDLE);
	return true;
}

static inline bool may_enter(const struct unwind_start *here)
{
	return LIKELY(guard == GUARD_IDLE) || left_behind(here);
}

/* ---- events ---------------------------------------------------------------------- */

/* The attached thread, or NULL.  A fork child finds its state zeroed and attaches anew. */
static inline struct thread *attached(void)
{
	struct thread *thread = thread_self;

	return LIKELY(thread && thread->session) ? thread : thread_attach();
}

static inline uint32_t call_path(struct thread *thread, const struct unwind_start *here)
{
	return unwind_context(thread->unwind, &thread->process->contexts, here);
}

/* A block's type is one more node below its call path. */
static uint32_t typed_path(struct thread *thread, const struct unwind_start *here, uint32_t label)
{
	uint32_t node = here ? call_path(thread, here) : 0;

	return label ? contexts_intern(&thread->process->contexts, node, label, NODE_LABEL) : node;
}

static __attribute__((noinline)) void typed_event(enum record_type type, const struct unwind_start *here,
						  uint64_t address, uint64_t size_bytes, uint32_t label)
{
	if (!may_enter(here)) {
		nested(record_w0(type, 0, 0), address, size_bytes);
		return;
	}
	int outer = guard_enter(GUARD_BUSY);
	struct thread *thread = attached();
	if (thread)
		emit(thread, type, address, size_bytes, typed_path(thread, here, label));
	guard_leave(outer);
}

static void event(enum record_type type, const struct unwind_start *here, uint64_t address,
		  uint64_t size_bytes)
{
	typed_event(type, here, address, size_bytes, 0);
}

/* Nearly every event: the stack is known, and nothing is in the way.  There is no call in here, so that
 * no registers need be saved.  False: nothing has happened yet. */
static inline __attribute__((always_inline)) bool commit_ordinary(struct thread *thread,
								  enum record_type type,
								  const struct unwind_start *here,
								  uint64_t address, uint64_t size_bytes)
{
	if (!LIKELY(thread->session && thread->used < SESSION_CHUNK_RECORDS &&
		    size_bytes <= RECORD_SIZE_MAX && record_address_fits(address)) ||
	    atomic_load_explicit(&thread->process->paused, memory_order_relaxed))
		return false;
	uint32_t node = unwind_context_known(thread->unwind, here);
	if (!LIKELY(node))
		return false;
	uint64_t stamp;
	if (!coarse_stamp(thread, &stamp)) {
		if (!LIKELY(thread->flags & SESSION_TSC))
			return false;
		stamp = fresh_stamp(thread);
	}
	if (!LIKELY(stamp - thread->last_stamp < EPOCH_SPAN))
		return false;
	commit(thread, record_w0(type, address, size_bytes), record_w1(node, stamp));
	thread->last_stamp = stamp;
	return true;
}

static inline __attribute__((always_inline)) bool
event_at_once(enum record_type type, const struct unwind_start *here, uint64_t address, uint64_t size_bytes)
{
	struct thread *thread = thread_self;

	if (!LIKELY(guard == GUARD_IDLE && thread))
		return false;
	guard_enter(GUARD_BUSY);
	bool done = commit_ordinary(thread, type, here, address, size_bytes);
	guard_leave(GUARD_IDLE);
	return done;
}

static bool paused(void)
{
	struct process *process = process_get();

	return process && atomic_load_explicit(&process->paused, memory_order_relaxed) != 0;
}

static __attribute__((noinline)) void allocated(const struct unwind_start *here, const void *block,
						size_t size_bytes)
{
	if (paused())
		event(RECORD_HIDDEN_ALLOC, NULL, (uintptr_t)block, size_bytes);
	else
		event(RECORD_ALLOC, here, (uintptr_t)block, size_bytes);
}

void recorder_allocated(const struct unwind_start *here, const void *block, size_t size_bytes)
{
	if (!event_at_once(RECORD_ALLOC, here, (uintptr_t)block, size_bytes))
		allocated(here, block, size_bytes);
}

/* Allocators look at what stands before a block that they are given back, and that is often far
 * from the processor.  A program that frees one block after the other waits for several at a time;
 * with our work in between it would wait for each, so it is fetched meanwhile. */
static inline void fetch_header(const void *block)
{
	__builtin_prefetch((const char *)block - sizeof(size_t), 1);
}

void recorder_freeing(const struct unwind_start *here, const void *block)
{
	fetch_header(block);
	if (!event_at_once(RECORD_FREE, here, (uintptr_t)block, 0))
		event(RECORD_FREE, here, (uintptr_t)block, 0);
}

void recorder_reallocating(const struct unwind_start *here, const void *block)
{
	fetch_header(block);
	event(RECORD_REALLOC_FREE, here, (uintptr_t)block, 0);
}

void recorder_ending(const struct unwind_start *here, const void *block, enum record_type type,
		     bool temporary)
{
	event(type, here, (uintptr_t)block, temporary ? RECORD_TEMPORARY : 0);
}

void recorder_tracked(const struct unwind_start *here, const void *block, size_t size_bytes, uint32_t label)
{
	if (!paused())
		typed_event(RECORD_TRACK_ALLOC, here, (uintptr_t)block, size_bytes, label);
}

/* ---- notes ------------------------------------------------------------------------- */

void recorder_note_values(const struct unwind_start *here, enum ext_type type, uint64_t payload,
			  const uint64_t *values, uint32_t count)
{
	if (!may_enter(here))
		return;
	int outer = guard_enter(GUARD_BUSY);
	struct thread *thread = attached();
	if (thread)
		emit_note(thread, record_ext_w0(type, payload), (struct note_values){values, count},
			  here ? call_path(thread, here) : 0);
	guard_leave(outer);
}

void recorder_note(const struct unwind_start *here, enum ext_type type, uint64_t payload)
{
	recorder_note_values(here, type, payload, NULL, 0);
}

static void realloc_outcome(enum ext_type outcome, const void *block)
{
	if (guard == GUARD_IDLE)
		recorder_note(NULL, outcome, 0);
	else
		nested(record_ext_w0(outcome, 0), (uintptr_t)block, 0);
}

void recorder_realloc_failed(const void *block)
{
	realloc_outcome(EXT_REALLOC_FAILED, block);
}

void recorder_realloc_unsampled(const void *block)
{
	realloc_outcome(EXT_REALLOC_UNSAMPLED, block);
}

void recorder_pause(void)
{
	recorder_note(NULL, EXT_PAUSE, 0);
	if (thread_self && thread_self->process)
		atomic_fetch_add_explicit(&thread_self->process->paused, 1, memory_order_relaxed);
}

void recorder_resume(void)
{
	struct process *process = thread_self ? thread_self->process : NULL;
	uint32_t depth = process ? atomic_load_explicit(&process->paused, memory_order_relaxed) : 0;

	while (depth && !atomic_compare_exchange_weak_explicit(&process->paused, &depth, depth - 1,
							       memory_order_relaxed, memory_order_relaxed)) {
	}
	recorder_note(NULL, EXT_RESUME, 0);
}

/* ---- fork --------------------------------------------------------------------------- */

void recorder_fork_prepare(void)
{
	/* This may be the thread's first contact. */
	struct process *process = recorder_session() ? process_get() : NULL;

	if (!process)
		return;
	fork_id = atomic_fetch_add_explicit(&process->forks, 1, memory_order_relaxed) + 1;
	recorder_note(NULL, EXT_FORK, fork_id);
	if (guard != GUARD_BUSY)
		return;
	interrupted = thread_self->session;
	interrupted_bytes = interrupted->file_bytes;
	thread_keep_on_fork(thread_self, true);
}

static bool was_interrupted(void)
{
	if (!interrupted)
		return false;
	interrupted = NULL;
	thread_keep_on_fork(thread_self, false);
	return true;
}

/* A handler that forks may have interrupted an event, which goes on in the child as well, in the midst of a
 * walk perhaps.  There it finds all of its thread as it was, and zeroes where the session was, to write
 * into.  The next event attaches anew. */
void recorder_fork_child(void)
{
	struct session_header *session = interrupted;

	if (!was_interrupted())
		return;
	pages_map_at(session, interrupted_bytes);
	thread_self->session = NULL;
	thread_self->used = 0;
}

void recorder_fork_parent(void)
{
	fork_id = 0;
	was_interrupted();
}

uint32_t recorder_fork_id(void)
{
	return fork_id;
}

struct session_header *recorder_session(void)
{
	struct thread *thread = thread_self;

	if (LIKELY(thread && thread->session))
		return thread->session;
	int outer = guard_enter(GUARD_BUSY);
	thread = thread_attach();
	guard_leave(outer);
	return thread ? thread->session : NULL;
}
