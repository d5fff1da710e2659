/*
 * ledger.c - see ledger.h.
 */
#include "drain/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ledger_finish(struct ledger *ledger)
{
	free(ledger->waiting);
	free(ledger->last_alloc);
	ledger->waiting = NULL;
	ledger->last_alloc = NULL;
}

int64_t ledger_live_bytes(const struct ledger *ledger)
{
	return (int64_t)(ledger->totals.allocated_bytes - ledger->totals.freed_bytes);
}

/* ---- what waits ---------------------------------------------------------- */

static bool is_parked(const struct cursor_waiting *waiting)
{
	return waiting->kind != WAITING_REALLOC;
}

static void update_deadline(struct ledger *ledger)
{
	ledger->next_deadline = UINT64_MAX;
	for (size_t i = 0; i < ledger->waiting_count; i++) {
		uint64_t deadline = ledger->waiting[i].stamp + ledger->window_stamps;
		if (is_parked(&ledger->waiting[i]) && deadline < ledger->next_deadline)
			ledger->next_deadline = deadline;
	}
}

static void add_waiting(struct ledger *ledger, const struct cursor_waiting *waiting)
{
	if (ledger->waiting_count == ledger->waiting_capacity) {
		size_t capacity = ledger->waiting_capacity ? 2 * ledger->waiting_capacity : 64;
		void *grown = realloc(ledger->waiting, capacity * sizeof(*ledger->waiting));
		if (!grown) {
			ledger->batch->error = -ENOMEM;
			return;
		}
		ledger->waiting = grown;
		ledger->waiting_capacity = capacity;
	}
	ledger->waiting[ledger->waiting_count++] = *waiting;
	ledger->parked += is_parked(waiting);
	if (is_parked(waiting) && waiting->stamp + ledger->window_stamps < ledger->next_deadline)
		ledger->next_deadline = waiting->stamp + ledger->window_stamps;
}

/* Takes out the entry at `index`; the others keep their order, which is that of time. */
static struct cursor_waiting remove_waiting(struct ledger *ledger, size_t index)
{
	struct cursor_waiting removed = ledger->waiting[index];
	ledger->waiting_count--;
	memmove(&ledger->waiting[index], &ledger->waiting[index + 1],
		(ledger->waiting_count - index) * sizeof(removed));
	if (is_parked(&removed)) {
		ledger->parked--;
		update_deadline(ledger);
	}
	return removed;
}

/* Takes out what waits at this key for a record of another thread than its own. */
static bool take_parked(struct ledger *ledger, enum cursor_waiting_kind kind, uint64_t key,
			uint32_t thread_index, struct cursor_waiting *taken)
{
	for (size_t i = 0; ledger->parked > 0 && i < ledger->waiting_count; i++) {
		const struct cursor_waiting *w = &ledger->waiting[i];
		if (w->kind == (uint64_t)kind && w->key == key && w->thread_index != thread_index) {
			*taken = remove_waiting(ledger, i);
			return true;
		}
	}
	return false;
}

static bool take_realloc(struct ledger *ledger, const struct ledger_moment *moment,
			 struct cursor_waiting *taken)
{
	for (size_t i = 0; i < ledger->waiting_count; i++) {
		const struct cursor_waiting *w = &ledger->waiting[i];
		if (w->kind == WAITING_REALLOC && w->thread_index == moment->thread_index &&
		    w->side == moment->side) {
			*taken = remove_waiting(ledger, i);
			return true;
		}
	}
	return false;
}

/* ---- emitting ------------------------------------------------------------ */

static struct events_item item_of(const struct ledger_moment *moment, enum operation_type type, uint64_t key,
				  uint64_t flags)
{
	return (struct events_item){
		.time_ns = moment->time_ns,
		.node = moment->node,
		.thread = moment->thread_index,
		.type = (uint8_t)type,
		.flags = (uint16_t)(flags | (key & 1 ? OPERATION_TRACKED : 0)),
	};
}

/* Whether figures are kept, with room for this event; without memory for them a trace of events has no
 * summary, and that is all. */
static bool counts(struct ledger *ledger, const struct events_item *item)
{
	if (!ledger->figures)
		return false;
	if (figures_reserve(ledger->figures, item->node, item->thread) == 0)
		return true;
	ledger->figures = NULL;
	if (ledger->batch->aggregate) /* there is nothing else */
		ledger->batch->error = -ENOMEM;
	return false;
}

static struct figures_place place_of(const struct events_item *item)
{
	return (struct figures_place){item->time_ns, item->node, item->thread};
}

static void count_alloc(struct ledger *ledger, const struct events_item *item)
{
	struct figures_place at = place_of(item);
	if (counts(ledger, item))
		figures_alloc(ledger->figures, &at, item->size_bytes);
}

static uint32_t born_at(uint64_t time_ns)
{
	return (uint32_t)(time_ns / LIVEMAP_BORN_NS);
}

static void count_end(struct ledger *ledger, const struct events_item *item,
		      const struct livemap_entry *entry)
{
	struct figures_place at = place_of(item);
	struct figures_block block = {
		.size_bytes = entry->size_bytes,
		.lived_ns = (born_at(item->time_ns) - entry->born) * LIVEMAP_BORN_NS,
		.node = batch_origin(ledger->batch, entry->operation),
		.temporary = (item->flags & OPERATION_TEMPORARY) != 0,
		.lost = item->type == OPERATION_LOST,
		.collected = (item->flags & OPERATION_COLLECTED) != 0,
	};
	if (counts(ledger, item))
		figures_end(ledger->figures, &at, &block);
}

static void count_stray(struct ledger *ledger, const struct events_item *item)
{
	struct figures_place at = place_of(item);
	if (counts(ledger, item))
		figures_stray_free(ledger->figures, &at);
}

/* Remembers the thread's last allocation, by which a temporary one is known. */
static void note_alloc(struct ledger *ledger, uint32_t thread, uint64_t block)
{
	if (thread >= ledger->last_alloc_count) {
		size_t count = 2 * (size_t)thread + 16;
		uint64_t *grown = realloc(ledger->last_alloc, count * sizeof(*grown));
		if (!grown) {
			ledger->batch->error = -ENOMEM;
			return;
		}
		memset(grown + ledger->last_alloc_count, 0,
		       (count - ledger->last_alloc_count) * sizeof(*grown));
		ledger->last_alloc = grown;
		ledger->last_alloc_count = count;
	}
	ledger->last_alloc[thread] = block + 1;
}

static bool is_temporary(const struct ledger *ledger, uint32_t thread, const struct livemap_entry *entry)
{
	return thread < ledger->last_alloc_count && ledger->last_alloc[thread] == entry->block + 1;
}

static void emit_alloc(struct ledger *ledger, const struct ledger_moment *moment, struct livemap_entry *entry,
		       uint64_t flags)
{
	struct events_item item = item_of(moment, OPERATION_ALLOC, entry->key, flags);
	item.size_bytes = entry->size_bytes;
	entry->block = ledger->batch->allocations;
	entry->born = born_at(moment->time_ns);
	batch_event(ledger->batch, &item);
	entry->operation = item.operation;
	note_alloc(ledger, moment->thread_index, entry->block);
	count_alloc(ledger, &item);
	struct cursor_totals *totals = &ledger->totals;
	totals->allocated_bytes += weight_of(entry->size_bytes, ledger->sample_bytes).bytes;
	if (totals->allocated_bytes - totals->freed_bytes > totals->peak_bytes)
		totals->peak_bytes = totals->allocated_bytes - totals->freed_bytes;
}

/* FREE or LOST of a block; one that is hidden ends in silence. */
static void emit_end(struct ledger *ledger, const struct ledger_moment *moment, enum operation_type type,
		     const struct livemap_entry *entry, uint64_t flags)
{
	if (entry->block & LIVEMAP_HIDDEN)
		return;
	/* Where blocks are sampled the recorder says so, which sees what lies between. */
	if (type == OPERATION_FREE && ledger->sample_bytes == 0 &&
	    is_temporary(ledger, moment->thread_index, entry))
		flags |= OPERATION_TEMPORARY;
	struct events_item item = item_of(moment, type, entry->key, flags);
	item.size_bytes = entry->size_bytes;
	item.operation = entry->operation;
	batch_event(ledger->batch, &item);
	count_end(ledger, &item, entry);
	ledger->totals.frees++;
	ledger->totals.freed_bytes += weight_of(entry->size_bytes, ledger->sample_bytes).bytes;
}

static void emit_stray(struct ledger *ledger, const struct cursor_waiting *free, uint64_t time_ns)
{
	/* Of a block that was not sampled: the recorder could not know. */
	if (ledger->sample_bytes > 0)
		return;
	struct ledger_moment moment = {free->stamp, time_ns, (uint32_t)free->thread_index,
				       (uint32_t)free->node, false};
	/* Whether a collector did it matters for blocks that are known. */
	uint64_t flags = free->flags & ~(uint64_t)OPERATION_COLLECTED;
	struct events_item item = item_of(&moment, OPERATION_STRAY_FREE, free->key, flags);
	item.address = free->key >> 1;
	batch_event(ledger->batch, &item);
	count_stray(ledger, &item);
	if (ledger->keeps_strays && ledger->strays++ < FORMAT_STRAYS_MAX)
		batch_stray(ledger->batch, item.address);
}

static void set_block(struct cursor_waiting *waiting, const struct livemap_entry *entry)
{
	waiting->known = (uint64_t)entry->operation + 1;
	waiting->block = entry->block;
	waiting->born = entry->born;
	waiting->size_bytes = entry->size_bytes;
}

static struct livemap_entry entry_of(const struct cursor_waiting *waiting)
{
	uint32_t operation = waiting->known ? (uint32_t)(waiting->known - 1) : 0;
	return (struct livemap_entry){waiting->key, waiting->block, waiting->size_bytes, operation,
				      (uint32_t)waiting->born};
}

static struct ledger_moment moment_of(const struct cursor_waiting *waiting, uint64_t time_ns)
{
	return (struct ledger_moment){waiting->stamp, time_ns, (uint32_t)waiting->thread_index,
				      (uint32_t)waiting->node, waiting->side != 0};
}

static struct cursor_waiting waiting_of(const struct ledger_moment *moment, enum cursor_waiting_kind kind,
					uint64_t key, uint64_t flags)
{
	return (struct cursor_waiting){.kind = kind,
				       .thread_index = moment->thread_index,
				       .side = moment->side,
				       .key = key,
				       .node = moment->node,
				       .flags = flags,
				       .stamp = moment->stamp};
}

/* ---- frees --------------------------------------------------------------- */

static void free_unknown(struct ledger *ledger, const struct ledger_moment *moment, uint64_t key,
			 uint64_t flags)
{
	struct cursor_waiting waiting = waiting_of(moment, WAITING_FREE, key, flags);
	if (ledger->threads > 1)
		add_waiting(ledger, &waiting);
	else
		emit_stray(ledger, &waiting, moment->time_ns);
}

/* A free ends the parked block first, unless it comes from the thread that was handed the
 * address: that one's frees of the old block were in order. */
static void take_free(struct ledger *ledger, const struct ledger_moment *moment, uint64_t key, uint64_t flags)
{
	struct cursor_waiting parked;
	struct livemap_entry entry;
	if (take_parked(ledger, WAITING_BLOCK, key, moment->thread_index, &parked)) {
		entry = entry_of(&parked);
		emit_end(ledger, moment, OPERATION_FREE, &entry, flags);
	} else if (livemap_remove(ledger->map, key, &entry)) {
		emit_end(ledger, moment, OPERATION_FREE, &entry, flags);
	} else {
		free_unknown(ledger, moment, key, flags);
	}
}

static void take_realloc_free(struct ledger *ledger, const struct ledger_moment *moment, struct queue *queue,
			      uint64_t key, uint64_t flags)
{
	struct cursor_waiting waiting = waiting_of(moment, WAITING_REALLOC, key, OPERATION_REALLOC | flags);
	struct livemap_entry entry;
	if (livemap_remove(ledger->map, key, &entry)) {
		set_block(&waiting, &entry);
	}
	add_waiting(ledger, &waiting);
	queue->reallocs[moment->side]++;
}

/* The realloc succeeded: now the old block has ended.  Returns the flags of the new one. */
static uint64_t complete_realloc(struct ledger *ledger, const struct ledger_moment *moment,
				 struct queue *queue)
{
	struct cursor_waiting waiting;
	if (queue->reallocs[moment->side] == 0 || !take_realloc(ledger, moment, &waiting))
		return 0;
	queue->reallocs[moment->side]--;
	struct ledger_moment then = moment_of(&waiting, moment->time_ns);
	struct livemap_entry entry = entry_of(&waiting);
	if (waiting.known)
		emit_end(ledger, &then, OPERATION_FREE, &entry, waiting.flags);
	else
		take_free(ledger, &then, waiting.key, waiting.flags);
	return OPERATION_REALLOC;
}

/* ---- allocations --------------------------------------------------------- */

/* Whatever stands at the address has been freed: the record of that is still to come, or lost. */
static void park_old_block(struct ledger *ledger, const struct ledger_moment *moment,
			   const struct livemap_entry *old)
{
	if (ledger->threads <= 1) {
		emit_end(ledger, moment, OPERATION_LOST, old, 0);
		return;
	}
	struct cursor_waiting waiting = waiting_of(moment, WAITING_BLOCK, old->key, 0);
	set_block(&waiting, old);
	add_waiting(ledger, &waiting);
}

/* A free that this thread parked itself came before, in order: it was another block's. */
static void give_up_own_free(struct ledger *ledger, const struct ledger_moment *moment, uint64_t key)
{
	for (size_t i = 0; ledger->parked > 0 && i < ledger->waiting_count; i++) {
		const struct cursor_waiting *w = &ledger->waiting[i];
		if (w->kind == WAITING_FREE && w->key == key && w->thread_index == moment->thread_index) {
			struct cursor_waiting stray = remove_waiting(ledger, i);
			emit_stray(ledger, &stray, moment->time_ns);
			return;
		}
	}
}

static void take_alloc(struct ledger *ledger, const struct ledger_moment *moment, struct livemap_entry *entry,
		       bool hidden, uint64_t flags)
{
	struct cursor_waiting parked;
	struct livemap_entry old;
	give_up_own_free(ledger, moment, entry->key);
	struct livemap_place *place = livemap_place(ledger->map, entry->key, &old);
	if (old.key)
		park_old_block(ledger, moment, &old);
	if (hidden)
		entry->block = ledger->hidden++ | LIVEMAP_HIDDEN;
	else
		emit_alloc(ledger, moment, entry, flags);
	if (!take_parked(ledger, WAITING_FREE, entry->key, moment->thread_index, &parked)) {
		livemap_fill(ledger->map, place, entry);
		return;
	}
	struct ledger_moment then = moment_of(&parked, moment->time_ns);
	emit_end(ledger, &then, OPERATION_FREE, entry, parked.flags);
}

static void realloc_failed(struct ledger *ledger, const struct ledger_moment *moment, struct queue *queue)
{
	struct cursor_waiting waiting;
	if (queue->reallocs[moment->side] == 0 || !take_realloc(ledger, moment, &waiting))
		return;
	queue->reallocs[moment->side]--;
	struct livemap_entry entry = entry_of(&waiting), none;
	if (waiting.known && !livemap_find(ledger->map, entry.key, &none))
		livemap_fill(ledger->map, livemap_place(ledger->map, entry.key, &none), &entry);
	else if (waiting.known)
		emit_end(ledger, moment, OPERATION_LOST, &entry, 0);
}

static uint64_t flags_of_realloc(const struct queue_event *event)
{
	return event->size_bytes & RECORD_TEMPORARY ? OPERATION_TEMPORARY : 0;
}

static uint64_t flags_of_free(const struct queue *queue, const struct queue_event *event)
{
	return flags_of_realloc(event) | (queue->collections > 0 ? OPERATION_COLLECTED : 0);
}

/* ---- in and out ---------------------------------------------------------- */

static bool key_usable(const struct queue_event *event)
{
	return event->address > 0 && event->address < UINT64_C(1) << 62;
}

void ledger_take(struct ledger *ledger, struct queue *queue, const struct queue_event *event,
		 uint64_t time_ns)
{
	struct ledger_moment moment = {event->stamp, time_ns, queue->thread_index, event->node, event->side};
	bool tracked = event->type == RECORD_TRACK_ALLOC || event->type == RECORD_TRACK_FREE;
	struct livemap_entry entry = {.key = livemap_key(event->address, tracked),
				      .size_bytes = event->size_bytes};
	uint64_t flags;

	if (event->type == RECORD_EXT) {
		if (event->ext == EXT_REALLOC_FAILED)
			realloc_failed(ledger, &moment, queue);
		else if (event->ext == EXT_REALLOC_UNSAMPLED)
			complete_realloc(ledger, &moment, queue);
		return;
	}
	if (!key_usable(event))
		return;
	switch (event->type) {
	case RECORD_ALLOC:
	case RECORD_HIDDEN_ALLOC:
		flags = complete_realloc(ledger, &moment, queue);
		take_alloc(ledger, &moment, &entry, event->type == RECORD_HIDDEN_ALLOC, flags);
		break;
	case RECORD_TRACK_ALLOC:
		take_alloc(ledger, &moment, &entry, false, 0);
		break;
	case RECORD_FREE:
	case RECORD_TRACK_FREE:
		take_free(ledger, &moment, entry.key, flags_of_free(queue, event));
		break;
	case RECORD_REALLOC_FREE:
		take_realloc_free(ledger, &moment, queue, entry.key, flags_of_realloc(event));
		break;
	default:
		break;
	}
}

void ledger_expire(struct ledger *ledger, uint64_t stamp, uint64_t time_ns)
{
	for (size_t i = 0;
	     ledger->parked > 0 && ledger->next_deadline <= stamp && i < ledger->waiting_count;) {
		const struct cursor_waiting *w = &ledger->waiting[i];
		bool late = stamp == UINT64_MAX || w->stamp + ledger->window_stamps <= stamp;
		if (!is_parked(w) || !late) {
			i++;
			continue;
		}
		struct cursor_waiting waiting = remove_waiting(ledger, i);
		struct ledger_moment then = moment_of(&waiting, time_ns);
		struct livemap_entry entry = entry_of(&waiting);
		if (waiting.kind == WAITING_FREE)
			emit_stray(ledger, &waiting, time_ns);
		else
			emit_end(ledger, &then, OPERATION_LOST, &entry, 0);
	}
}

int ledger_restore(struct ledger *ledger, const struct cursor *cursor)
{
	ledger->totals = cursor->totals;
	ledger->hidden = cursor->hidden;
	ledger->threads = (uint32_t)cursor->threads;
	for (size_t i = 0; i < cursor->position_count; i++) {
		if (cursor->positions[i].last_alloc > 0)
			note_alloc(ledger, (uint32_t)i, cursor->positions[i].last_alloc - 1);
	}
	for (size_t i = 0; i < cursor->waiting_count; i++) {
		const struct cursor_waiting *w = &cursor->waiting[i];
		struct livemap_entry entry;
		/* Put back after the commit point, where it was still out. */
		if (w->kind == WAITING_REALLOC && w->known && livemap_find(ledger->map, w->key, &entry) &&
		    entry.block == w->block)
			livemap_remove(ledger->map, w->key, &entry);
		add_waiting(ledger, w);
	}
	return ledger->batch->error;
}
