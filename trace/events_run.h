/*
 * events_run.h - decoded items without a struct for each: a run of operations of one thread, at one pace.
 *
 * For who has to look at every item of a long trace.  Header only, to be inlined into that loop.  Operations
 * and their order have been checked; what else a step finds missing or wrong makes `failed`, and the decoder
 * refuses the block with its next call.
 */
#ifndef MPROF_TRACE_EVENTS_RUN_H
#define MPROF_TRACE_EVENTS_RUN_H

#include "trace/events_private.h"

struct events_run {
	const uint32_t *first, *next, *end; /* indices of operations; `next` is stepped on */
	const struct events_operation *operations;
	uint32_t operation_count;
	uint32_t thread;
	uint64_t before; /* items of the trace before `first` */
	/* What operations leave open, in the order of items. */
	struct varint_cursor sizes, origins, strays;
	uint64_t last_stray; /* address / 8 */
	bool failed;
	/* Time, between two marks: exact, and a division only for those who ask. */
	uint64_t pace_from_ns, pace_ns,
		pace_at;     /* of mark; from there to the next; items from mark to `first` */
	uint64_t pace_items; /* over which that extends, never 0 */
};

struct events_step {
	const struct events_operation *operation;
	const struct events_operation *origin; /* the allocation; of a STRAY_FREE: itself */
	uint64_t size_bytes;                   /* of the block */
	uint64_t address;                      /* STRAY_FREE only */
};

/* Time of the item at `index` of the run. */
static inline uint64_t events_run_time_ns(const struct events_run *run, uint64_t index)
{
	uint64_t items = run->pace_at + index;
	return run->pace_from_ns + items * (run->pace_ns / run->pace_items) +
	       items * (run->pace_ns % run->pace_items) / run->pace_items;
}

static inline bool events_run_loose_origin(struct events_run *run, struct events_step *step)
{
	uint64_t origin = varint_next(&run->origins);
	if (run->origins.failed || origin >= run->operation_count ||
	    (run->operations[origin].type & OPERATION_TYPE_MASK) != OPERATION_ALLOC) {
		run->failed = true;
		return false;
	}
	step->origin = &run->operations[origin];
	return true;
}

/* The next item; false: the run has no more, or is damaged. */
static inline bool events_run_step(struct events_run *run, struct events_step *step)
{
	if (run->next == run->end || run->failed)
		return false;
	const struct events_operation *operation = &run->operations[*run->next++];
	uint32_t kind = operation->type & OPERATION_TYPE_MASK;
	*step = (struct events_step){.operation = operation, .origin = operation};
	if (__builtin_expect(kind == OPERATION_STRAY_FREE, 0)) {
		run->last_stray += (uint64_t)varint_next_signed(&run->strays);
		step->address = run->last_stray * 8;
		return true;
	}
	if (kind != OPERATION_ALLOC) {
		step->origin = &run->operations[operation->origin];
		if (operation->type & OPERATION_LOOSE && !events_run_loose_origin(run, step))
			return false;
	}
	step->size_bytes =
		step->origin->type & OPERATION_FIXED ? step->origin->size_bytes : varint_next(&run->sizes);
	return true;
}

/* The next run of the fed block, to be stepped through to its end before the next call.  1, 0 at the block's
 * end, or -EBADMSG. */
int events_decoder_run(struct events_decoder *decoder, struct events_run **run);

#endif
