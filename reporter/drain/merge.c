/*
 * merge.c - the threads' queues become one order, by stamp.
 *
 * Why a cut-off makes it sound: an event is committed before anything that depends on it is
 * stamped.  The clock is read before the queues are, so whatever an event up to that reading
 * depends on is in them.
 */
#include "drain/express.h"
#include "drain/state.h"

#include <errno.h>
#include <stdlib.h>

#define RUN_RECORDS 256u               /* taken of one queue before the others are looked at */
#define STUCK_NS UINT64_C(1000000000)  /* how long a thread may take to finish a node */
#define CLOCK_AGE_NS UINT64_C(1250000) /* a nap and waking up from it */
#define CLOCK_EVERY 1024               /* records, some tens of microseconds */

/* ---- slots --------------------------------------------------------------- */

static const struct cursor_slot *recovered_slot(const struct drain *drain, const struct queue *queue)
{
	for (size_t i = 0; i < drain->recovered.slot_count; i++) {
		const struct cursor_slot *s = &drain->recovered.slots[i];
		if (s->slot == queue->slot_index && s->incarnation == queue->incarnation)
			return s;
	}
	return NULL;
}

static void restore_queue(struct drain *drain, struct queue *queue)
{
	const struct cursor_slot *s = recovered_slot(drain, queue);
	if (!s)
		return;
	queue->taken = queue->released = s->taken;
	queue->side_taken = s->side_taken;
	queue->thread_index = (uint32_t)s->thread_index;
	queue->last_stamp = s->last_stamp;
	queue->collections = (uint32_t)s->collections;
	for (size_t i = 0; i < drain->ledger.waiting.count; i++) {
		const struct cursor_waiting *w = &drain->ledger.waiting.items[i];
		if (w->kind == WAITING_REALLOC && w->thread_index == queue->thread_index)
			queue->reallocs[w->side & 1]++;
	}
	/* What the commit point covers may not have been given back yet. */
	while (queue_skip_taken(queue)) {
	}
	queue_release(queue);
}

static void adopt_slot(struct drain *drain, uint32_t index)
{
	struct session_thread *slot = session_thread(drain->mapping.header, index);
	/* Acquire pairs with the release of who claimed the slot: the claim is seen whole. */
	uint64_t owner = atomic_load_explicit(&slot->owner, memory_order_acquire);
	if (drain->queues[index] || !queue_is_used(owner))
		return;
	struct queue *queue = malloc(sizeof(*queue));
	if (!queue) {
		drain->batch.error = -ENOMEM;
		return;
	}
	queue_init(queue, drain->mapping.header, index);
	restore_queue(drain, queue);
	drain->queues[index] = queue;
	drain->queues_open++;
}

uint32_t merge_slots(const struct drain *drain)
{
	struct session_header *h = drain->mapping.header;
	/* Relaxed: each slot's state orders what is in it. */
	uint32_t used = atomic_load_explicit(&h->threads_used, memory_order_relaxed);
	return used < h->threads_max ? used : h->threads_max;
}

void merge_refresh(struct drain *drain)
{
	uint32_t used = merge_slots(drain);
	for (uint32_t i = 0; i < used; i++)
		adopt_slot(drain, i);
}

/* Whether the slot has a thread, or is kept for the next one.  Whose thread may not be asked for lives as
 * long as its process. */
static bool is_wanted(const struct drain *drain, uint64_t owner)
{
	return thread_owner_state(owner) != THREAD_OWNED || thread_owner_tid(owner) == 0 ||
	       watch_thread_alive(&drain->watch, thread_owner_tid(owner));
}

void merge_sweep(struct drain *drain)
{
	uint32_t used = merge_slots(drain);
	for (uint32_t i = 0; i < used; i++) {
		struct queue *queue = drain->queues[i];
		if (!queue || !queue_is_idle(queue))
			continue;
		uint64_t owner = atomic_load_explicit(&queue->slot->owner, memory_order_relaxed);
		if (is_wanted(drain, owner))
			continue;
		/* It may have written its last between the look and the question. */
		if (!queue_is_idle(queue) || !queue_begin_retiring(queue, owner))
			continue;
		queue_retire(queue);
		free(queue);
		drain->queues[i] = NULL;
		drain->queues_open--;
	}
}

/* ---- heap ---------------------------------------------------------------- */

static uint64_t head_stamp(struct queue *queue)
{
	return queue_peek(queue)->stamp;
}

static void sift_down(struct drain *drain, uint32_t at)
{
	struct queue **heap = drain->heap;
	for (;;) {
		uint32_t least = at, left = 2 * at + 1, right = left + 1;
		if (left < drain->heap_count && head_stamp(heap[left]) < head_stamp(heap[least]))
			least = left;
		if (right < drain->heap_count && head_stamp(heap[right]) < head_stamp(heap[least]))
			least = right;
		if (least == at)
			return;
		struct queue *moved = heap[at];
		heap[at] = heap[least];
		heap[least] = moved;
		at = least;
	}
}

static bool has_work(struct queue *queue, uint64_t cutoff)
{
	const struct queue_event *event = queue_peek(queue);
	return event && event->stamp <= cutoff;
}

static void build_heap(struct drain *drain, uint64_t cutoff)
{
	uint32_t used = merge_slots(drain);
	drain->heap_count = 0;
	for (uint32_t i = 0; i < used; i++) {
		if (drain->queues[i] && has_work(drain->queues[i], cutoff))
			drain->heap[drain->heap_count++] = drain->queues[i];
	}
	for (uint32_t i = drain->heap_count / 2; i-- > 0;)
		sift_down(drain, i);
}

/* The first queue's head was taken: puts it where it belongs now. */
static void advance_heap(struct drain *drain, uint64_t cutoff)
{
	if (!has_work(drain->heap[0], cutoff))
		drain->heap[0] = drain->heap[--drain->heap_count];
	sift_down(drain, 0);
}

/* ---- the clock that producers may share ---------------------------------- */

void merge_show_clock(struct drain *drain)
{
	struct session_clock *clock = &drain->mapping.header->clock;
	atomic_store_explicit(&clock->age, timebase_stamps(&drain->timebase, CLOCK_AGE_NS),
			      memory_order_relaxed);
	atomic_store_explicit(&clock->stamp, timebase_now_stamp(&drain->timebase), memory_order_relaxed);
}

void merge_hide_clock(struct drain *drain)
{
	atomic_store_explicit(&drain->mapping.header->clock.stamp, 0, memory_order_relaxed);
}

/* ---- taking -------------------------------------------------------------- */

void merge_name_thread(struct drain *drain, struct queue *queue, uint32_t tid, uint64_t started_ns)
{
	queue->thread_index = drain->thread_count++;
	buffer_varint(&drain->batch.threads, queue->thread_index);
	buffer_varint(&drain->batch.threads, tid);
	buffer_varint(&drain->batch.threads, started_ns);
	drain->batch.thread_entries++;
	drain->ledger.threads = drain->thread_count;
}

static void name_first_thread(struct drain *drain, struct queue *queue)
{
	if (queue->thread_index == QUEUE_NO_THREAD)
		merge_name_thread(drain, queue, queue->slot->claimed_tid,
				  timebase_ticks_ns(&drain->timebase, queue->slot->started_ticks));
}

/* A node that its thread has not finished is waited for, within reason. */
static bool node_ready(struct drain *drain, uint32_t node, bool alive)
{
	if (tables_ready(&drain->tables, node)) {
		drain->stuck_since_ns = 0;
		return true;
	}
	uint64_t now_ns = clock_monotonic_ns();
	if (drain->stuck_since_ns == 0)
		drain->stuck_since_ns = now_ns;
	if (alive && now_ns - drain->stuck_since_ns < STUCK_NS)
		return false;
	tables_give_up_waiting(&drain->tables, node);
	return true;
}

static void count_records(struct drain *drain, uint32_t count)
{
	uint64_t before = drain->batch_records;
	drain->batch_records += count;
	if (before / CLOCK_EVERY != drain->batch_records / CLOCK_EVERY)
		merge_show_clock(drain);
}

static void take_one(struct drain *drain, struct queue *queue, const struct queue_event *event)
{
	uint64_t time_ns = timebase_stamp_ns(&drain->timebase, event->stamp);
	if (time_ns < drain->last_event_ns)
		time_ns = drain->last_event_ns;
	drain->last_event_ns = time_ns;
	ledger_expire(&drain->ledger, event->stamp, time_ns);
	if (ledger_concerns(event))
		ledger_take(&drain->ledger, queue, event, time_ns);
	else
		notes_take(drain, queue, event, time_ns);
	queue_take(queue);
	livemap_prefetch(drain->map, livemap_key(queue->coming_address, false));
	count_records(drain, 1);
}

/* How many different moves are worth their memory; beyond, reports replay.  There is some for any trace, and
 * some of what nodes and places of events are allowed. */
static uint32_t moves_limit(const struct drain *drain)
{
	uint32_t places =
		events_encoder_begins(drain->batch.encoder)->count + drain->figures.free_numbers.count;
	uint32_t count = DRAIN_MOVES_LEAST + drain->tables.nodes_ready / 4 + places / 2;
	return count < drain->moves_max ? count : drain->moves_max;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Takes up to `max` records of one queue, as long as they come before all others'.  1: its turn is over; 0:
 * its next node is not ready; or -errno. */
static int take_run(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t max, bool alive)
{
	uint32_t nodes_max = drain->mapping.header->nodes_max;
	int error = livemap_ready(drain->map, RUN_RECORDS * LEDGER_CHANGES);
	/* A commit frees what this batch removed. */
	if (error == -ENOSPC && drain->batch_records > 0)
		return -EAGAIN;
	if (error < 0)
		return error;
	name_first_thread(drain, queue);
	drain->figures.moves.limit = moves_limit(drain);
	for (uint32_t i = 0; i < max; i++) {
		uint32_t taken =
			express_take(drain, queue, least(last_stamp, drain->boundary_stamp), max - i);
		count_records(drain, taken);
		i += taken;
		if (i >= max)
			break;
		const struct queue_event *event = queue_peek(queue);
		if (!event || event->stamp > last_stamp || drain->batch.error)
			break;
		if (event->stamp > drain->boundary_stamp)
			boundaries_cross(drain, event->stamp);
		queue_limit_node(queue, nodes_max);
		if (!node_ready(drain, event->node, alive))
			return 0;
		take_one(drain, queue, event);
	}
	return 1;
}

/* Up to which stamp the first queue's records come before all others'. */
static uint64_t end_of_turn(const struct drain *drain, uint64_t cutoff)
{
	uint64_t stamp = cutoff;
	for (uint32_t i = 1; i < drain->heap_count && i <= 2; i++) {
		if (head_stamp(drain->heap[i]) < stamp)
			stamp = head_stamp(drain->heap[i]);
	}
	return stamp;
}

int merge_take(struct drain *drain, uint64_t cutoff, bool alive)
{
	uint64_t records_max = commit_records_max(drain);
	build_heap(drain, cutoff);
	while (drain->heap_count > 0 && drain->batch_records < records_max && !drain->batch.error) {
		uint64_t left = records_max - drain->batch_records;
		uint32_t max = left < RUN_RECORDS ? (uint32_t)left : RUN_RECORDS;
		int result = take_run(drain, drain->heap[0], end_of_turn(drain, cutoff), max, alive);
		/* Relaxed: who traces lines only looks whether it changes. */
		atomic_store_explicit(&drain->mapping.header->events_taken, drain->batch.events,
				      memory_order_relaxed);
		if (result <= 0)
			return result;
		advance_heap(drain, cutoff);
	}
	return drain->batch.error;
}
