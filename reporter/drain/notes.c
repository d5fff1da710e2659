/*
 * notes.c - records that concern no block: annotations, forks, requests for the live figure.
 */
#include "drain/state.h"

#include <errno.h>
#include <linux/futex.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SNAPSHOT_BLOCKS 500000u /* in one BLOCK_SNAPSHOT: below FORMAT_BLOCK_MAX in any case */

static void put_note(struct drain *drain, const struct queue *queue, const struct queue_event *event,
		     uint64_t time_ns, enum note_kind kind, bool has_payload)
{
	struct buffer *notes = &drain->batch.notes;
	buffer_varint(notes, drain->batch.events);
	buffer_varint(notes, queue->thread_index);
	buffer_varint(notes, event->node);
	buffer_varint(notes, kind);
	buffer_varint(notes, time_ns);
	buffer_varint(notes, event->value_count + has_payload);
	if (has_payload)
		buffer_varint(notes, event->payload);
	for (uint32_t i = 0; i < event->value_count; i++)
		buffer_varint(notes, queue->values[i]);
	drain->batch.note_entries++;
}

static void put_labelled(struct drain *drain, const struct queue *queue, const struct queue_event *event,
			 uint64_t time_ns, enum note_kind kind)
{
	tables_label(&drain->tables, &drain->batch, event->payload);
	if (kind != NOTE_CACHE)
		boundaries_mark(drain, time_ns);
	put_note(drain, queue, event, time_ns, kind, true);
}

/* ---- the live set at a fork ---------------------------------------------- */

static int compare_keys(const void *left, const void *right)
{
	const struct livemap_entry *a = left, *b = right;
	return a->key < b->key ? -1 : a->key > b->key;
}

/* Keeps what a child inherits under its parent's name: neither tracked nor hidden blocks. */
static size_t keep_visible(struct livemap_entry *entries, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (!(entries[i].key & 1) && !(entries[i].block & LIVEMAP_HIDDEN))
			entries[kept++] = entries[i];
	}
	return kept;
}

static void put_snapshot(struct batch *batch, uint64_t fork_id, const struct livemap_entry *entries,
			 size_t count)
{
	struct buffer *payload = &batch->scratch;
	uint64_t address = 0;
	buffer_varint(payload, fork_id);
	buffer_varint(payload, batch->events);
	buffer_varint(payload, count);
	for (size_t i = 0; i < count; i++) {
		buffer_varint(payload, (entries[i].key >> 1) - address);
		buffer_varint(payload, entries[i].size_bytes);
		buffer_varint(payload, batch_origin(batch, entries[i].operation));
		address = entries[i].key >> 1;
	}
	batch_block(batch, BLOCK_SNAPSHOT);
}

static void take_snapshot(struct drain *drain, uint64_t fork_id)
{
	struct livemap_entry *entries;
	size_t count, at = 0;
	if (livemap_copy(drain->map, &entries, &count) < 0) {
		drain->batch.error = -ENOMEM;
		return;
	}
	batch_close_events(&drain->batch);
	count = keep_visible(entries, count);
	qsort(entries, count, sizeof(*entries), compare_keys);
	do {
		size_t part = count - at < SNAPSHOT_BLOCKS ? count - at : SNAPSHOT_BLOCKS;
		put_snapshot(&drain->batch, fork_id, entries + at, part);
		at += part;
	} while (at < count);
	free(entries);
}

/* ---- asking for the live figure ------------------------------------------ */

static void answer_sync(struct drain *drain, uint64_t sequence)
{
	struct session_header *h = drain->mapping.header;
	atomic_store_explicit(&h->live_bytes, ledger_live_bytes(&drain->ledger), memory_order_relaxed);
	/* Release pairs with the asker's acquire of `synced`: it sees the figure. */
	atomic_store_explicit(&h->synced, sequence, memory_order_release);
	atomic_fetch_add_explicit(&h->heartbeat, 1, memory_order_relaxed);
	syscall(SYS_futex, &h->heartbeat, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* ---- collections ----------------------------------------------------------- */

static void begin_collection(struct queue *queue)
{
	if (queue->collections < UINT32_MAX)
		queue->collections++;
}

static void end_collection(struct queue *queue)
{
	if (queue->collections > 0)
		queue->collections--;
}

/* One has ended, and what it did not end itself is over. */
static void change_thread(struct drain *drain, struct queue *queue, uint32_t tid, uint64_t time_ns)
{
	merge_name_thread(drain, queue, tid, time_ns);
	queue->collections = 0;
	queue->reallocs[0] = queue->reallocs[1] = 0;
}

void notes_take(struct drain *drain, struct queue *queue, const struct queue_event *event, uint64_t time_ns)
{
	switch (event->ext) {
	case EXT_MARK:
		put_labelled(drain, queue, event, time_ns, NOTE_MARK);
		break;
	case EXT_BEGIN:
		put_labelled(drain, queue, event, time_ns, NOTE_BEGIN);
		break;
	case EXT_END:
		put_labelled(drain, queue, event, time_ns, NOTE_END);
		break;
	case EXT_PAUSE:
		put_note(drain, queue, event, time_ns, NOTE_PAUSE, false);
		break;
	case EXT_RESUME:
		put_note(drain, queue, event, time_ns, NOTE_RESUME, false);
		break;
	case EXT_GC_BEGIN:
		put_note(drain, queue, event, time_ns, NOTE_GC_BEGIN, true);
		begin_collection(queue);
		break;
	case EXT_GC_END:
		put_note(drain, queue, event, time_ns, NOTE_GC_END, true);
		end_collection(queue);
		break;
	case EXT_CACHE:
		put_labelled(drain, queue, event, time_ns, NOTE_CACHE);
		break;
	case EXT_FORK:
		put_note(drain, queue, event, time_ns, NOTE_FORK, true);
		take_snapshot(drain, event->payload);
		break;
	case EXT_THREAD:
		change_thread(drain, queue, (uint32_t)event->payload, time_ns);
		break;
	case EXT_LINE:
		lines_note_end(
			&drain->lines, &drain->mapping, &drain->watch,
			&(struct lines_end){event->payload, time_ns, ledger_live_bytes(&drain->ledger)});
		break;
	case EXT_SYNC:
		answer_sync(drain, event->payload);
		break;
	default:
		break;
	}
}
