/*
 * thread.c - attaching threads.
 *
 * Slow path of the recorder: system calls are allowed here, locks and the interposed
 * functions are not.
 */
#include "thread.h"

#include "base/confined.h"
#include "base/epoch.h"
#include "base/guard.h"
#include "base/kernel.h"
#include "base/moment.h"
#include "base/pages.h"
#include "base/signals.h"
#include "first_event.h"
#include "memory/arena.h"
#include "memory/process.h"
#include "thread_chunks.h"
#include "unwind/room.h"
#include "unwind/unwind.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <unistd.h>

/* ThreadSanitizer, under which tests run this file, has left by the last one. */
#if defined(__SANITIZE_THREAD__)
#define LAST_ROUND (PTHREAD_DESTRUCTOR_ITERATIONS - 1)
#else
#define LAST_ROUND PTHREAD_DESTRUCTOR_ITERATIONS
#endif

#define KEYS_WITH_ROOM 32u /* glibc's PTHREAD_KEY_2NDLEVEL_SIZE */

/* ---- slots ---------------------------------------------------------------------- */

static _Atomic uint32_t *free_link(struct process *process, uint32_t index)
{
	return &arena_thread(process->arena, index)->free_next;
}

static uint32_t fresh_slot(struct process *process)
{
	struct session_header *session = process->session;
	uint32_t used = atomic_load_explicit(&session->threads_used, memory_order_relaxed);

	/* As for chunks; and the drainer reads all slots that are in use. */
	do {
		uint64_t end = (uint64_t)(used + 1) * sizeof(struct session_thread);
		if (used >= session->threads_max || used >= PROCESS_THREADS_MAX ||
		    !arena_reserve(process->arena, ARENA_THREADS, end))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&session->threads_used, &used, used + 1,
							memory_order_relaxed, memory_order_relaxed));
	return used + 1;
}

static uint32_t claim_slot(struct process *process)
{
	uint32_t taken = thread_pop(process, &process->session->free_threads, free_link);

	return taken ? taken : fresh_slot(process);
}

/* Which the drainer asks after: 0 for ever, of who may not ask for it. */
static uint32_t own_tid(void)
{
	return confined() ? 0 : (uint32_t)kernel_call(SYS_gettid);
}

/* ---- private state ---------------------------------------------------------------- */

#define PRIVATE_HEAD_BYTES                                                                                   \
	((sizeof(struct thread) + UNWIND_STATE_ALIGNMENT - 1) & ~(size_t)(UNWIND_STATE_ALIGNMENT - 1))

void thread_keep_on_fork(struct thread *thread, bool keep)
{
	pages_keep_on_fork(thread, PRIVATE_HEAD_BYTES + unwind_state_bytes(), keep);
	unwind_keep_on_fork(thread->unwind, keep);
}

/* What this thread had before a fork, as empty as every fork leaves it but one that kept it. */
static struct thread *state_before_fork(void)
{
	if (thread_self->chunk)
		pages_clear(thread_self, PRIVATE_HEAD_BYTES + unwind_state_bytes());
	return thread_self;
}

/* What was reserved for when nothing can be mapped any more. */
static struct thread *spare_state(struct process *process)
{
	uint32_t number = confined()
				  ? atomic_fetch_add_explicit(&process->spares_used, 1, memory_order_relaxed)
				  : PROCESS_SPARES;

	return number < PROCESS_SPARES ? process->spares[number] : NULL;
}

static struct thread *new_state(struct process *process)
{
	struct thread *spare = spare_state(process);

	return spare ? spare : pages_map(PRIVATE_HEAD_BYTES + unwind_state_bytes());
}

void thread_reserve(struct process *process)
{
	for (uint32_t i = 0; i < PROCESS_SPARES; i++)
		if (!process->spares[i])
			process->spares[i] = pages_map(PRIVATE_HEAD_BYTES + unwind_state_bytes());
}

/* The private state that goes with a slot: of its last owner, or of this thread before a
 * fork, or new. */
static struct thread *private_state(struct process *process, uint32_t slot_index)
{
	/* Acquire pairs with the release below: the last owner's state is seen whole. */
	struct thread *thread = atomic_load_explicit(&process->threads[slot_index], memory_order_acquire);

	if (!thread)
		thread = thread_self ? state_before_fork() : new_state(process);
	if (!thread)
		return NULL;
	thread->unwind = (struct unwind_state *)((char *)thread + PRIVATE_HEAD_BYTES);
	/* An ordinary event asks the memo, and may be the first. */
	unwind_take_over(thread->unwind);
	atomic_store_explicit(&process->threads[slot_index], thread, memory_order_release);
	return thread;
}

/* ---- attaching -------------------------------------------------------------- */

static void publish_slot(struct thread *thread, uint32_t chunk)
{
	struct session_thread *slot = thread->slot;
	uint64_t hands = thread_owner_hands(atomic_load_explicit(&slot->owner, memory_order_relaxed));

	uint32_t tid = own_tid();

	slot->started_ticks = moment_ticks(thread->session);
	slot->claimed_tid = tid;
	atomic_store_explicit(&slot->first_chunk, chunk, memory_order_relaxed);
	atomic_fetch_add_explicit(&slot->incarnation, 1, memory_order_relaxed);
	/* Release: pairs with the drainer's acquire of the owner; it sees the fields above. */
	atomic_store_explicit(&slot->owner, thread_owner(tid, hands + 1, THREAD_OWNED), memory_order_release);
}

static void begin_queue(struct thread *thread, struct process *process, uint32_t slot_index)
{
	struct session_header *session = process->session;

	thread->session = session;
	thread->arena = process->arena;
	thread->process = process;
	thread->slot = arena_thread(process->arena, slot_index);
	thread->slot_index = slot_index;
	thread->stamp_shift = session->stamp_shift;
	thread->last_stamp = 0;
	thread->clock = &session->clock;
	thread->coarse_until = 0;
	thread_choose_clock(thread);
	thread->samples = session->sample_bytes != 0;
	thread->epoch = 0;
	thread->used = 0;
	thread->putting_aside = false;
}

static struct thread *claim(struct process *process)
{
	uint32_t slot = claim_slot(process);
	struct thread *thread = slot ? private_state(process, slot - 1) : NULL;
	uint32_t chunk = thread ? thread_take_chunk(process, process->arena) : 0;

	if (!chunk) {
		thread_go_blind(process, slot ? BLIND_NO_ROOM : BLIND_NO_THREAD);
		return NULL;
	}
	begin_queue(thread, process, slot - 1);
	if (slot > 1)
		thread_want_own_clocks(process);
	thread->chunk = thread_open_chunk(thread, chunk, 0);
	publish_slot(thread, chunk);
	return thread;
}

/* ---- threads that end ----------------------------------------------------------- */

static pthread_key_t end_key;
static bool end_is_watched;

static _Atomic uint32_t *vacant_link(struct process *process, uint32_t index)
{
	/* Acquire: pairs with the release in private_state; who left the slot had that from it. */
	return &atomic_load_explicit(&process->threads[index], memory_order_acquire)->vacant_next;
}

/* The state, slot and queue of a thread that has ended, with what that one committed. */
static struct thread *take_over(struct process *process)
{
	uint32_t slot = thread_pop(process, &process->vacant, vacant_link);

	if (!slot)
		return NULL;
	struct thread *thread = atomic_load_explicit(&process->threads[slot - 1], memory_order_relaxed);
	uint64_t hands = thread_owner_hands(atomic_load_explicit(&thread->slot->owner, memory_order_relaxed));
	thread->epoch = 0;
	thread->coarse_until = 0;
	unwind_take_over(thread->unwind);
	/* Release: pairs with the drainer's acquire of the owner. */
	atomic_store_explicit(&thread->slot->owner, thread_owner(own_tid(), hands + 1, THREAD_OWNED),
			      memory_order_release);
	return thread;
}

static void leave(struct process *process, struct thread *thread)
{
	uint64_t owner = atomic_load_explicit(&thread->slot->owner, memory_order_relaxed);
	uint64_t top = atomic_load_explicit(&process->vacant, memory_order_relaxed), pushed;

	/* Release: pairs with the drainer's acquire of the owner, which may not have seen the claim. */
	atomic_store_explicit(&thread->slot->owner, thread_owner(0, thread_owner_hands(owner), THREAD_VACANT),
			      memory_order_release);
	do {
		atomic_store_explicit(&thread->vacant_next, (uint32_t)top, memory_order_relaxed);
		pushed = ((top >> 32) + 1) << 32 | (thread->slot_index + 1);
		/* Release: pairs with the popper's acquire; all that this thread did to its state is seen. */
	} while (!atomic_compare_exchange_weak_explicit(&process->vacant, &top, pushed, memory_order_release,
							memory_order_relaxed));
}

void thread_end(void)
{
	struct thread *thread = thread_self;
	int outer = guard_enter(GUARD_BUSY);
	uint64_t signals;

	signals_block(&signals);
	/* What a fork has wiped is nobody's. */
	if (outer == GUARD_IDLE && thread && thread->session) {
		thread_self = NULL;
		leave(thread->process, thread);
	}
	signals_restore(&signals);
	guard_leave(outer);
}

/* Other destructors may still free: so this one asks to come again, until there is no further round. */
static void at_thread_end(void *round)
{
	if ((uintptr_t)round < LAST_ROUND)
		pthread_setspecific(end_key, (void *)((uintptr_t)round + 1));
	else
		thread_end();
}

void thread_watch_ends(void)
{
	if (!end_is_watched)
		end_is_watched = pthread_key_create(&end_key, at_thread_end) == 0;
}

/* The first few keys' values have room in the thread itself; for others it would be allocated. */
static void watch_own_end(void)
{
	if (end_is_watched && end_key < KEYS_WITH_ROOM)
		pthread_setspecific(end_key, (void *)1);
}

/* ---- the whole -------------------------------------------------------------------- */

static struct thread *attach(struct process *process, void (*took_over)(struct thread *thread, uint32_t tid))
{
	struct thread *thread = take_over(process);

	if (thread) {
		thread_self = thread;
		took_over(thread,
			  thread_owner_tid(atomic_load_explicit(&thread->slot->owner, memory_order_relaxed)));
	} else {
		thread_self = thread = claim(process);
	}
	if (thread)
		watch_own_end();
	return thread;
}

static bool is_pointless(const struct process *process)
{
	return atomic_load_explicit(&process->state, memory_order_relaxed) == PROCESS_OFF ||
	       atomic_load_explicit(&process->blind, memory_order_relaxed) != 0;
}

struct thread *thread_attach(void (*took_over)(struct thread *thread, uint32_t tid))
{
	int saved = errno;
	uint64_t signals;
	struct process *process = process_get();
	struct thread *thread = NULL;

	errno = saved;
	if (!process || is_pointless(process))
		return NULL;
	if (process->session)
		confine_look(process->session);
	signals_block(&signals);
	if (session_ensure(process))
		thread = attach(process, took_over);
	signals_restore(&signals);
	errno = saved;
	return thread;
}
