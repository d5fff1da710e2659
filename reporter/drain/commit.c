/*
 * commit.c - a batch gets its CURSOR, goes to the file, and what it held of the session is free.
 */
#include "drain/lines.h"
#include "drain/state.h"
#include "figures/breakdown_codec.h"
#include "figures/summary.h"

#include <errno.h>
#include <stdlib.h>

#define NOTES_BYTES_MAX (4u << 20)

/* An aggregate's batch writes all figures anew, so it has to be worth them; but blocks that were removed
 * since the last one are remembered, up to a limit. */
uint64_t commit_records_max(const struct drain *drain)
{
	if (drain->batch.aggregate)
		return LIVEMAP_UNDO_MAX;
	/* The same as long as the batch is open: who takes stops at it, and then asks whether it is reached.
	 */
	uint64_t share = drain->batch_before / DRAIN_BATCH_SHARE;
	if (share < DRAIN_BATCH_LEAST)
		return DRAIN_BATCH_LEAST;
	return share < DRAIN_BATCH_MOST ? share : DRAIN_BATCH_MOST;
}

bool commit_is_due(const struct drain *drain)
{
	if (drain->batch_records >= commit_records_max(drain) || drain->closed ||
	    drain->batch.notes.length + drain->batch.labels.length > NOTES_BYTES_MAX)
		return true;
	uint32_t used = merge_slots(drain);
	for (uint32_t i = 0; i < used; i++) {
		if (drain->queues[i] && queue_side_is_filling(drain->queues[i]))
			return true;
	}
	return false;
}

/* ---- the commit point ---------------------------------------------------- */

static size_t list_slots(const struct drain *drain, struct cursor_slot *slots)
{
	size_t count = 0;
	uint32_t used = merge_slots(drain);
	for (uint32_t i = 0; i < used; i++) {
		const struct queue *q = drain->queues[i];
		if (q && q->thread_index != QUEUE_NO_THREAD)
			slots[count++] = (struct cursor_slot){.slot = q->slot_index,
							      .incarnation = q->incarnation,
							      .taken = q->taken,
							      .side_taken = q->side_taken,
							      .thread_index = q->thread_index,
							      .last_stamp = q->last_stamp,
							      .collections = q->collections};
	}
	return count;
}

static struct cursor point_of(const struct drain *drain)
{
	return (struct cursor){.batch = drain->batch_number + 1,
			       .events = drain->batch.events,
			       .allocations = drain->batch.allocations,
			       .hidden = drain->ledger.hidden,
			       .nodes = drain->tables.nodes_written,
			       .modules = drain->tables.modules_written,
			       .threads = drain->thread_count,
			       .totals = drain->ledger.totals,
			       .rss_time_ns = drain->rss_time_ns,
			       .rss_count = drain->rss_count,
			       .waiting = drain->ledger.waiting.items,
			       .waiting_count = drain->ledger.waiting.count};
}

static void list_positions(const struct drain *drain, struct cursor *cursor)
{
	const struct ledger *ledger = &drain->ledger;
	const struct moves *moves = &drain->figures.moves;
	cursor->position_count = drain->thread_count;
	for (size_t i = 0; i < cursor->position_count; i++) {
		struct cursor_thread *position = &cursor->positions[i];
		if (i < ledger->last_alloc_count)
			position->last_alloc = ledger->last_alloc[i];
		if (drain->batch.aggregate && i < moves->thread_count) {
			position->node = moves->threads[i].node;
			position->after_bytes = moves->threads[i].after_bytes;
		}
	}
}

static void list_huge(const struct drain *drain, struct cursor *cursor)
{
	const struct ledger *ledger = &drain->ledger;
	cursor->huge_count = ledger->huge_count;
	for (size_t i = 0; i < ledger->huge_count; i++)
		cursor->huge[i] = (struct cursor_huge){ledger->huge[i].block, ledger->huge[i].kind};
}

static void put_cursor(struct drain *drain)
{
	struct cursor cursor = point_of(drain);
	cursor.slots = calloc((size_t)drain->queues_open + 1, sizeof(*cursor.slots));
	cursor.positions = calloc((size_t)drain->thread_count + 1, sizeof(*cursor.positions));
	cursor.huge = calloc(drain->ledger.huge_count + 1, sizeof(*cursor.huge));
	if (cursor.slots && cursor.positions && cursor.huge) {
		cursor.slot_count = list_slots(drain, cursor.slots);
		list_positions(drain, &cursor);
		list_huge(drain, &cursor);
		cursor_encode(&cursor, &drain->batch.scratch);
		batch_last(&drain->batch, BLOCK_CURSOR);
	} else {
		drain->batch.error = -ENOMEM;
	}
	free(cursor.slots);
	free(cursor.positions);
	free(cursor.huge);
}

/* ---- the summary --------------------------------------------------------- */

/* On the way through all nodes. */
struct node_walk {
	const struct drain *drain;
	uint32_t next;
};

static bool next_node(void *context, uint32_t *node, struct model_node *figures)
{
	struct node_walk *walk = context;
	const struct numbering *begins = events_encoder_begins(walk->drain->batch.encoder);
	while (walk->next < walk->drain->tables.nodes_ready) {
		*node = walk->next++;
		*figures = figures_node(&walk->drain->figures, *node, numbering_find(begins, *node));
		if (!model_node_is_idle(figures))
			return true;
	}
	return false;
}

static uint64_t count_nodes(const struct drain *drain)
{
	struct node_walk walk = {.drain = drain};
	struct model_node figures;
	uint64_t count = 0;
	uint32_t node;
	while (next_node(&walk, &node, &figures))
		count++;
	return count;
}

static void put_moves(struct drain *drain)
{
	const struct moves *moves = &drain->figures.moves;
	struct moves_encoder encoder = {.moves = moves_all(moves), .count = moves->count};

	if (moves->failed)
		return;
	while (moves_encode(&encoder, &drain->batch.scratch))
		batch_last(&drain->batch, BLOCK_MOVES);
}

static void put_breakdown(struct drain *drain)
{
	struct buffer bytes = {0};
	if (!breakdown_known(&drain->figures.breakdown))
		return;
	int error = breakdown_encode(&drain->figures, events_encoder_begins(drain->batch.encoder),
				     drain->tables.nodes_ready, drain->thread_count, &bytes);
	if (error == 0)
		batch_last_pieces(&drain->batch, BLOCK_BREAKDOWN, &bytes);
	else
		drain->batch.error = error;
	buffer_finish(&bytes);
}

static void put_summary(struct drain *drain)
{
	if (!boundaries_settle(drain))
		return;
	struct model_totals totals = figures_totals(&drain->figures);
	struct node_walk walk = {.drain = drain};
	struct summary_encoder encoder = {
		.totals = &totals, .next = next_node, .context = &walk, .used = count_nodes(drain)};
	while (summary_encode(&encoder, &drain->batch.scratch))
		batch_last(&drain->batch, BLOCK_SUMMARY);
	put_moves(drain);
	put_breakdown(drain);
	boundaries_write(drain);
}

/* Completes the batch; it then waits in memory until it is in the file. */
static void close_batch(struct drain *drain)
{
	if (drain->closed)
		return;
	tables_write(&drain->tables, &drain->batch);
	batch_close(&drain->batch);
	if (drain->batch.aggregate)
		put_summary(drain);
	put_cursor(drain);
	drain->closed = true;
}

static int write_batch(struct drain *drain)
{
	int error = batch_write(&drain->batch);
	if (error < 0)
		return error;
	drain->closed = false;
	drain->batch_number++;
	drain->batch_records = 0;
	drain->batch_before = drain->batch.events;
	livemap_commit(drain->map, (struct livemap_point){(uint32_t)drain->batch_number,
							  drain->batch.allocations, drain->ledger.hidden});
	uint32_t used = merge_slots(drain);
	for (uint32_t i = 0; i < used; i++) {
		if (drain->queues[i])
			queue_release(drain->queues[i]);
	}
	return 0;
}

int commit(struct drain *drain)
{
	close_batch(drain);
	return write_batch(drain);
}

/* ---- the end ------------------------------------------------------------- */

static uint64_t duration_ns(const struct drain *drain)
{
	struct session_header *h = drain->mapping.header;
	uint64_t ticks = atomic_load_explicit(&h->end_ticks, memory_order_relaxed);
	uint64_t duration = ticks ? timebase_ticks_ns(&drain->timebase, ticks) : drain->rss_time_ns;
	return duration > drain->last_event_ns ? duration : drain->last_event_ns;
}

/* What finding and interning call paths takes: the nodes, an index of 8 bytes an entry that is at most half
 * full, and rules, whose places are scattered: a page for each at first. */
static uint64_t call_path_bytes(struct session_header *h)
{
	/* Relaxed, both: figures. */
	uint64_t nodes = atomic_load_explicit(&h->nodes_used, memory_order_relaxed);
	uint64_t indexed = atomic_load_explicit(&h->nodes_indexed, memory_order_relaxed);
	uint64_t index = SESSION_INDEX_BYTES_LEAST, rules = nodes * 4096;
	while (index < indexed * 2 * sizeof(uint64_t))
		index *= 2;
	return nodes * sizeof(struct session_node) + index +
	       (rules < SESSION_RULES_BYTES ? rules : SESSION_RULES_BYTES);
}

/* What the shim's queues, tables and per-thread state hold of the process's memory: pages that it reserved or
 * has touched, some of them at other times than others.  So the sum may be more than the process ever held at
 * once, of which it is a part. */
static uint64_t recorder_bytes(struct session_header *h, uint64_t peak_rss)
{
	/* Relaxed: the process is dead, or the figure is good enough. */
	uint64_t bytes =
		(uint64_t)atomic_load_explicit(&h->chunks_used, memory_order_relaxed) * SESSION_CHUNK_BYTES +
		call_path_bytes(h) +
		(uint64_t)atomic_load_explicit(&h->threads_used, memory_order_relaxed) *
			(sizeof(struct session_thread) + SESSION_THREAD_PRIVATE_BYTES) +
		atomic_load_explicit(&h->memo_bytes, memory_order_relaxed) +
		atomic_load_explicit(&h->text_used, memory_order_relaxed);
	return bytes < peak_rss ? bytes : peak_rss;
}

static uint64_t peak_rss_bytes(const struct drain *drain, struct session_header *h)
{
	uint64_t at_end = atomic_load_explicit(&h->peak_rss_bytes, memory_order_relaxed);
	return at_end > drain->rss_peak_bytes ? at_end : drain->rss_peak_bytes;
}

static uint64_t lost_events(struct session_header *h, uint32_t slots)
{
	uint64_t lost = atomic_load_explicit(&h->lost_events, memory_order_relaxed);
	for (uint32_t i = 0; i < slots; i++)
		lost += atomic_load_explicit(&session_thread(h, i)->lost_events, memory_order_relaxed);
	return lost;
}

/* When the recording ended, in ns + 1, if that was before its program did. */
static uint64_t blind_since(const struct drain *drain, struct session_header *h)
{
	uint64_t ticks = atomic_load_explicit(&h->blind_ticks, memory_order_relaxed);
	return ticks ? timebase_ticks_ns(&drain->timebase, ticks) + 1 : 0;
}

static void put_end(struct drain *drain, int end_kind, int by_signal)
{
	struct session_header *h = drain->mapping.header;
	const struct cursor_totals *totals = &drain->ledger.totals;
	uint64_t peak_rss = peak_rss_bytes(drain, h);
	/* Older readers know the first three kinds. */
	uint64_t unknown = end_kind == END_UNKNOWN ? END_HOW_UNKNOWN : 0;
	const uint64_t words[] = {
		unknown ? (uint64_t)END_KILLED : (uint64_t)end_kind,
		duration_ns(drain),
		drain->batch.events,
		drain->batch.allocations,
		totals->frees,
		totals->allocated_bytes,
		totals->freed_bytes,
		totals->peak_bytes,
		peak_rss,
		lost_events(h, merge_slots(drain)),
		unknown | (h->flags & SESSION_FOREIGN_MALLOC ? END_FOREIGN_MALLOC : 0),
		recorder_bytes(h, peak_rss),
		blind_since(drain, h),
		atomic_load_explicit(&h->blind_reason, memory_order_relaxed),
		atomic_load_explicit(&h->cut_paths, memory_order_relaxed),
		atomic_load_explicit(&h->unrecorded_children, memory_order_relaxed),
		(uint64_t)by_signal,
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		buffer_varint(&drain->batch.scratch, words[i]);
	batch_last(&drain->batch, BLOCK_END);
}

/* Threads move no more. */
static void end_moves(struct drain *drain)
{
	struct moves *moves = &drain->figures.moves;
	moves_end(moves);
	if (!moves->failed)
		moves->failed = moves_sort(moves_all(moves), moves->count) != 0;
}

int commit_end(struct drain *drain, int end_kind, int by_signal)
{
	if (!drain->ending) {
		end_moves(drain);
		close_batch(drain);
		if (!drain->batch.aggregate)
			put_summary(drain);
		lines_put(&drain->lines, &drain->mapping, &drain->timebase, &drain->batch);
		put_end(drain, end_kind, by_signal);
		drain->ending = true;
	}
	return write_batch(drain);
}
