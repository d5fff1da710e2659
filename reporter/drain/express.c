/*
 * express.c - see express.h.
 */
#include "drain/express.h"

#include "drain/livemap_slots.h"
#include "trace/events_quick.h"

#define LOOKAHEAD 16 /* records: far enough for memory to answer */

/* A run of one queue's records, and what does not change while it lasts. */
struct run {
	struct drain *drain;
	struct livemap *map;
	struct events_encoder *encoder; /* NULL: events are not kept */
	struct figures *figures;
	uint64_t *last_alloc;                      /* the thread's, in the ledger */
	const struct session_record *record, *end; /* the next, and behind the last that may be taken */
	uint64_t last_stamp;                       /* that may be taken */
	uint64_t stamp, time_ns;                   /* of the last one taken */
	uint32_t nodes;                            /* ids below are known to all who count */
	uint32_t thread;
	uint32_t free_flags; /* OPERATION_* of every free */
};

/* ---- what happens to a block --------------------------------------------- */

/* From which node on a record has to wait, or needs room that is not there yet. */
static bool node_known(const struct run *run, uint32_t node)
{
	return node < run->nodes;
}

static inline bool moment_of(const struct run *run, const struct session_record *record, uint64_t after,
			     uint64_t *stamp)
{
	*stamp = queue_stamp(record_stamp(record), after);
	return *stamp <= run->last_stamp && node_known(run, record_node(record));
}

static inline void set_time(struct run *run, uint64_t stamp)
{
	if (stamp == run->stamp)
		return;
	uint64_t time_ns = timebase_stamp_ns(&run->drain->timebase, stamp);
	run->stamp = stamp;
	if (time_ns > run->time_ns)
		run->time_ns = time_ns;
}

static inline uint32_t born_now(const struct run *run)
{
	return (uint32_t)(run->time_ns / LIVEMAP_BORN_NS);
}

static inline void begin_block(struct run *run, const struct session_record *record, struct slot *slot,
			       uint32_t flags)
{
	struct batch *batch = &run->drain->batch;
	struct cursor_totals *totals = &run->drain->ledger.totals;
	const struct figures_place at = {run->time_ns, record_node(record), run->thread};
	struct livemap_entry entry = {.key = livemap_key(record_address(record), false),
				      .block = batch->allocations,
				      .size_bytes = record_size_bytes(record),
				      .operation = at.node,
				      .born = born_now(run)};
	if (run->encoder) {
		events_quick_begin(run->encoder, at.thread, at.time_ns);
		entry.operation = events_quick_alloc(run->encoder, at.node, flags, entry.size_bytes);
	}
	batch->events++;
	*run->last_alloc = ++batch->allocations;
	figures_alloc(run->figures, &at, entry.size_bytes);
	totals->allocated_bytes += entry.size_bytes;
	if (totals->allocated_bytes - totals->freed_bytes > totals->peak_bytes)
		totals->peak_bytes = totals->allocated_bytes - totals->freed_bytes;
	slot_fill(run->map, slot, &entry);
}

static inline uint32_t origin_of(const struct run *run, uint32_t operation)
{
	return run->encoder ? run->encoder->dictionary.operations[operation].node : operation;
}

static inline void end_block(struct run *run, const struct session_record *record, struct slot *slot,
			     uint32_t flags)
{
	struct cursor_totals *totals = &run->drain->ledger.totals;
	const struct figures_place at = {run->time_ns, record_node(record), run->thread};
	const struct livemap_entry entry = slot_entry(slot_key(slot), slot);
	const struct figures_block block = {.size_bytes = entry.size_bytes,
					    .lived_ns = (born_now(run) - entry.born) * LIVEMAP_BORN_NS,
					    .node = origin_of(run, entry.operation),
					    .temporary = *run->last_alloc == entry.block + 1,
					    .collected = (flags & OPERATION_COLLECTED) != 0};
	if (block.temporary)
		flags |= OPERATION_TEMPORARY;
	if (run->encoder) {
		events_quick_begin(run->encoder, at.thread, at.time_ns);
		events_quick_end(run->encoder, at.node, OPERATION_FREE | flags, entry.operation,
				 entry.size_bytes);
	}
	run->drain->batch.events++;
	figures_end(run->figures, &at, &block);
	totals->frees++;
	totals->freed_bytes += entry.size_bytes;
	slot_take_out(run->map, slot, &entry);
}

/* ---- one record, or two -------------------------------------------------- */

/* The slot of a block that is there to be ended, and not hidden. */
static inline struct slot *ending_slot(const struct run *run, const struct session_record *record)
{
	struct slot *slot = slot_find(run->map, livemap_key(record_address(record), false));
	return slot && !(slot->block & LIVEMAP_HIDDEN) ? slot : NULL;
}

/* The slot for a block that begins where nothing lives. */
static inline struct slot *beginning_slot(const struct run *run, const struct session_record *record)
{
	uint64_t key = livemap_key(record_address(record), false);
	struct slot *slot = slot_for(run->map, key);
	return slot_key(slot) != key && record_address(record) ? slot : NULL;
}

static inline bool take_alloc(struct run *run)
{
	const struct session_record *record = run->record;
	struct slot *slot = beginning_slot(run, record);
	uint64_t stamp;
	if (!slot || !moment_of(run, record, run->stamp, &stamp))
		return false;
	set_time(run, stamp);
	begin_block(run, record, slot, 0);
	run->record++;
	return true;
}

static inline bool take_free(struct run *run)
{
	const struct session_record *record = run->record;
	struct slot *slot = ending_slot(run, record);
	uint64_t stamp;
	if (!slot || !moment_of(run, record, run->stamp, &stamp))
		return false;
	set_time(run, stamp);
	end_block(run, record, slot, run->free_flags);
	run->record++;
	return true;
}

/* Both halves of a realloc; the old block may have been where the new one is. */
static bool take_realloc(struct run *run)
{
	const struct session_record *old = run->record, *new = old + 1;
	uint64_t stamp;
	if (new >= run->end || record_type_of(new) != RECORD_ALLOC ||
	    !moment_of(run, old, run->stamp, &stamp) || !moment_of(run, new, stamp, &stamp))
		return false;
	struct slot *slot = ending_slot(run, old);
	if (!slot || (record_address(new) != record_address(old) && !beginning_slot(run, new)))
		return false;
	set_time(run, stamp);
	end_block(run, old, slot, OPERATION_REALLOC);
	begin_block(run, new, beginning_slot(run, new), OPERATION_REALLOC);
	run->record = new + 1;
	return true;
}

static inline bool take_next(struct run *run)
{
	switch (record_type_of(run->record)) {
	case RECORD_ALLOC:
		return take_alloc(run);
	case RECORD_FREE:
		return take_free(run);
	case RECORD_REALLOC_FREE:
		return take_realloc(run);
	default:
		return false;
	}
}

/* ---- the run ------------------------------------------------------------- */

static inline uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* Whether records of this queue mean what they say, without regard to others. */
static bool is_simple(const struct drain *drain, const struct queue *queue)
{
	const struct ledger *ledger = &drain->ledger;
	return ledger->figures && ledger->sample_bytes == 0 && ledger->waiting_count == 0 &&
	       queue->thread_index < ledger->last_alloc_count &&
	       queue->thread_index < ledger->figures->moves.thread_count && !drain->batch.error;
}

/* Sets up a run of at most so many records; false: none. */
static bool begin_run(struct run *run, struct drain *drain, struct queue *queue, uint32_t max)
{
	struct batch *batch = &drain->batch;
	uint32_t count;
	run->record = queue_records(queue, &count);
	count = least(count, max);
	if (!batch->aggregate) {
		/* The block of events is not ended here. */
		count = least(count, EVENTS_BLOCK_EVENTS - 1 - events_encoder_pending(batch->encoder));
		run->encoder = batch->encoder;
		if (!events_quick_reserve(batch->encoder, count))
			return false;
	}
	run->end = run->record + count;
	run->nodes = least(drain->tables.nodes_ready, drain->ledger.figures->node_count);
	run->free_flags = queue->collections > 0 ? OPERATION_COLLECTED : 0;
	return count > 0;
}

uint32_t express_take(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t max)
{
	if (!is_simple(drain, queue))
		return 0;
	struct run run = {.drain = drain,
			  .map = drain->map,
			  .figures = drain->ledger.figures,
			  .last_alloc = &drain->ledger.last_alloc[queue->thread_index],
			  .last_stamp = last_stamp,
			  .stamp = queue->last_stamp,
			  .time_ns = drain->last_event_ns,
			  .thread = queue->thread_index};
	if (!begin_run(&run, drain, queue, max))
		return 0;
	const struct session_record *first = run.record;
	while (run.record < run.end) {
		if (run.record + LOOKAHEAD < run.end)
			livemap_prefetch(run.map, livemap_key(record_address(run.record + LOOKAHEAD), false));
		if (!take_next(&run))
			break;
	}
	uint32_t taken = (uint32_t)(run.record - first);
	if (taken == 0)
		return 0;
	drain->last_event_ns = run.time_ns;
	queue_take_records(queue, taken, run.stamp);
	return taken;
}
