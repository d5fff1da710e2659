/*
 * recorder.c - every event: guard, call path, time stamp, one 16-byte record.  The ordinary ones are made
 * in ordinary.h.
 *
 * May not allocate through the interposed functions, lock or block (except in
 * thread_next_chunk and thread_put_aside, where a drainer that is behind is awaited).
 */
#include "recorder.h"

#include "memory/arena.h"
#include "base/epoch.h"
#include "base/guard.h"
#include "record/ordinary.h" /* which faults.py puts beside a copy of this */
#include "memory/process.h"
#include "record/lines.h"
#include "thread.h"
#include "thread_chunks.h"
#include "thread_jump.h"
#include "thread_side.h"
#include "unwind/context.h"

#include <stdatomic.h>

#define PREFIXES_MAX 3

static __thread uint32_t fork_id __attribute__((tls_model("initial-exec")));

/* The session at a fork by a handler that interrupted an event, for recorder_fork_child. */
static __thread struct arena *interrupted __attribute__((tls_model("initial-exec")));

/* ---- committing -------------------------------------------------------------- */

static bool make_room(struct thread *thread, uint32_t records)
{
	if (LIKELY(thread->used + records <= SESSION_CHUNK_RECORDS) || thread_next_chunk(thread))
		return true;
	if (thread->session)
		thread_lose(thread);
	return false;
}

/* Whether the recording is over; then the event is counted, and that is all. */
static bool is_blind(struct thread *thread)
{
	/* Relaxed: a few more events do no harm, and the thread that set it sees it. */
	if (LIKELY(!atomic_load_explicit(&thread->process->blind, memory_order_relaxed)))
		return false;
	if (thread->session)
		thread_lose(thread);
	return true;
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
	if (is_blind(thread) || !make_room(thread, 1 + PREFIXES_MAX))
		return;
	thread_review(thread);
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
	if (is_blind(thread) || !make_room(thread, 1 + PREFIXES_MAX + more.count))
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

	if (guard == GUARD_BUSY && thread && thread->session && !is_blind(thread) &&
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

/* The queue of a thread that has ended goes on as that of this one. */
static void took_over(struct thread *thread, uint32_t tid)
{
	emit_note(thread, record_ext_w0(EXT_THREAD, tid), (struct note_values){NULL, 0}, 0);
}

/* The attached thread, or NULL.  A fork child finds its state zeroed and attaches anew. */
static inline struct thread *attached(void)
{
	struct thread *thread = thread_self;

	return LIKELY(thread && thread->session) ? thread : thread_attach(took_over);
}

/* An event of a thread that could not be attached, if there is a recording that lacks it. */
static __attribute__((noinline)) void lose_unattached(void)
{
	struct process *process = process_peek();

	if (process && process->session)
		atomic_fetch_add_explicit(&process->session->lost_events, 1, memory_order_relaxed);
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
	else
		lose_unattached();
	guard_leave(outer);
}

static void event(enum record_type type, const struct unwind_start *here, uint64_t address,
		  uint64_t size_bytes)
{
	typed_event(type, here, address, size_bytes, 0);
}

static bool paused(void)
{
	struct process *process = process_get();

	return process && atomic_load_explicit(&process->paused, memory_order_relaxed) != 0;
}

void recorder_allocated(const struct unwind_start *here, const void *block, size_t size_bytes)
{
	if (paused())
		event(RECORD_HIDDEN_ALLOC, NULL, (uintptr_t)block, size_bytes);
	else
		event(RECORD_ALLOC, here, (uintptr_t)block, size_bytes);
}

void recorder_freeing(const struct unwind_start *here, const void *block)
{
	event(RECORD_FREE, here, (uintptr_t)block, 0);
}

void recorder_reallocating(const struct unwind_start *here, const void *block)
{
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

void lines_ended(uint32_t row)
{
	struct process *process = process_peek();
	/* It starts no recording: a fork child that only executes another program has none. */
	struct thread *thread = process && process->session ? attached() : NULL;

	if (!thread)
		return;
	uint64_t before = thread->chunk->first_record + thread->used;
	emit_note(thread, record_ext_w0(EXT_LINE, row), (struct note_values){NULL, 0}, 0);
	thread->line_records += thread->chunk->first_record + thread->used - before;
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
	if (!thread_self || !thread_self->process)
		return;
	atomic_fetch_add_explicit(&thread_self->process->paused, 1, memory_order_relaxed);
	epoch_advance(EPOCH_RECORDING);
}

void recorder_resume(void)
{
	struct process *process = thread_self ? thread_self->process : NULL;
	uint32_t depth = process ? atomic_load_explicit(&process->paused, memory_order_relaxed) : 0;

	while (depth && !atomic_compare_exchange_weak_explicit(&process->paused, &depth, depth - 1,
							       memory_order_relaxed, memory_order_relaxed)) {
	}
	epoch_advance(EPOCH_RECORDING);
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
	interrupted = thread_self->arena;
	thread_keep_on_fork(thread_self, true);
	arena_keep_on_fork(interrupted, true);
}

static bool was_interrupted(void)
{
	if (!interrupted)
		return false;
	thread_keep_on_fork(thread_self, false);
	arena_keep_on_fork(interrupted, false);
	interrupted = NULL;
	return true;
}

/* A handler that forks may have interrupted an event, which goes on in the child as well, in the midst of a
 * walk perhaps.  There it finds all of its thread as it was, and zeroes where the session was, to write
 * into.  The next event attaches anew. */
void recorder_fork_child(void)
{
	struct arena *arena = interrupted;

	if (!was_interrupted())
		return;
	arena_replace_in_child(arena);
	thread_self->session = NULL;
	/* Not only this thread's, which may be about to be written. */
	epoch_advance(EPOCH_RECORDING);
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
	thread = thread_attach(took_over);
	guard_leave(outer);
	return thread ? thread->session : NULL;
}
