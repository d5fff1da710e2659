/*
 * hit_thread.c - see hit_thread.h.
 */
#include "preload/tracer/hit_thread.h"

#include "preload/base/confined.h"
#include "preload/base/pages.h"
#include "preload/base/signals.h"
#include "preload/record/lines.h"

#include <errno.h>
#include <stdbool.h>

#define LOOKS_MAX 16 /* at states of others, per new thread */
#define RESTS 4096   /* hits that ask for none, where there was no memory for one */

__thread struct hit_thread *hit_thread_self __attribute__((tls_model("initial-exec")));

static struct hit_thread *_Atomic all; /* the newest first; none is ever taken out */
static struct hit_thread *_Atomic next_look;
static _Atomic uint32_t threads_made;
static _Atomic uint32_t resting; /* how many still */
static _Atomic uint32_t all_rows;

/* Relaxed, both: rows are hit by code that is made after they are known. */
void hit_threads_rows(uint32_t rows)
{
	atomic_store_explicit(&all_rows, rows, memory_order_relaxed);
}

/* Relaxed: about so many. */
static TRACER_CODE bool is_resting(void)
{
	uint32_t left = atomic_load_explicit(&resting, memory_order_relaxed);

	if (left == 0)
		return false;
	atomic_store_explicit(&resting, left - 1, memory_order_relaxed);
	return true;
}

TRACER_CODE bool hit_thread_more(struct hit_thread *thread)
{
	uint32_t rows = atomic_load_explicit(&all_rows, memory_order_relaxed);
	uint64_t *moments, *before = thread->moments;

	if (thread->rows >= rows || is_resting() || lines_confined())
		return false;
	moments = pages_map(rows * sizeof *moments);
	if (!moments) {
		atomic_store_explicit(&resting, RESTS, memory_order_relaxed);
		return false;
	}
	pages_keep_on_fork(moments, rows * sizeof *moments, 1);
	for (uint32_t i = 0; i < thread->rows; i++)
		moments[i] = before[i];
	thread->moments = moments;
	if (before)
		pages_unmap(before, thread->rows * sizeof *before);
	thread->rows = rows;
	return true;
}

/* Its owner is gone, or had the id that is ours by now. */
static TRACER_CODE bool is_left(const struct hit_thread *thread, uint32_t tid)
{
	uint32_t owner = atomic_load_explicit(&thread->owner, memory_order_relaxed);

	return owner == tid ||
	       (kernel_call(SYS_tgkill, kernel_call(SYS_getpid), (long)owner, 0L) != 0 && errno == ESRCH);
}

static TRACER_CODE bool take(struct hit_thread *thread, uint32_t tid)
{
	uint32_t owner = atomic_load_explicit(&thread->owner, memory_order_relaxed);

	/* Acquire: what the last owner did is over, and the kernel has said so; of two who heard it one
	 * gets it. */
	return is_left(thread, tid) &&
	       atomic_compare_exchange_strong_explicit(&thread->owner, &owner, tid, memory_order_acquire,
						       memory_order_relaxed);
}

/* Looks at a few, and goes on there the next time. */
static TRACER_CODE struct hit_thread *take_left(uint32_t tid)
{
	/* Acquire, both: pairs with the release in make and below; the links are there. */
	struct hit_thread *newest = atomic_load_explicit(&all, memory_order_acquire);
	struct hit_thread *at = atomic_load_explicit(&next_look, memory_order_acquire);
	struct hit_thread *taken = NULL;

	for (int i = 0; i < LOOKS_MAX && newest && !taken; i++) {
		at = at ? at : newest;
		taken = take(at, tid) ? at : NULL;
		at = at->next;
	}
	atomic_store_explicit(&next_look, at, memory_order_release);
	return taken;
}

static TRACER_CODE struct hit_thread *make(uint32_t tid)
{
	struct hit_thread *thread = pages_map(sizeof *thread);

	if (!thread)
		return NULL;
	pages_keep_on_fork(thread, sizeof *thread, 1);
	thread->number = atomic_fetch_add_explicit(&threads_made, 1, memory_order_relaxed);
	atomic_store_explicit(&thread->owner, tid, memory_order_relaxed);
	thread->next = atomic_load_explicit(&all, memory_order_relaxed);
	/* Release: who finds it finds it whole. */
	while (!atomic_compare_exchange_weak_explicit(&all, &thread->next, thread, memory_order_release,
						      memory_order_relaxed)) {
	}
	return thread;
}

TRACER_CODE struct hit_thread *hit_thread_attach(void)
{
	uint64_t before;

	if (is_resting() || lines_confined())
		return NULL;
	int saved = errno;
	signals_block(&before);
	/* A handler may have been here since the caller looked. */
	if (!hit_thread_self) {
		uint32_t tid = (uint32_t)kernel_call(SYS_gettid);
		struct hit_thread *thread = take_left(tid);
		if (thread) {
			stacks_clear(&thread->stacks);
			thread->busy_sp = 0;
			thread->owners++;
		} else {
			thread = make(tid);
		}
		if (!thread)
			atomic_store_explicit(&resting, RESTS, memory_order_relaxed);
		hit_thread_self = thread;
	}
	signals_restore(&before);
	errno = saved;
	return hit_thread_self;
}

void hit_thread_after_fork(void)
{
	struct hit_thread *thread = hit_thread_self;

	if (!thread)
		return;
	/* Relaxed: the child has no other thread yet. */
	atomic_store_explicit(&thread->owner, (uint32_t)kernel_call(SYS_gettid), memory_order_relaxed);
	thread->owners++;
}
