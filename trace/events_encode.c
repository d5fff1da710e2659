/*
 * events_encode.c - items to columns; see events.h.
 */
#include "trace/events.h"

#include "trace/events_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MARK_NS 1000000
#define TIME_GAP_NS (TIME_MARK_NS / 4)
#define FIRST_TABLE_SLOTS 1024

struct events_encoder {
	/* For the whole file. */
	struct events_operation *operations;
	uint32_t operation_count, operation_capacity;
	uint32_t *table; /* operation index + 1, open addressing; table_mask + 1 slots, at most half full */
	uint32_t table_mask;
	uint8_t *sizes; /* per node: distinct sizes that are FIXED operations */
	size_t sizes_capacity;
	uint64_t events, allocations, time_ns;
	uint32_t thread;
	bool failed;
	/* For the open block. */
	struct buffer columns[EVENTS_COLUMNS];
	uint64_t count, block_allocations, block_time_ns;
	uint32_t block_thread, block_operations, last_operation_node;
	uint64_t last_stray, last_switch, last_mark, last_mark_ns;
};

struct events_encoder *events_encoder_create(void)
{
	struct events_encoder *encoder = calloc(1, sizeof(*encoder));
	uint32_t *table = calloc(FIRST_TABLE_SLOTS, sizeof(*table));
	if (!encoder || !table) {
		free(encoder);
		free(table);
		return NULL;
	}
	encoder->table = table;
	encoder->table_mask = FIRST_TABLE_SLOTS - 1;
	return encoder;
}

void events_encoder_destroy(struct events_encoder *encoder)
{
	if (!encoder)
		return;
	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		buffer_finish(&encoder->columns[i]);
	free(encoder->operations);
	free(encoder->table);
	free(encoder->sizes);
	free(encoder);
}

static uint32_t operation_hash(uint32_t type, uint32_t node, uint64_t size_bytes)
{
	uint64_t mixed = (size_bytes << 6 ^ type) * UINT64_C(0x9e3779b97f4a7c15);
	mixed = (mixed ^ mixed >> 32 ^ node) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(mixed >> 32);
}

/* The slot that holds the operation, or the empty one where it belongs. */
static uint32_t *find_slot(const struct events_encoder *encoder, uint32_t type, uint32_t node,
			   uint64_t size_bytes)
{
	uint32_t at = operation_hash(type, node, size_bytes) & encoder->table_mask;
	for (;; at = (at + 1) & encoder->table_mask) {
		uint32_t index = encoder->table[at];
		if (index == 0)
			return &encoder->table[at];
		const struct events_operation *o = &encoder->operations[index - 1];
		if (o->node == node && o->type == type && o->size_bytes == size_bytes)
			return &encoder->table[at];
	}
}

static bool grow_table(struct events_encoder *encoder)
{
	size_t slots = 2 * ((size_t)encoder->table_mask + 1);
	uint32_t *table = calloc(slots, sizeof(*table));
	if (!table || slots > UINT32_MAX) {
		free(table);
		return false;
	}
	free(encoder->table);
	encoder->table = table;
	encoder->table_mask = (uint32_t)(slots - 1);
	for (uint32_t i = 0; i < encoder->operation_count; i++) {
		const struct events_operation *o = &encoder->operations[i];
		*find_slot(encoder, o->type, o->node, o->size_bytes) = i + 1;
	}
	return true;
}

/* Counts a FIXED size of this node, so that a node of many sizes stops having more. */
static bool count_size(struct events_encoder *encoder, uint32_t node)
{
	if (node >= encoder->sizes_capacity) {
		size_t capacity = encoder->sizes_capacity ? encoder->sizes_capacity : 1024;
		while (capacity <= node)
			capacity *= 2;
		uint8_t *sizes = realloc(encoder->sizes, capacity);
		if (!sizes)
			return false;
		memset(sizes + encoder->sizes_capacity, 0, capacity - encoder->sizes_capacity);
		encoder->sizes = sizes;
		encoder->sizes_capacity = capacity;
	}
	encoder->sizes[node]++;
	return true;
}

/* Puts an operation into the dictionary; false when out of memory. */
static bool define_operation(struct events_encoder *encoder, struct events_operation operation)
{
	if (encoder->operation_count == encoder->operation_capacity) {
		uint32_t capacity = encoder->operation_capacity ? 2 * encoder->operation_capacity : 512;
		void *grown = realloc(encoder->operations, capacity * sizeof(operation));
		if (!grown)
			return false;
		encoder->operations = grown;
		encoder->operation_capacity = capacity;
	}
	if (2 * (uint64_t)encoder->operation_count >= encoder->table_mask && !grow_table(encoder))
		return false;
	if (operation.type & OPERATION_FIXED && !count_size(encoder, operation.node))
		return false;
	uint32_t *slot = find_slot(encoder, operation.type, operation.node, operation.size_bytes);
	encoder->operations[encoder->operation_count++] = operation;
	*slot = encoder->operation_count;
	return true;
}

/* The operation's index, defining it in column 1 if it is new. */
static uint32_t operation_index(struct events_encoder *encoder, struct events_operation operation)
{
	uint32_t known = *find_slot(encoder, operation.type, operation.node, operation.size_bytes);
	if (known)
		return known - 1;
	if (!define_operation(encoder, operation)) {
		encoder->failed = true;
		return 0;
	}
	struct buffer *column = &encoder->columns[COLUMN_OPERATIONS];
	buffer_varint(column, operation.type);
	buffer_signed(column, (int64_t)operation.node - encoder->last_operation_node);
	if (operation.type & OPERATION_FIXED)
		buffer_varint(column, operation.size_bytes);
	encoder->last_operation_node = operation.node;
	return encoder->operation_count - 1;
}

static bool is_fixed(const struct events_encoder *encoder, const struct events_operation *fixed)
{
	if (fixed->node >= encoder->sizes_capacity || encoder->sizes[fixed->node] < EVENTS_SIZES_PER_NODE)
		return true;
	return *find_slot(encoder, fixed->type, fixed->node, fixed->size_bytes) != 0;
}

static void add_alloc(struct events_encoder *encoder, const struct events_item *item)
{
	struct events_operation operation = {item->node, OPERATION_ALLOC | item->flags | OPERATION_FIXED,
					     item->size_bytes};
	if (!is_fixed(encoder, &operation)) {
		operation.type &= ~OPERATION_FIXED;
		operation.size_bytes = 0;
		buffer_varint(&encoder->columns[COLUMN_SIZES], item->size_bytes);
	}
	buffer_varint(&encoder->columns[COLUMN_INDICES], operation_index(encoder, operation));
	encoder->allocations++;
}

static void add_other(struct events_encoder *encoder, const struct events_item *item)
{
	struct events_operation operation = {item->node, (uint32_t)item->type | item->flags, 0};
	buffer_varint(&encoder->columns[COLUMN_INDICES], operation_index(encoder, operation));
	if (item->type != OPERATION_STRAY_FREE) {
		buffer_varint(&encoder->columns[COLUMN_DISTANCES], encoder->allocations - item->block);
		return;
	}
	uint64_t address = item->block / 8;
	buffer_signed(&encoder->columns[COLUMN_STRAYS], (int64_t)(address - encoder->last_stray));
	encoder->last_stray = address;
}

/* Says that event `index` of the block happened at time_ns. */
static void mark_time(struct events_encoder *encoder, uint64_t index, uint64_t time_ns)
{
	struct buffer *column = &encoder->columns[COLUMN_MARKS];
	buffer_varint(column, index - encoder->last_mark);
	buffer_varint(column, time_ns - encoder->last_mark_ns);
	encoder->last_mark = index;
	encoder->last_mark_ns = time_ns;
}

/* A pause gets a mark at both of its ends: interpolation must not smear a burst over it. */
static void add_time(struct events_encoder *encoder, uint64_t time_ns)
{
	if (encoder->count == 0)
		encoder->block_time_ns = encoder->last_mark_ns =
			time_ns > encoder->time_ns ? time_ns : encoder->time_ns;
	if (time_ns < encoder->time_ns)
		time_ns = encoder->time_ns;
	if (time_ns - encoder->last_mark_ns >= TIME_MARK_NS) {
		if (time_ns - encoder->time_ns >= TIME_GAP_NS && encoder->count - 1 > encoder->last_mark)
			mark_time(encoder, encoder->count - 1, encoder->time_ns);
		mark_time(encoder, encoder->count, time_ns);
	}
	encoder->time_ns = time_ns;
}

static void add_thread(struct events_encoder *encoder, uint32_t thread)
{
	if (encoder->count == 0)
		encoder->block_thread = encoder->thread = thread;
	if (thread == encoder->thread)
		return;
	buffer_varint(&encoder->columns[COLUMN_THREADS], encoder->count - encoder->last_switch);
	buffer_varint(&encoder->columns[COLUMN_THREADS], thread);
	encoder->last_switch = encoder->count;
	encoder->thread = thread;
}

void events_encoder_add(struct events_encoder *encoder, const struct events_item *item)
{
	add_time(encoder, item->time_ns);
	add_thread(encoder, item->thread);
	if (item->type == OPERATION_ALLOC)
		add_alloc(encoder, item);
	else
		add_other(encoder, item);
	encoder->count++;
}

size_t events_encoder_pending(const struct events_encoder *encoder)
{
	return encoder->count;
}

static void write_head(struct events_encoder *encoder, struct buffer *payload)
{
	buffer_varint(payload, encoder->events);
	buffer_varint(payload, encoder->count);
	buffer_varint(payload, encoder->block_allocations);
	buffer_varint(payload, encoder->block_time_ns);
	buffer_varint(payload, encoder->block_thread);
	buffer_varint(payload, encoder->block_operations);
}

static void open_block(struct events_encoder *encoder)
{
	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		buffer_clear(&encoder->columns[i]);
	encoder->events += encoder->count;
	encoder->count = 0;
	encoder->block_allocations = encoder->allocations;
	encoder->block_operations = encoder->operation_count;
	encoder->last_operation_node = 0;
	encoder->last_stray = encoder->last_switch = encoder->last_mark = 0;
}

int events_encoder_finish(struct events_encoder *encoder, struct buffer *payload)
{
	buffer_clear(payload);
	if (encoder->count > 0 && encoder->count - 1 > encoder->last_mark)
		mark_time(encoder, encoder->count - 1, encoder->time_ns);
	write_head(encoder, payload);
	for (size_t i = 0; i < EVENTS_COLUMNS; i++) {
		buffer_text(payload, encoder->columns[i].data, encoder->columns[i].length);
		encoder->failed |= encoder->columns[i].failed;
	}
	encoder->failed |= payload->failed;
	open_block(encoder);
	return encoder->failed ? -ENOMEM : 0;
}

int events_encoder_resume(struct events_encoder *encoder, const struct events_decoder *decoder)
{
	struct events_position position = events_decoder_position(decoder);
	for (uint32_t i = 0; i < position.operation_count; i++) {
		if (!define_operation(encoder, position.operations[i]))
			return -ENOMEM;
	}
	encoder->events = position.events;
	encoder->allocations = position.allocations;
	encoder->time_ns = position.time_ns;
	open_block(encoder);
	return 0;
}
