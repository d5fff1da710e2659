/*
 * express_run.h - a run of one queue's common records, and how each is taken: all inlined into the loops that
 * do it, express.c's and rounds.c's.
 */
#ifndef MPROF_REPORTER_DRAIN_EXPRESS_RUN_H
#define MPROF_REPORTER_DRAIN_EXPRESS_RUN_H

#include "drain/state.h"

#include "drain/livemap_rows.h"
#include "drain/round.h"
#include "trace/events_quick.h"

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
	const struct session_record *first;        /* of all that this run takes */
	const struct session_record *record, *end; /* the next, and behind the last that may change the map */
	const struct session_record *there;        /* behind the last that may be taken at all */
	const struct session_record *seeing;       /* up to here one that is ahead is there */
	uint64_t last_stamp;                       /* that may be taken */
	uint64_t stamp;                            /* of the last one taken */
	uint64_t step_end; /* the last stamp of the step that the run is in; 0: none was taken */
	uint64_t time_ns;  /* when that step was begun, or later */
	uint32_t born;     /* as the map has it */
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

/* The last stamp whose time is in the same step of the map's as this one's, and before the trace's next mark.
 */
INLINE uint64_t end_of_step(const struct run *run, uint64_t stamp)
{
	const struct timebase *timebase = &run->drain->timebase;
	uint64_t time_ns = timebase_stamp_ns(timebase, stamp);
	if (time_ns < run->time_ns)
		time_ns = run->time_ns;
	uint64_t left_ns = LIVEMAP_BORN_NS - 1 - time_ns % LIVEMAP_BORN_NS;
	if (run->encoder) {
		uint64_t marked_ns = time_ns - run->encoder->last_mark_ns;
		uint64_t unmarked_ns =
			EVENTS_TIME_MARK_NS > marked_ns ? EVENTS_TIME_MARK_NS - 1 - marked_ns : 0;
		left_ns = unmarked_ns < left_ns ? unmarked_ns : left_ns;
	}
	/* Times are rounded down: hence the ones. */
	return stamp + ((left_ns << 32) / (timebase->ns_per_tick + 1) >> timebase->shift);
}

/* What comes next is of this stamp's time. */
INLINE void tell_time(struct run *run, uint64_t stamp)
{
	uint64_t time_ns = timebase_stamp_ns(&run->drain->timebase, stamp);
	if (time_ns > run->time_ns)
		run->time_ns = time_ns;
	if (run->encoder)
		events_quick_at(run->encoder, run->thread, run->time_ns);
}

/* The trace learns when a pause began, too. */
INLINE void begin_step(struct run *run, uint64_t stamp)
{
	if (run->step_end > 0)
		tell_time(run, run->stamp);
	tell_time(run, stamp);
	run->born = (uint32_t)(run->time_ns / LIVEMAP_BORN_NS);
	run->step_end = end_of_step(run, stamp);
}

INLINE void set_time(struct run *run, uint64_t stamp)
{
	if (__builtin_expect(stamp > run->step_end, 0))
		begin_step(run, stamp);
	run->stamp = stamp;
}

/* The newest block has lived for longer than one record. */
INLINE void settle(struct run *run)
{
	if (run->has_newest)
		row_put(run->map, run->newest_home, &run->newest);
	run->has_newest = false;
}

INLINE void begin_block(struct run *run, const struct session_record *record, uint32_t home, uint32_t number,
			uint32_t flags, struct round *lesson)
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
					     .born = run->born,
					     .kind = at.kind};
	*run->last_alloc = ++batch->allocations;
	run->drain->ledger.totals.allocated_bytes += size_bytes;
	figures_begin(run->figures, &at, (struct weight){1, size_bytes});
	if (lesson)
		round_add(lesson, &(struct round_step){.key = run->newest.key,
						       .size_bytes = size_bytes,
						       .node = at.node,
						       .number = number,
						       .kind = at.kind,
						       .begins = true});
}

INLINE uint32_t origin_of(const struct run *run, uint32_t operation)
{
	return run->encoder ? run->encoder->dictionary.operations[operation].place
			    : numbering_find(&run->begins, operation);
}

INLINE void end_block(struct run *run, const struct session_record *record, const struct livemap_entry *entry,
		      uint32_t number, uint32_t flags, struct round *lesson)
{
	const struct figures_place at = {.time_ns = run->time_ns,
					 .node = record_node(record),
					 .thread = run->thread,
					 .number = number,
					 .kind = run->kind_thread,
					 .by = run->by};
	uint32_t steps = run->born - entry->born;
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
	if (lesson)
		round_add(lesson, &(struct round_step){.key = entry->key,
						       .size_bytes = entry->size_bytes,
						       .lived_ns = block.lived_ns,
						       .node = at.node,
						       .number = number,
						       .kind = block.kind,
						       .origin = block.origin,
						       .lifetime = block.lifetime,
						       .temporary = block.temporary,
						       .collected = block.collected});
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

INLINE bool take_alloc(struct run *run, struct round *lesson)
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
	begin_block(run, record, spot.home, number, 0, lesson);
	run->record++;
	return true;
}

/* The free of a block that is in the map. */
INLINE bool take_free_of_old(struct run *run, uint32_t number, uint64_t stamp, struct round *lesson)
{
	struct livemap_spot spot;
	settle(run);
	struct livemap_row *row = ending_row(run, run->record, &spot);
	if (!row)
		return false;
	const struct livemap_entry entry = row_entry(row, livemap_key(record_address(run->record), false));
	set_time(run, stamp);
	row_take_out(run->map, row, &spot);
	end_block(run, run->record, &entry, number, run->free_flags, lesson);
	return true;
}

INLINE bool take_free(struct run *run, struct round *lesson)
{
	const struct session_record *record = run->record;
	uint32_t number = number_to_end(run, record);
	uint64_t stamp;
	if (!number || !is_due(run, record, run->stamp, &stamp))
		return false;
	if (run->has_newest && run->newest.key == livemap_key(record_address(record), false)) {
		run->has_newest = false;
		set_time(run, stamp);
		end_block(run, record, &run->newest, number, run->free_flags, lesson);
	} else if (!take_free_of_old(run, number, stamp, lesson)) {
		return false;
	}
	run->record++;
	return true;
}

/* Both halves of a realloc; the old block may have been where the new one is. */
INLINE bool take_realloc(struct run *run, struct round *lesson)
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
	end_block(run, old, &entry, old_number, OPERATION_REALLOC, lesson);
	begin_block(run, new, new_spot.home, new_number, OPERATION_REALLOC, lesson);
	run->record = new + 1;
	return true;
}

/* `lesson` learns what it was; NULL: nobody wants to know. */
INLINE bool take_next(struct run *run, struct round *lesson)
{
	switch (record_type_of(run->record)) {
	case RECORD_ALLOC:
		return take_alloc(run, lesson);
	case RECORD_FREE:
		return take_free(run, lesson);
	case RECORD_REALLOC_FREE:
		return take_realloc(run, lesson);
	default:
		return false;
	}
}

#endif
