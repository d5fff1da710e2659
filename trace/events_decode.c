/*
 * events_decode.c - columns to items; see events.h.  Every byte read here may be hostile.
 */
#include "trace/events_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Far above any real run, far below where sums could overflow. */
#define EVENTS_TIME_LIMIT (UINT64_C(1) << 62)
#define NO_EVENT UINT64_MAX

struct events_decoder {
	/* For the whole file; events and allocations include the current block. */
	struct events_operation *operations;
	uint32_t operation_count, operation_capacity, end_count;
	uint64_t events, allocations, time_ns;
	/* For the current block: what it says, and how far it is pulled. */
	struct varint_cursor columns[EVENTS_COLUMNS];
	uint32_t *indices; /* of operations, one per item */
	size_t index_capacity;
	uint64_t at, count; /* items in runs so far, and items in all */
	uint32_t node_count, thread_count;
	uint64_t next_switch; /* item at which the thread becomes next_thread */
	uint32_t next_thread;
	uint64_t mark, next_mark; /* items at which time is marked; NO_EVENT: no more */
	struct events_run run;
};

struct events_decoder *events_decoder_create(void)
{
	return calloc(1, sizeof(struct events_decoder));
}

void events_decoder_destroy(struct events_decoder *decoder)
{
	if (!decoder)
		return;
	free(decoder->operations);
	free(decoder->indices);
	free(decoder);
}

void events_decoder_reset(struct events_decoder *decoder)
{
	struct events_decoder fresh = {.operations = decoder->operations,
				       .operation_capacity = decoder->operation_capacity,
				       .indices = decoder->indices,
				       .index_capacity = decoder->index_capacity};
	*decoder = fresh;
}

uint64_t events_decoder_events(const struct events_decoder *decoder)
{
	return decoder->events;
}

uint64_t events_decoder_allocations(const struct events_decoder *decoder)
{
	return decoder->allocations;
}

uint64_t events_decoder_time_ns(const struct events_decoder *decoder)
{
	return decoder->time_ns;
}

struct events_position events_decoder_position(const struct events_decoder *decoder)
{
	return (struct events_position){decoder->operations, decoder->operation_count, decoder->end_count,
					decoder->events,     decoder->allocations,     decoder->time_ns};
}

static bool operation_valid(const struct events_decoder *decoder, uint64_t type, int64_t node)
{
	uint64_t kind = type & OPERATION_TYPE_MASK;
	if (type & ~(uint64_t)OPERATION_KNOWN || kind > OPERATION_LOST)
		return false;
	if ((type & OPERATION_FIXED && kind != OPERATION_ALLOC) ||
	    (type & (OPERATION_TEMPORARY | OPERATION_COLLECTED) && kind != OPERATION_FREE) ||
	    (type & OPERATION_LOOSE && !operation_is_end((uint32_t)type)))
		return false;
	return node >= 0 && node < decoder->node_count;
}

/* Whether the dictionary may have one more: it is bounded by nodes, whatever a payload claims. */
static bool has_room(const struct events_decoder *decoder, uint32_t type)
{
	uint32_t others = decoder->operation_count - decoder->end_count;
	if (operation_is_bound(type))
		return decoder->end_count < events_ends_max(others);
	return others < (uint64_t)decoder->node_count * EVENTS_OPERATIONS_PER_NODE &&
	       decoder->operation_count < UINT32_MAX;
}

static int append_operation(struct events_decoder *decoder, const struct events_operation *operation)
{
	if (!has_room(decoder, operation->type))
		return -EBADMSG;
	if (decoder->operation_count == decoder->operation_capacity) {
		uint32_t capacity = decoder->operation_capacity ? 2 * decoder->operation_capacity : 512;
		if (capacity < decoder->operation_capacity)
			return -ENOMEM;
		void *grown = realloc(decoder->operations, capacity * sizeof(*operation));
		if (!grown)
			return -ENOMEM;
		decoder->operations = grown;
		decoder->operation_capacity = capacity;
	}
	decoder->operations[decoder->operation_count++] = *operation;
	decoder->end_count += operation_is_bound(operation->type);
	return 0;
}

static bool is_alloc(const struct events_decoder *decoder, uint64_t index)
{
	return index < decoder->operation_count &&
	       (decoder->operations[index].type & OPERATION_TYPE_MASK) == OPERATION_ALLOC;
}

/* What an operation says beyond type and node. */
static int read_details(struct events_decoder *decoder, struct events_operation *operation)
{
	struct varint_cursor *column = &decoder->columns[COLUMN_OPERATIONS];
	if (operation->type & OPERATION_FIXED)
		operation->size_bytes = varint_next(column);
	if (operation_is_bound(operation->type)) {
		uint64_t distance = varint_next(column);
		if (distance > decoder->operation_count ||
		    !is_alloc(decoder, decoder->operation_count - distance))
			return -EBADMSG;
		operation->origin = decoder->operation_count - (uint32_t)distance;
	}
	return column->failed ? -EBADMSG : 0;
}

static int read_operations(struct events_decoder *decoder)
{
	struct varint_cursor *column = &decoder->columns[COLUMN_OPERATIONS];
	int64_t node = 0;
	while (varint_left(column) > 0) {
		uint64_t type = varint_next(column);
		if (__builtin_add_overflow(node, varint_next_signed(column), &node) ||
		    !operation_valid(decoder, type, node))
			return -EBADMSG;
		struct events_operation operation = {.node = (uint32_t)node, .type = (uint32_t)type};
		int error = read_details(decoder, &operation);
		if (error == 0)
			error = append_operation(decoder, &operation);
		if (error < 0)
			return error;
	}
	return 0;
}

static int reserve_indices(struct events_decoder *decoder)
{
	if (decoder->count <= decoder->index_capacity)
		return 0;
	/* Each takes a byte of the payload at least. */
	uint32_t *grown = reallocarray(decoder->indices, decoder->count, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	decoder->indices = grown;
	decoder->index_capacity = decoder->count;
	return 0;
}

/* One or two bytes without a branch on which, since that is hard to foretell; there are two to read. */
static inline uint64_t next_index(struct varint_cursor *column)
{
	uint64_t low = column->at[0], high = column->at[1], longer = low >> 7;
	if (__builtin_expect((longer & high >> 7) != 0, 0))
		return varint_next(column);
	column->at += 1 + longer;
	return (low & 0x7f) | (high & -longer) << 7;
}

/* Reads the column of indices. */
static int read_indices(struct events_decoder *decoder)
{
	struct varint_cursor column = decoder->columns[COLUMN_INDICES];
	uint32_t *indices = decoder->indices;
	uint64_t largest = 0;
	for (uint64_t i = 0; i < decoder->count; i++) {
		uint64_t index = varint_left(&column) > 1 ? next_index(&column) : varint_next(&column);
		largest = index > largest ? index : largest;
		indices[i] = (uint32_t)index;
	}
	bool known = decoder->count == 0 || largest < decoder->operation_count;
	return known && !column.failed && varint_left(&column) == 0 ? 0 : -EBADMSG;
}

/* Sums the allocations of the block, so that totals hold whether or not items are pulled. */
static int count_allocations(struct events_decoder *decoder)
{
	int error = reserve_indices(decoder);
	if (error == 0)
		error = read_indices(decoder);
	for (uint64_t i = 0; error == 0 && i < decoder->count; i++)
		decoder->allocations += (decoder->operations[decoder->indices[i]].type &
					 OPERATION_TYPE_MASK) == OPERATION_ALLOC;
	return error;
}

/* Checks all time marks; leaves the time of the last one in time_ns. */
static int check_marks(struct events_decoder *decoder)
{
	struct varint_cursor column = decoder->columns[COLUMN_MARKS];
	uint64_t index = 0;
	while (varint_left(&column) > 0) {
		uint64_t items = varint_next(&column);
		uint64_t time_ns = varint_next(&column);
		if (column.failed || items == 0 || items >= decoder->count - index ||
		    time_ns >= EVENTS_TIME_LIMIT - decoder->time_ns)
			return -EBADMSG;
		index += items;
		decoder->time_ns += time_ns;
	}
	return 0;
}

static int take_switch(struct events_decoder *decoder)
{
	struct varint_cursor *column = &decoder->columns[COLUMN_THREADS];
	if (varint_left(column) == 0) {
		decoder->next_switch = NO_EVENT;
		return 0;
	}
	uint64_t items = varint_next(column), thread = varint_next(column);
	if (column->failed || thread >= decoder->thread_count || items >= decoder->count - decoder->at)
		return -EBADMSG;
	decoder->next_switch = decoder->at + items;
	decoder->next_thread = (uint32_t)thread;
	return 0;
}

/* Aims at the next mark; check_marks has vouched for the column. */
static void take_mark(struct events_decoder *decoder)
{
	struct varint_cursor *column = &decoder->columns[COLUMN_MARKS];
	struct events_run *run = &decoder->run;
	run->pace_from_ns += run->pace_ns;
	run->pace_ns = 0;
	run->pace_items = 1;
	decoder->mark = decoder->at;
	decoder->next_mark = NO_EVENT;
	if (varint_left(column) == 0)
		return;
	run->pace_items = varint_next(column);
	run->pace_ns = varint_next(column);
	decoder->next_mark = decoder->at + run->pace_items;
}

static int read_head(struct events_decoder *decoder, struct varint_cursor *payload)
{
	uint64_t first = varint_next(payload), count = varint_next(payload);
	uint64_t allocations = varint_next(payload), time_ns = varint_next(payload);
	uint64_t thread = varint_next(payload), operations = varint_next(payload);
	if (payload->failed || first != decoder->events || allocations != decoder->allocations ||
	    operations != decoder->operation_count || time_ns >= EVENTS_TIME_LIMIT)
		return -EBADMSG;
	if (count > varint_left(payload) || (count > 0 && thread >= decoder->thread_count))
		return -EBADMSG;
	decoder->at = 0;
	decoder->count = count;
	decoder->time_ns = time_ns;
	decoder->run = (struct events_run){.thread = (uint32_t)thread, .pace_from_ns = time_ns};
	return 0;
}

static int split_columns(struct events_decoder *decoder, struct varint_cursor *payload)
{
	for (size_t i = 0; i < EVENTS_COLUMNS; i++) {
		uint64_t bytes = varint_next(payload);
		const uint8_t *start = varint_next_bytes(payload, bytes);
		if (payload->failed)
			return -EBADMSG;
		decoder->columns[i] = varint_cursor(start, (size_t)bytes);
	}
	return varint_left(payload) == 0 ? 0 : -EBADMSG;
}

static int read_payload(struct events_decoder *decoder, struct varint_cursor *payload)
{
	int error = read_head(decoder, payload);
	if (error == 0)
		error = split_columns(decoder, payload);
	if (error == 0)
		error = read_operations(decoder);
	if (error == 0)
		error = count_allocations(decoder);
	if (error == 0)
		error = check_marks(decoder);
	if (error == 0)
		error = take_switch(decoder);
	return error;
}

static void begin_runs(struct events_decoder *decoder)
{
	struct events_run *run = &decoder->run;
	run->first = run->next = run->end = decoder->indices;
	run->operations = decoder->operations;
	run->operation_count = decoder->operation_count;
	run->before = decoder->events;
	run->sizes = decoder->columns[COLUMN_SIZES];
	run->origins = decoder->columns[COLUMN_ORIGINS];
	run->strays = decoder->columns[COLUMN_STRAYS];
	take_mark(decoder);
}

int events_decoder_feed(struct events_decoder *decoder, const void *payload, size_t bytes,
			uint32_t node_count, uint32_t thread_count)
{
	struct varint_cursor cursor = varint_cursor(payload, bytes);
	struct events_position before = events_decoder_position(decoder);
	decoder->node_count = node_count;
	decoder->thread_count = thread_count;
	int error = read_payload(decoder, &cursor);
	if (error < 0) {
		decoder->operation_count = before.operation_count;
		decoder->end_count = before.end_count;
		decoder->allocations = before.allocations;
		decoder->time_ns = before.time_ns;
		decoder->count = decoder->at = 0;
		decoder->run = (struct events_run){0};
		memset(decoder->columns, 0, sizeof(decoder->columns));
		return error;
	}
	begin_runs(decoder);
	decoder->events += decoder->count;
	return 0;
}

/* ---- pulling -------------------------------------------------------------- */

static bool run_is_good(const struct events_run *run)
{
	return !run->failed && !run->sizes.failed && !run->origins.failed && !run->strays.failed;
}

/* Whether the block's end leaves nothing over. */
static bool all_is_read(const struct events_decoder *decoder)
{
	const struct events_run *run = &decoder->run;
	return varint_left(&run->sizes) == 0 && varint_left(&run->origins) == 0 &&
	       varint_left(&run->strays) == 0 && varint_left(&decoder->columns[COLUMN_THREADS]) == 0 &&
	       varint_left(&decoder->columns[COLUMN_MARKS]) == 0;
}

static uint64_t end_of_run(const struct events_decoder *decoder)
{
	uint64_t end = decoder->count;
	if (decoder->next_switch < end)
		end = decoder->next_switch;
	return decoder->next_mark < end ? decoder->next_mark : end;
}

/* Up to the next change of thread or pace. */
int events_decoder_run(struct events_decoder *decoder, struct events_run **out)
{
	struct events_run *run = &decoder->run;
	*out = run;
	if (!run_is_good(run))
		return -EBADMSG;
	if (decoder->at == decoder->count)
		return all_is_read(decoder) ? 0 : -EBADMSG;
	if (decoder->at == decoder->next_switch) {
		run->thread = decoder->next_thread;
		if (take_switch(decoder) < 0)
			return -EBADMSG;
	}
	if (decoder->at == decoder->next_mark)
		take_mark(decoder);
	uint64_t end = end_of_run(decoder);
	run->before += (uint64_t)(run->end - run->first);
	run->pace_at = decoder->at - decoder->mark;
	run->first = run->next = decoder->indices + decoder->at;
	run->end = decoder->indices + end;
	decoder->at = end;
	return 1;
}

static void fill_item(const struct events_run *run, const struct events_step *step, struct events_item *item)
{
	uint64_t index = (uint64_t)(run->next - run->first) - 1;
	uint32_t type = step->operation->type;
	*item = (struct events_item){
		.size_bytes = step->size_bytes,
		.address = step->address,
		.time_ns = events_run_time_ns(run, index),
		.node = step->operation->node,
		.thread = run->thread,
		.type = type & OPERATION_TYPE_MASK,
		.flags = type &
			 (OPERATION_TRACKED | OPERATION_REALLOC | OPERATION_TEMPORARY | OPERATION_COLLECTED),
		.operation = (uint32_t)(step->origin - run->operations),
		.origin = operation_is_end(type) ? step->origin->node : 0,
	};
}

long events_decoder_next(struct events_decoder *decoder, struct events_item *items, size_t max)
{
	struct events_run *run = &decoder->run;
	struct events_step step;
	size_t pulled = 0;
	while (pulled < max) {
		if (run->next == run->end || !run_is_good(run)) {
			int result = events_decoder_run(decoder, &run);
			if (result <= 0)
				return result < 0 ? result : (long)pulled;
		}
		while (pulled < max && events_run_step(run, &step))
			fill_item(run, &step, &items[pulled++]);
	}
	bool over = run->next == run->end && decoder->at == decoder->count;
	return run_is_good(run) && (!over || all_is_read(decoder)) ? (long)pulled : -EBADMSG;
}
