/*
 * thread_side.c - the side ring: events of signal handlers that interrupted the shim.
 *
 * System calls are allowed here, as far as the program does not filter them; locks and the interposed
 * functions are not.
 */
#include "thread_side.h"

#include "base/confined.h"
#include "base/moment.h"
#include "base/signals.h"
#include "thread_wait.h"

#include <errno.h>

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
	atomic_store_explicit(&slot->side[at].w1, moment_ticks(thread->session) >> thread->stamp_shift,
			      memory_order_relaxed);
	/* Release: pairs with the drainer's acquire of w0; the fields above are there. */
	atomic_store_explicit(&slot->side[at].w0, w0, memory_order_release);
	atomic_store_explicit(&slot->side_head, head + 1, memory_order_release);
	if (head % (SESSION_SIDE_RECORDS / 4) == 0)
		thread_ring_doorbell(thread->session);
}

/* Handlers may interrupt each other, so they are kept out: one that filled the ring behind an
 * unfinished record of another would wait for ever.  Where they cannot be kept out, it gives up. */
bool thread_put_aside(struct thread *thread, uint64_t w0, uint64_t address, uint64_t size_bytes)
{
	struct session_thread *slot = thread->slot;
	int saved = errno;
	uint64_t signals;

	if (thread->putting_aside)
		return false;
	confine_look(thread->session);
	signals_block(&signals);
	thread->putting_aside = true;
	/* Events after this one must not have an older stamp. */
	thread_want_own_clocks(thread->process);
	bool room = side_room(slot) || thread_await(thread->process, thread->session, side_room, slot, false);
	if (room)
		put_aside(thread, w0, address, size_bytes);
	thread->putting_aside = false;
	signals_restore(&signals);
	errno = saved;
	return room;
}
