/*
 * drainer.c - the drainer's loop around the queues: show the clock, adopt, take, commit, release, beat,
 * retire, take over.
 *
 * What retells a function of reporter/drain names it, and has to follow it.
 */
#include "drain/queue.h" /* which faults.py puts beside a copy of this */

#include "drainer.h"

#include "explore.h"
#include "judge.h"

#include "trace/clock.h"

#include <string.h>

struct kept { /* of a slot, in the last CURSOR */
	uint64_t incarnation, taken, side_taken, last_stamp;
	uint32_t thread_index;
};

/* What a drainer knows, and what of it is in the trace. */
struct drainer {
	struct figures figures;
	struct queue queues[PRODUCERS_MAX];
	bool open[PRODUCERS_MAX];
	bool pending; /* something was taken since the last commit */
};

static struct drainer drainer;
static struct figures committed;
static struct kept cursor[PRODUCERS_MAX];

/* ---- one round --------------------------------------------------------------------------- */

/* As merge.c's restore_queue. */
static void restore_queue(struct queue *queue)
{
	const struct kept *kept = &cursor[queue->slot_index];

	if (kept->incarnation != queue->incarnation)
		return;
	queue->taken = queue->released = kept->taken;
	queue->side_taken = kept->side_taken;
	queue->last_stamp = kept->last_stamp;
	queue->thread_index = kept->thread_index;
	while (queue_skip_taken(queue)) {
	}
	queue_release(queue);
}

/* As merge.c's merge_refresh. */
static void adopt_slots(void)
{
	uint32_t used = atomic_load_explicit(&world_session->threads_used, memory_order_relaxed);

	for (uint32_t i = 0; i < used; i++) {
		struct session_thread *slot = session_thread(world_session, i);
		if (drainer.open[i] ||
		    !queue_is_used(atomic_load_explicit(&slot->owner, memory_order_acquire)))
			continue;
		queue_init(&drainer.queues[i], world_session, i);
		restore_queue(&drainer.queues[i]);
		drainer.open[i] = true;
	}
}

static void take_one(struct queue *queue)
{
	const struct queue_event *event = queue_peek(queue);

	if (event->type == RECORD_EXT && event->ext == EXT_THREAD)
		queue->thread_index = (uint32_t)event->payload; /* as notes.c's change_thread */
	else
		judge_event(&drainer.figures, queue, event);
	queue_take(queue);
	drainer.pending = true;
}

static void take_all(void)
{
	for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
		while (drainer.open[i] && queue_peek(&drainer.queues[i]))
			take_one(&drainer.queues[i]);
}

static bool has_work(struct queue *queue, uint64_t cutoff)
{
	const struct queue_event *event = queue_peek(queue);

	return event && event->stamp <= cutoff;
}

/* As merge.c's merge_take: who has nothing at first is not asked again. */
static void take_by_stamp(uint64_t cutoff)
{
	bool has[PRODUCERS_MAX];

	for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
		has[i] = drainer.open[i] && has_work(&drainer.queues[i], cutoff);
	for (;;) {
		struct queue *first = NULL;
		for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
			if (has[i] && (!first || drainer.queues[i].head->stamp < first->head->stamp))
				first = &drainer.queues[i];
		if (!first)
			return;
		take_one(first);
		has[first - drainer.queues] = has_work(first, cutoff);
	}
}

/* As merge.c's merge_show_clock. */
static void show_clock(void)
{
	atomic_store_explicit(&world_session->clock.age, CLOCK_AGE, memory_order_relaxed);
	world.shown = model_ticks();
	atomic_store_explicit(&world_session->clock.stamp, world.shown, memory_order_relaxed);
}

/* As follow.c's take_all. */
static void take(bool last)
{
	if (world.setup->clock && !last)
		show_clock();
	uint64_t cutoff = world.setup->clock && !last ? model_ticks() : UINT64_MAX;
	adopt_slots();
	if (world.setup->clock)
		take_by_stamp(cutoff);
	else
		take_all();
}

/* As commit.c's write_batch.  The file makes it one step: a CURSOR is whole, or is not. */
static void commit_all(void)
{
	committed = drainer.figures;
	for (uint32_t i = 0; i < PRODUCERS_MAX; i++) {
		const struct queue *q = &drainer.queues[i];
		if (drainer.open[i])
			cursor[i] = (struct kept){q->incarnation, q->taken, q->side_taken, q->last_stamp,
						  q->thread_index};
	}
	drainer.pending = false;
	for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
		if (drainer.open[i])
			queue_release(&drainer.queues[i]);
}

/* As follow.c's beat. */
static void beat(void)
{
	atomic_fetch_add_explicit(&world_session->heartbeat, 1, memory_order_relaxed);
	if (atomic_load_explicit(&world_session->starving, memory_order_relaxed) > 0)
		schedule_wake(&world_session->heartbeat);
}

/* As merge.c's merge_sweep; a thread's end is seen through the kernel. */
static bool retire_ended(void)
{
	bool any = false;

	for (uint32_t i = 0; i < PRODUCERS_MAX; i++) {
		struct queue *queue = &drainer.queues[i];
		if (!drainer.open[i] || !queue_is_idle(queue))
			continue;
		uint64_t owner = atomic_load_explicit(&queue->slot->owner, memory_order_relaxed);
		if (thread_owner_state(owner) != THREAD_OWNED || !schedule_ended(thread_owner_tid(owner) - 1))
			continue;
		memory_order_after(schedule_self(), thread_owner_tid(owner) - 1);
		if (!queue_is_idle(queue) || !queue_begin_retiring(queue, owner))
			continue;
		queue_retire(queue);
		drainer.open[i] = false;
		any = true;
	}
	return any;
}

static bool producers_ended(void)
{
	for (unsigned i = 0; i < world.setup->producers; i++)
		if (!schedule_ended(i))
			return false;
	return true;
}

/* ---- its life -------------------------------------------------------------------------- */

/* The figures are a function of what is committed, but for what was taken since. */
static uint64_t drainer_state(void)
{
	uint64_t hash = memory_mix_words(0, &drainer.figures, sizeof drainer.figures);
	hash = memory_mix_words(hash, &committed, sizeof committed);
	hash = memory_mix_words(hash, cursor, sizeof cursor);
	for (unsigned i = 0; i < PRODUCERS_MAX; i++)
		if (drainer.open[i])
			hash = memory_mix_words(memory_mix(hash, i + 1), &drainer.queues[i],
						sizeof(struct queue));
	return memory_mix(hash, drainer.pending);
}

/* False: the drainer did all by itself. */
static bool await_death(unsigned task)
{
	while (!schedule_killed(DRAINER)) {
		if (schedule_ended(DRAINER))
			return false;
		schedule_idle(schedule_changes());
	}
	memory_order_after(task, DRAINER);
	return true;
}

void drainer_run(unsigned task)
{
	if (task == SUCCESSOR && !await_death(task))
		return;
	memset(&drainer, 0, sizeof drainer);
	drainer.figures = committed;
	for (;;) {
		schedule_at(drainer_state());
		uint64_t changes = schedule_changes();
		bool last = producers_ended();
		for (unsigned i = 0; last && i < world.setup->producers; i++)
			memory_order_after(task, i);
		take(last);
		/* There may be a time between. */
		bool commits = drainer.pending && explore_choose(2, true) == 0;
		if (commits || (last && drainer.pending))
			commit_all();
		beat();
		if (!retire_ended() && !commits) {
			if (last)
				return;
			schedule_idle(changes);
		}
	}
}

void drainer_reset(void)
{
	memset(&drainer, 0, sizeof drainer);
	memset(&committed, 0, sizeof committed);
	memset(cursor, 0, sizeof cursor);
}

uint32_t drainer_committed(void)
{
	return committed.count;
}
