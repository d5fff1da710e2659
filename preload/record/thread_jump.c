/*
 * thread_jump.c - after a signal handler has jumped out of the shim (siglongjmp): how to tell, and what to
 * do.
 *
 * Takes no lock and calls none of the interposed functions.
 */
#include "thread_jump.h"

#include "base/pages.h"
#include "base/signals.h"
#include "base/code_object.h"
#include "thread_wait.h"
#include "unwind/unwind.h"

#include <errno.h>

#define ASK_EVERY 16u

static bool passes_through(const struct path_frame *frames, size_t count, const struct dl_find_object *object)
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
	const struct path_frame *frames;
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
	thread_wait_no_more(thread->session);
	thread->putting_aside = false;
	unwind_forget(thread->unwind);
}
