/*
 * events_encode.c - items to columns; see events.h.
 */
#include "trace/events_quick.h"

#include <errno.h>
#include <stdlib.h>

#define TIME_GAP_NS (EVENTS_TIME_MARK_NS / 4)

struct events_encoder *events_encoder_create(void)
{
	struct events_encoder *encoder = calloc(1, sizeof(*encoder));
	if (encoder && dictionary_init(&encoder->dictionary))
		return encoder;
	events_encoder_destroy(encoder);
	return NULL;
}

void events_encoder_destroy(struct events_encoder *encoder)
{
	if (!encoder)
		return;
	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		buffer_finish(&encoder->columns[i]);
	dictionary_finish(&encoder->dictionary);
	free(encoder);
}

/* Says in column 1 what the operation that was just defined is. */
static void write_operation(struct events_encoder *encoder, const struct dictionary_operation *operation,
			    uint32_t index)
{
	struct buffer *column = &encoder->columns[COLUMN_OPERATIONS];
	bool alloc = (operation->type & OPERATION_TYPE_MASK) == OPERATION_ALLOC;
	uint32_t node = alloc ? encoder->dictionary.numbers.nodes[operation->place] : operation->place;
	buffer_varint(column, operation->type);
	buffer_signed(column, (int64_t)node - encoder->last_operation_node);
	if (operation->type & OPERATION_FIXED)
		buffer_varint(column, operation->detail);
	if (operation_is_bound(operation->type))
		buffer_varint(column, index - operation->detail);
	encoder->last_operation_node = node;
}

/* The operation's index, defining it if it is new. */
static uint32_t operation_index(struct events_encoder *encoder, const struct dictionary_operation *operation)
{
	uint32_t index = dictionary_find(&encoder->dictionary, operation);
	if (index != DICTIONARY_NONE)
		return index;
	index = dictionary_define(&encoder->dictionary, operation);
	if (index == DICTIONARY_NONE) {
		encoder->failed = true;
		return 0;
	}
	write_operation(encoder, operation, index);
	return index;
}

/* ---- one item ------------------------------------------------------------- */

bool events_quick_reserve(struct events_encoder *encoder, size_t items)
{
	static const enum events_column columns[] = {COLUMN_INDICES, COLUMN_ORIGINS, COLUMN_SIZES};
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		struct buffer *column = &encoder->columns[columns[i]];
		if (column->capacity - column->length < items * VARINT_MAX_BYTES &&
		    !buffer_reserve(column, items * VARINT_MAX_BYTES))
			encoder->failed = true;
	}
	return !encoder->failed;
}

static uint32_t open_alloc(struct events_encoder *encoder, uint32_t begin, uint32_t type)
{
	struct events_dictionary *dictionary = &encoder->dictionary;
	const struct dictionary_operation operation = {.place = begin, .type = (uint16_t)type};
	uint32_t index = dictionary_last_open(dictionary, begin, type);
	if (index != DICTIONARY_NONE)
		return index;
	index = operation_index(encoder, &operation);
	if (!encoder->failed)
		dictionary->begins[begin].last_open = index + 1;
	return index;
}

uint32_t events_quick_find_alloc(struct events_encoder *encoder, uint32_t begin, uint32_t flags,
				 uint64_t size_bytes)
{
	struct events_dictionary *dictionary = &encoder->dictionary;
	const struct dictionary_operation operation = {
		.place = begin,
		.detail = (uint32_t)size_bytes,
		.type = (uint16_t)(OPERATION_ALLOC | flags | OPERATION_FIXED)};
	uint32_t index = DICTIONARY_NONE;
	if (size_bytes > DICTIONARY_SIZE_MAX)
		return open_alloc(encoder, begin, OPERATION_ALLOC | flags);
	if (dictionary_may_have_size(dictionary, begin, size_bytes))
		index = dictionary_find(dictionary, &operation);
	if (index == DICTIONARY_NONE && dictionary_has_room(dictionary, begin))
		index = operation_index(encoder, &operation);
	if (encoder->failed)
		return 0;
	if (index == DICTIONARY_NONE)
		return open_alloc(encoder, begin, OPERATION_ALLOC | flags);
	dictionary->begins[begin].last_alloc = index + 1;
	return index;
}

uint32_t events_quick_find_end(struct events_encoder *encoder, uint32_t node, uint32_t type, uint32_t origin)
{
	struct events_dictionary *dictionary = &encoder->dictionary;
	struct dictionary_operation operation = {.place = node, .detail = origin, .type = (uint16_t)type};
	uint32_t index = dictionary_find(dictionary, &operation);
	if (index == DICTIONARY_NONE && !dictionary_has_room_for_end(dictionary)) {
		operation.type |= OPERATION_LOOSE;
		operation.detail = 0;
		return operation_index(encoder, &operation);
	}
	if (index == DICTIONARY_NONE)
		index = operation_index(encoder, &operation);
	if (!encoder->failed)
		dictionary->operations[origin].hint = index + 1;
	return index;
}

static void add_stray(struct events_encoder *encoder, const struct events_item *item)
{
	const struct dictionary_operation operation = {.place = item->node,
						       .type = (uint16_t)(item->type | item->flags)};
	uint64_t address = item->address / 8;
	buffer_varint(&encoder->columns[COLUMN_INDICES], operation_index(encoder, &operation));
	buffer_signed(&encoder->columns[COLUMN_STRAYS], (int64_t)(address - encoder->last_stray));
	encoder->last_stray = address;
	encoder->count++;
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
	if (time_ns - encoder->last_mark_ns >= EVENTS_TIME_MARK_NS) {
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

void events_quick_turn(struct events_encoder *encoder, uint32_t thread, uint64_t time_ns)
{
	add_time(encoder, time_ns);
	add_thread(encoder, thread);
}

static uint32_t add_alloc(struct events_encoder *encoder, const struct events_item *item)
{
	uint32_t begin = events_encoder_begin(encoder, item->node);
	return begin ? events_quick_alloc(encoder, begin, item->flags, item->size_bytes) : 0;
}

void events_encoder_add(struct events_encoder *encoder, struct events_item *item)
{
	if (!events_quick_reserve(encoder, 1))
		return;
	events_quick_at(encoder, item->thread, item->time_ns);
	if (item->type == OPERATION_ALLOC)
		item->operation = add_alloc(encoder, item);
	else if (item->type == OPERATION_STRAY_FREE)
		add_stray(encoder, item);
	else
		events_quick_end(encoder, item->node, (uint32_t)item->type | item->flags, item->operation,
				 item->size_bytes);
}

uint32_t events_encoder_begin(struct events_encoder *encoder, uint32_t node)
{
	uint32_t number = dictionary_number(&encoder->dictionary, node);
	encoder->failed |= number == 0;
	return number;
}

const struct numbering *events_encoder_begins(const struct events_encoder *encoder)
{
	return &encoder->dictionary.numbers;
}

uint32_t events_encoder_origin(const struct events_encoder *encoder, uint32_t operation)
{
	return operation < encoder->dictionary.count ? encoder->dictionary.operations[operation].place : 0;
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
	encoder->block_operations = encoder->dictionary.count;
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

/* Of a size that is too large for the dictionary nothing is to be found, or another one's would be. */
static bool resume_operation(struct events_encoder *encoder, const struct events_operation *known)
{
	struct dictionary_operation operation = {
		.place = known->node, .detail = known->origin, .type = (uint16_t)known->type};
	if ((known->type & OPERATION_TYPE_MASK) == OPERATION_ALLOC) {
		operation.place = events_encoder_begin(encoder, known->node);
		operation.detail = (uint32_t)known->size_bytes;
	}
	if (known->type & OPERATION_FIXED && known->size_bytes > DICTIONARY_SIZE_MAX)
		operation.type |= DICTIONARY_UNFINDABLE;
	return !encoder->failed && dictionary_define(&encoder->dictionary, &operation) != DICTIONARY_NONE;
}

int events_encoder_resume(struct events_encoder *encoder, const struct events_decoder *decoder)
{
	struct events_position position = events_decoder_position(decoder);
	for (uint32_t i = 0; i < position.operation_count; i++) {
		if (!resume_operation(encoder, &position.operations[i]))
			return -ENOMEM;
	}
	encoder->events = position.events;
	encoder->allocations = position.allocations;
	encoder->time_ns = position.time_ns;
	open_block(encoder);
	return 0;
}
