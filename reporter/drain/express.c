/*
 * express.c - see express.h.
 */
#include "drain/express.h"

#include "drain/livemap_rows.h"
#include "trace/events_quick.h"

#define LOOKAHEAD 16     /* records: far enough for memory to answer twice, */
#define SOON 8           /* and once */
#define LARGE_MAP 16384u /* rows, which caches do not hold beside all else */

/* The loop's parts, which are one function to the compiler. */
#define INLINE static inline __attribute__((always_inline))

/* A run of one queue's records, and what does not change while it lasts. */
struct run {
	struct drain *drain;
	struct livemap *map;
	struct events_encoder *encoder; /* NULL: events are not kept */
	struct figures *figures;
	/* By node the numbers of those at which blocks have begun and ended: copies, that stay while it
	 * lasts. */
	struct numbering begins, ends;
	uint64_t *last_alloc;                      /* the thread's, in the ledger */
	const struct session_record *record, *end; /* the next, and behind the last that may be taken */
	const struct session_record *seeing;       /* up to here one that is ahead is there */
	uint64_t last_stamp;                       /* that may be taken */
	uint64_t stamp;                            /* of the last one taken */
	uint64_t timed_stamp, time_ns;             /* the stamp whose time this is; UINT64_MAX: none's yet */
	uint32_t thread, kind_thread;
	struct thread_figures *by;
	uint32_t free_flags; /* OPERATION_* of every free */
	bool map_is_large;
	uint64_t allocations; /* of the trace before the first */
	/* A block that is not in the map yet, since the next record may well be its free. */
	bool has_newest;
	uint32_t newest_home;
	struct livemap_entry newest;
};

/* ---- what happens to a block --------------------------------------------- */

/* Whether the record may be taken after one with this stamp. */
INLINE bool is_due(const struct run *run, const struct session_record *record, uint64_t after,
		   uint64_t *stamp)
{
	*stamp = queue_stamp(record_stamp(record), after);
	return *stamp <= run->last_stamp;
}

/* By what number those who count know the record's node; 0 where such a thing happens for the first time. */
INLINE uint32_t number_to_begin(const struct run *run, const struct session_record *record)
{
	return numbering_find(&run->begins, record_node(record));
}

INLINE uint32_t number_to_end(const struct run *run, const struct session_record *record)
{
	return numbering_find(&run->ends, record_node(record));
}

INLINE void set_time(struct run *run, uint64_t stamp)
{
	run->stamp = stamp;
	if (stamp == run->timed_stamp)
		return;
	uint64_t time_ns = timebase_stamp_ns(&run->drain->timebase, stamp);
	run->timed_stamp = stamp;
	if (time_ns > run->time_ns)
		run->time_ns = time_ns;
	if (run->encoder)
		events_quick_at(run->encoder, run->thread, run->time_ns);
}

INLINE uint32_t born_now(const struct run *run)
{
	return (uint32_t)(run->time_ns / LIVEMAP_BORN_NS);
}

/* The newest block has lived for longer than one record. */
INLINE void settle(struct run *run)
{
	if (run->has_newest)
		row_put(run->map, run->newest_home, &run->newest);
	run->has_newest = false;
}

INLINE void begin_block(struct run *run, const struct session_record *record, uint32_t home, uint32_t number,
			uint32_t flags)
{
	struct batch *batch = &run->drain->batch;
	uint64_t size_bytes = record_size_bytes(record);
	const struct figures_place at = {.time_ns = run->time_ns,
					 .node = record_node(record),
					 .thread = run->thread,
					 .number = number,
					 .kind = kind_of_block(size_bytes, run->kind_thread),
					 .by = run->by};
	uint32_t operation = at.node;
	if (run->encoder)
		operation = events_quick_alloc(run->encoder, number, flags, size_bytes);
	run->has_newest = true;
	run->newest_home = home;
	run->newest = (struct livemap_entry){.key = livemap_key(record_address(record), false),
					     .block = batch->allocations,
					     .size_bytes = size_bytes,
					     .operation = operation,
					     .born = born_now(run),
					     .kind = at.kind};
	*run->last_alloc = ++batch->allocations;
	run->drain->ledger.totals.allocated_bytes += size_bytes;
	figures_begin(run->figures, &at, (struct weight){1, size_bytes});
}

INLINE uint32_t origin_of(const struct run *run, uint32_t operation)
{
	return run->encoder ? run->encoder->dictionary.operations[operation].place
			    : numbering_find(&run->begins, operation);
}

INLINE void end_block(struct run *run, const struct session_record *record, const struct livemap_entry *entry,
		      uint32_t number, uint32_t flags)
{
	const struct figures_place at = {.time_ns = run->time_ns,
					 .node = record_node(record),
					 .thread = run->thread,
					 .number = number,
					 .kind = run->kind_thread,
					 .by = run->by};
	uint32_t steps = born_now(run) - entry->born;
	uint64_t allocations = run->drain->batch.allocations - entry->block;
	const struct figures_block block = {.size_bytes = entry->size_bytes,
					    .lived_ns = steps * LIVEMAP_BORN_NS,
					    .origin = origin_of(run, entry->operation),
					    .kind = entry->kind,
					    .lifetime = lifetime_of_block(steps, allocations),
					    .temporary = *run->last_alloc == entry->block + 1,
					    .collected = (flags & OPERATION_COLLECTED) != 0};
	if (block.temporary)
		flags |= OPERATION_TEMPORARY;
	if (run->encoder)
		events_quick_end(run->encoder, at.node, OPERATION_FREE | flags, entry->operation,
				 entry->size_bytes);
	figures_finish_block(run->figures, &at, &block, (struct weight){1, entry->size_bytes});
}

/* ---- one record, or two -------------------------------------------------- */

/* The row of a block that is there to be ended, neither hidden nor huge. */
INLINE struct livemap_row *ending_row(const struct run *run, const struct session_record *record,
				      struct livemap_spot *spot)
{
	struct livemap_row *row = row_find(run->map, livemap_key(record_address(record), false), spot);
	return row && !row_is_special(row) ? row : NULL;
}

/* Whether nothing lives where the block begins; then spot->home is where it is to be found. */
INLINE bool is_beginning(const struct run *run, const struct session_record *record,
			 struct livemap_spot *spot)
{
	uint64_t address = record_address(record);
	return address && !row_find(run->map, livemap_key(address, false), spot);
}

INLINE bool take_alloc(struct run *run)
{
	const struct session_record *record = run->record;
	uint64_t stamp;
	struct livemap_spot spot;
	settle(run);
	uint32_t number = number_to_begin(run, record);
	if (!number || livemap_is_huge(record_size_bytes(record)) || !is_beginning(run, record, &spot) ||
	    !is_due(run, record, run->stamp, &stamp))
		return false;
	set_time(run, stamp);
	begin_block(run, record, spot.home, number, 0);
	run->record++;
	return true;
}

/* The free of a block that is in the map. */
INLINE bool take_free_of_old(struct run *run, uint32_t number, uint64_t stamp)
{
	struct livemap_spot spot;
	settle(run);
	struct livemap_row *row = ending_row(run, run->record, &spot);
	if (!row)
		return false;
	const struct livemap_entry entry = row_entry(row, livemap_key(record_address(run->record), false));
	set_time(run, stamp);
	row_take_out(run->map, row, &spot);
	end_block(run, run->record, &entry, number, run->free_flags);
	return true;
}

INLINE bool take_free(struct run *run)
{
	const struct session_record *record = run->record;
	uint32_t number = number_to_end(run, record);
	uint64_t stamp;
	if (!number || !is_due(run, record, run->stamp, &stamp))
		return false;
	if (run->has_newest && run->newest.key == livemap_key(record_address(record), false)) {
		run->has_newest = false;
		set_time(run, stamp);
		end_block(run, record, &run->newest, number, run->free_flags);
	} else if (!take_free_of_old(run, number, stamp)) {
		return false;
	}
	run->record++;
	return true;
}

/* Both halves of a realloc; the old block may have been where the new one is. */
INLINE bool take_realloc(struct run *run)
{
	const struct session_record *old = run->record, *new = old + 1;
	uint64_t stamp;
	if (new >= run->end || record_type_of(new) != RECORD_ALLOC || !is_due(run, old, run->stamp, &stamp) ||
	    !is_due(run, new, stamp, &stamp))
		return false;
	struct livemap_spot spot, new_spot;
	uint32_t old_number = number_to_end(run, old), new_number = number_to_begin(run, new);
	if (!old_number || !new_number || livemap_is_huge(record_size_bytes(new)))
		return false;
	settle(run);
	struct livemap_row *row = ending_row(run, old, &spot);
	new_spot = spot;
	if (!row || (record_address(new) != record_address(old) && !is_beginning(run, new, &new_spot)))
		return false;
	const struct livemap_entry entry = row_entry(row, livemap_key(record_address(old), false));
	set_time(run, stamp);
	row_take_out(run->map, row, &spot);
	end_block(run, old, &entry, old_number, OPERATION_REALLOC);
	begin_block(run, new, new_spot.home, new_number, OPERATION_REALLOC);
	run->record = new + 1;
	return true;
}

INLINE bool take_next(struct run *run)
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

/* Asks memory for what records further on will want: the index's line, and later the row that it leads to. */
INLINE void look_ahead(const struct run *run)
{
	const struct session_record *coming = run->record + LOOKAHEAD, *soon = run->record + SOON;
	if (run->record >= run->seeing)
		return;
	row_prefetch_home(run->map, livemap_key(record_address(coming), false));
	if (run->map_is_large && record_type_of(soon) != RECORD_ALLOC)
		row_prefetch(run->map, livemap_key(record_address(soon), false));
}

static inline uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* Whether records of this queue mean what they say, without regard to others. */
static bool is_simple(const struct drain *drain, const struct queue *queue)
{
	const struct ledger *ledger = &drain->ledger;
	return ledger->figures && ledger->sample_bytes == 0 && ledger->waiting.count == 0 &&
	       queue->thread_index < ledger->last_alloc_count &&
	       queue->thread_index < ledger->figures->moves.thread_count && !drain->batch.error;
}

/* Sets up a run of at most so many records; false: none. */
static bool begin_run(struct run *run, struct drain *drain, struct queue *queue, uint32_t max)
{
	struct batch *batch = &drain->batch;
	uint32_t count;
	run->record = queue_records(queue, &count);
	run->seeing = run->record + (count > LOOKAHEAD ? count - LOOKAHEAD : 0);
	count = least(count, max);
	if (!batch->aggregate) {
		/* The block of events is not ended here. */
		count = least(count, EVENTS_BLOCK_EVENTS - 1 - events_encoder_pending(batch->encoder));
		run->encoder = batch->encoder;
		if (!events_quick_reserve(batch->encoder, count))
			return false;
	}
	run->end = run->record + count;
	run->allocations = batch->allocations;
	run->free_flags = queue->collections > 0 ? OPERATION_COLLECTED : 0;
	return count > 0;
}

/* What the queue, the batch and the ledger know once the run is over: figures have seen every block there is,
 * and each record was an event. */
static void end_run(struct run *run, struct queue *queue, uint32_t taken)
{
	const struct model_totals *figures = &run->figures->totals;
	struct batch *batch = &run->drain->batch;
	struct cursor_totals *totals = &run->drain->ledger.totals;
	settle(run);
	batch->events += taken;
	totals->frees += taken - (batch->allocations - run->allocations);
	totals->freed_bytes = totals->allocated_bytes - figures->live_bytes;
	/* Figures have that of the open interval. */
	if (figures->peak_bytes > totals->peak_bytes)
		totals->peak_bytes = figures->peak_bytes;
	run->drain->last_event_ns = run->time_ns;
	queue_take_records(queue, taken, run->stamp);
}

uint32_t express_take(struct drain *drain, struct queue *queue, uint64_t last_stamp, uint32_t max)
{
	if (!is_simple(drain, queue))
		return 0;
	struct run run = {.drain = drain,
			  .map = drain->map,
			  .map_is_large = drain->map->live > LARGE_MAP,
			  .figures = drain->ledger.figures,
			  .begins = *events_encoder_begins(drain->batch.encoder),
			  .ends = drain->ledger.figures->free_numbers,
			  .last_alloc = &drain->ledger.last_alloc[queue->thread_index],
			  .last_stamp = last_stamp,
			  .stamp = queue->last_stamp,
			  .timed_stamp = UINT64_MAX,
			  .time_ns = drain->last_event_ns,
			  .thread = queue->thread_index,
			  .kind_thread = kind_of_thread(queue->thread_index)};
	run.by = breakdown_thread(&run.figures->breakdown, run.thread);
	if (!begin_run(&run, drain, queue, max))
		return 0;
	const struct session_record *first = run.record;
	while (run.record < run.end) {
		look_ahead(&run);
		if (!take_next(&run))
			break;
	}
	uint32_t taken = (uint32_t)(run.record - first);
	if (taken > 0)
		end_run(&run, queue, taken);
	return taken;
}
