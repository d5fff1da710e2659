/*
 * events_decode.c - columns to items; see events.h.  Every byte read here may be hostile.
 */
#include "trace/events.h"

#include "trace/events_private.h"

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
	/* For the current block: what is left of it, and where each column stands. */
	struct varint_cursor columns[EVENTS_COLUMNS];
	uint64_t at, count; /* items pulled and items in all */
	uint64_t last_stray;
	uint32_t node_count, thread_count, thread;
	uint64_t next_switch; /* item at which the thread becomes next_thread */
	uint32_t next_thread;
	/* Time between two marks, by Bresenham: exact, and no division per item. */
	uint64_t item_ns, next_mark, next_mark_ns;
	uint64_t step_ns, step_remainder, step_error, step_items;
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
	free(decoder);
}

void events_decoder_reset(struct events_decoder *decoder)
{
	struct events_decoder fresh = {.operations = decoder->operations,
				       .operation_capacity = decoder->operation_capacity};
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

/* Sums the allocations of the block, so that totals hold whether or not items are pulled. */
static int count_allocations(struct events_decoder *decoder)
{
	struct varint_cursor column = decoder->columns[COLUMN_INDICES];
	for (uint64_t i = 0; i < decoder->count; i++) {
		uint64_t index = varint_next(&column);
		if (column.failed || index >= decoder->operation_count)
			return -EBADMSG;
		decoder->allocations +=
			(decoder->operations[index].type & OPERATION_TYPE_MASK) == OPERATION_ALLOC;
	}
	return varint_left(&column) == 0 ? 0 : -EBADMSG;
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
	decoder->step_ns = decoder->step_remainder = decoder->step_error = 0;
	if (varint_left(column) == 0) {
		decoder->next_mark = NO_EVENT;
		return;
	}
	uint64_t items = varint_next(column), time_ns = varint_next(column);
	decoder->next_mark = decoder->at + items;
	decoder->next_mark_ns = decoder->item_ns + time_ns;
	decoder->step_items = items;
	decoder->step_ns = time_ns / items;
	decoder->step_remainder = time_ns % items;
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
	decoder->thread = (uint32_t)thread;
	decoder->item_ns = decoder->time_ns = time_ns;
	decoder->last_stray = 0;
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
		return error;
	}
	take_mark(decoder);
	decoder->events += decoder->count;
	return 0;
}

static uint64_t pull_size(struct events_decoder *decoder, const struct events_operation *alloc)
{
	return alloc->type & OPERATION_FIXED ? alloc->size_bytes
					     : varint_next(&decoder->columns[COLUMN_SIZES]);
}

static int pull_end(struct events_decoder *decoder, const struct events_operation *operation,
		    struct events_item *item)
{
	uint64_t origin = operation->type & OPERATION_LOOSE ? varint_next(&decoder->columns[COLUMN_ORIGINS])
							    : operation->origin;
	if (!is_alloc(decoder, origin))
		return -EBADMSG;
	item->operation = (uint32_t)origin;
	item->origin = decoder->operations[origin].node;
	item->size_bytes = pull_size(decoder, &decoder->operations[origin]);
	return decoder->columns[COLUMN_ORIGINS].failed || decoder->columns[COLUMN_SIZES].failed ? -EBADMSG
												: 0;
}

static int pull_kind(struct events_decoder *decoder, const struct events_operation *operation,
		     struct events_item *item)
{
	switch (item->type) {
	case OPERATION_ALLOC:
		item->size_bytes = pull_size(decoder, operation);
		return decoder->columns[COLUMN_SIZES].failed ? -EBADMSG : 0;
	case OPERATION_STRAY_FREE:
		decoder->last_stray += (uint64_t)varint_next_signed(&decoder->columns[COLUMN_STRAYS]);
		item->address = decoder->last_stray * 8;
		return decoder->columns[COLUMN_STRAYS].failed ? -EBADMSG : 0;
	default:
		return pull_end(decoder, operation, item);
	}
}

static void advance_time(struct events_decoder *decoder)
{
	if (decoder->at == decoder->next_mark) {
		decoder->item_ns = decoder->next_mark_ns;
		take_mark(decoder);
	}
}

static void step_time(struct events_decoder *decoder)
{
	decoder->item_ns += decoder->step_ns;
	decoder->step_error += decoder->step_remainder;
	if (decoder->step_remainder && decoder->step_error >= decoder->step_items) {
		decoder->step_error -= decoder->step_items;
		decoder->item_ns++;
	}
}

static int pull(struct events_decoder *decoder, struct events_item *item)
{
	if (decoder->at == decoder->next_switch) {
		decoder->thread = decoder->next_thread;
		if (take_switch(decoder) < 0)
			return -EBADMSG;
	}
	advance_time(decoder);
	uint64_t index = varint_next(&decoder->columns[COLUMN_INDICES]);
	const struct events_operation *operation = &decoder->operations[index];
	*item = (struct events_item){
		.time_ns = decoder->item_ns,
		.node = operation->node,
		.thread = decoder->thread,
		.type = operation->type & OPERATION_TYPE_MASK,
		.flags = operation->type &
			 (OPERATION_TRACKED | OPERATION_REALLOC | OPERATION_TEMPORARY | OPERATION_COLLECTED),
		.operation = (uint32_t)index,
	};
	int error = pull_kind(decoder, operation, item);
	step_time(decoder);
	decoder->at++;
	return error;
}

long events_decoder_next(struct events_decoder *decoder, struct events_item *items, size_t max)
{
	size_t pulled = 0;
	while (pulled < max && decoder->at < decoder->count) {
		if (pull(decoder, &items[pulled]) < 0)
			return -EBADMSG;
		pulled++;
	}
	if (decoder->at < decoder->count)
		return (long)pulled;
	for (size_t i = COLUMN_INDICES; i < EVENTS_COLUMNS; i++) {
		if (varint_left(&decoder->columns[i]) > 0)
			return -EBADMSG;
	}
	return (long)pulled;
}
