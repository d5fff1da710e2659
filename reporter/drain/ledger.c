/*
 * ledger.c - see ledger.h.
 */
#include "drain/ledger.h"

#include "drain/ledger_emit.h"

#include <stdlib.h>

void ledger_finish(struct ledger *ledger)
{
	waiting_finish(&ledger->waiting);
	free(ledger->last_alloc);
	free(ledger->huge);
	ledger->last_alloc = NULL;
	ledger->huge = NULL;
}

int64_t ledger_live_bytes(const struct ledger *ledger)
{
	return (int64_t)(ledger->totals.allocated_bytes - ledger->totals.freed_bytes);
}

/* ---- what waits ---------------------------------------------------------- */

static void set_block(struct cursor_waiting *waiting, const struct livemap_entry *entry)
{
	waiting->known = (uint64_t)entry->operation + 1;
	waiting->block = entry->block;
	waiting->born = entry->born;
	waiting->size_bytes = entry->size_bytes;
	waiting->block_kind = entry->kind;
}

static struct livemap_entry entry_of(const struct cursor_waiting *waiting)
{
	uint32_t operation = waiting->known ? (uint32_t)(waiting->known - 1) : 0;
	return (struct livemap_entry){.key = waiting->key,
				      .block = waiting->block,
				      .size_bytes = waiting->size_bytes,
				      .operation = operation,
				      .born = (uint32_t)waiting->born,
				      .kind = (uint32_t)waiting->block_kind};
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

static void add_waiting(struct ledger *ledger, const struct cursor_waiting *waiting)
{
	int error = waiting_add(&ledger->waiting, waiting);
	if (error)
		ledger->batch->error = error;
}

/* ---- frees --------------------------------------------------------------- */

static void free_unknown(struct ledger *ledger, const struct ledger_moment *moment, uint64_t key,
			 uint64_t flags)
{
	struct cursor_waiting waiting = waiting_of(moment, WAITING_FREE, key, flags);
	if (ledger->threads > 1)
		add_waiting(ledger, &waiting);
	else
		ledger_emit_stray(ledger, &waiting, moment->time_ns);
}

/* A free ends the parked block first, unless it comes from the thread that was handed the
 * address: that one's frees of the old block were in order. */
static void take_free(struct ledger *ledger, const struct ledger_moment *moment, uint64_t key, uint64_t flags)
{
	struct cursor_waiting parked;
	struct livemap_entry entry;
	if (waiting_take(&ledger->waiting, WAITING_BLOCK, key, moment->thread_index, false, &parked)) {
		entry = entry_of(&parked);
		ledger_emit_end(ledger, moment, OPERATION_FREE, &entry, flags);
	} else if (livemap_remove(ledger->map, key, &entry)) {
		ledger_emit_end(ledger, moment, OPERATION_FREE, &entry, flags);
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

static bool take_realloc(struct ledger *ledger, const struct ledger_moment *moment, struct queue *queue,
			 struct cursor_waiting *taken)
{
	if (queue->reallocs[moment->side] == 0 ||
	    !waiting_take_realloc(&ledger->waiting, moment->thread_index, moment->side, taken))
		return false;
	queue->reallocs[moment->side]--;
	return true;
}

/* The realloc succeeded: now the old block has ended.  Returns the flags of the new one. */
static uint64_t complete_realloc(struct ledger *ledger, const struct ledger_moment *moment,
				 struct queue *queue)
{
	struct cursor_waiting waiting;
	if (!take_realloc(ledger, moment, queue, &waiting))
		return 0;
	struct ledger_moment then = moment_of(&waiting, moment->time_ns);
	struct livemap_entry entry = entry_of(&waiting);
	if (waiting.known)
		ledger_emit_end(ledger, &then, OPERATION_FREE, &entry, waiting.flags);
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
		ledger_emit_end(ledger, moment, OPERATION_LOST, old, 0);
		return;
	}
	struct cursor_waiting waiting = waiting_of(moment, WAITING_BLOCK, old->key, 0);
	set_block(&waiting, old);
	add_waiting(ledger, &waiting);
}

/* A free that this thread parked itself came before, in order: it was another block's. */
static void give_up_own_free(struct ledger *ledger, const struct ledger_moment *moment, uint64_t key)
{
	struct cursor_waiting stray;
	if (waiting_take(&ledger->waiting, WAITING_FREE, key, moment->thread_index, true, &stray))
		ledger_emit_stray(ledger, &stray, moment->time_ns);
}

static void take_alloc(struct ledger *ledger, const struct ledger_moment *moment, struct livemap_entry *entry,
		       bool hidden, uint64_t flags)
{
	struct cursor_waiting parked;
	struct livemap_entry old;
	give_up_own_free(ledger, moment, entry->key);
	if (livemap_remove(ledger->map, entry->key, &old))
		park_old_block(ledger, moment, &old);
	if (hidden)
		entry->block = ledger->hidden++ | LIVEMAP_HIDDEN;
	else
		ledger_emit_alloc(ledger, moment, entry, flags);
	if (!waiting_take(&ledger->waiting, WAITING_FREE, entry->key, moment->thread_index, false, &parked)) {
		livemap_put(ledger->map, entry);
		return;
	}
	struct ledger_moment then = moment_of(&parked, moment->time_ns);
	ledger_emit_end(ledger, &then, OPERATION_FREE, entry, parked.flags);
}

static void realloc_failed(struct ledger *ledger, const struct ledger_moment *moment, struct queue *queue)
{
	struct cursor_waiting waiting;
	if (!take_realloc(ledger, moment, queue, &waiting))
		return;
	struct livemap_entry entry = entry_of(&waiting), none;
	if (waiting.known && !livemap_find(ledger->map, entry.key, &none))
		livemap_put(ledger->map, &entry);
	else if (waiting.known)
		ledger_emit_end(ledger, moment, OPERATION_LOST, &entry, 0);
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
	return event->address > 0 && event->address < UINT64_C(1) << LIVEMAP_ADDRESS_BITS;
}

/* More than there are addresses only a tracked size can be, which is anybody's word. */
static uint64_t size_within_map(uint64_t size_bytes)
{
	return size_bytes < LIVEMAP_SIZE_MAX ? size_bytes : LIVEMAP_SIZE_MAX;
}

void ledger_take(struct ledger *ledger, struct queue *queue, const struct queue_event *event,
		 uint64_t time_ns)
{
	struct ledger_moment moment = {event->stamp, time_ns, queue->thread_index, event->node, event->side};
	bool tracked = event->type == RECORD_TRACK_ALLOC || event->type == RECORD_TRACK_FREE;
	struct livemap_entry entry = {.key = livemap_key(event->address, tracked),
				      .size_bytes = size_within_map(event->size_bytes)};
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
	struct cursor_waiting waiting;
	while (waiting_take_late(&ledger->waiting, stamp, &waiting)) {
		struct ledger_moment then = moment_of(&waiting, time_ns);
		struct livemap_entry entry = entry_of(&waiting);
		if (waiting.kind == WAITING_FREE)
			ledger_emit_stray(ledger, &waiting, time_ns);
		else
			ledger_emit_end(ledger, &then, OPERATION_LOST, &entry, 0);
	}
}

int ledger_restore(struct ledger *ledger, const struct cursor *cursor)
{
	ledger->totals = cursor->totals;
	ledger->hidden = cursor->hidden;
	ledger->threads = (uint32_t)cursor->threads;
	for (size_t i = 0; i < cursor->position_count; i++) {
		if (cursor->positions[i].last_alloc > 0)
			ledger_note_alloc(ledger, (uint32_t)i, cursor->positions[i].last_alloc - 1);
	}
	for (size_t i = 0; i < cursor->huge_count; i++)
		ledger_note_huge(ledger, cursor->huge[i].block, (uint32_t)cursor->huge[i].kind);
	for (size_t i = 0; i < cursor->waiting_count; i++) {
		const struct cursor_waiting *w = &cursor->waiting[i];
		struct livemap_entry entry;
		/* Put back after the commit point, where it was still out. */
		if (w->kind == WAITING_REALLOC && w->known && livemap_find(ledger->map, w->key, &entry) &&
		    entry.block == w->block) {
			int error = livemap_ready(ledger->map, 1);
			if (error < 0)
				return error;
			livemap_remove(ledger->map, w->key, &entry);
		}
		add_waiting(ledger, w);
	}
	return ledger->batch->error;
}
