/*
 * events_quick.h - the encoder's own state, and its quick way: items whose operation the dictionary's hints
 * know, written into room that was made beforehand.
 *
 * For the drainer's loop over records, into which it is inlined; says just what events_encoder_add says.
 * Whoever else encodes has no business here.
 */
#ifndef MPROF_TRACE_EVENTS_QUICK_H
#define MPROF_TRACE_EVENTS_QUICK_H

#include "trace/events_dictionary.h"

#define EVENTS_TIME_MARK_NS 1000000

struct events_encoder {
	/* For the whole file. */
	struct events_dictionary dictionary;
	uint64_t events, allocations, time_ns;
	uint32_t thread;
	bool failed;
	/* For the open block. */
	struct buffer columns[EVENTS_COLUMNS];
	uint64_t count, block_allocations, block_time_ns;
	uint32_t block_thread, block_operations, last_operation_node;
	uint64_t last_stray, last_switch, last_mark, last_mark_ns;
};

/* Makes room for so many items.  False: no memory, and the encoder has failed. */
bool events_quick_reserve(struct events_encoder *encoder, size_t items);

/* Where an item's thread or time say something new; events_quick_at asks. */
void events_quick_turn(struct events_encoder *encoder, uint32_t thread, uint64_t time_ns);

/* The operation's index where no hint knows it.  With `failed` set it is 0. */
uint32_t events_quick_find_alloc(struct events_encoder *encoder, uint32_t begin, uint32_t flags,
				 uint64_t size_bytes);
uint32_t events_quick_find_end(struct events_encoder *encoder, uint32_t node, uint32_t type, uint32_t origin);

/* The next items are of this thread and time.  Said before an item that is not as the one before it, and
 * before each block's first. */
static inline void events_quick_at(struct events_encoder *encoder, uint32_t thread, uint64_t time_ns)
{
	bool soon = time_ns - encoder->last_mark_ns < EVENTS_TIME_MARK_NS && time_ns >= encoder->time_ns;
	if (__builtin_expect(encoder->count == 0 || thread != encoder->thread || !soon, 0))
		events_quick_turn(encoder, thread, time_ns);
	else
		encoder->time_ns = time_ns;
}

/* Room was made for it. */
static inline void events_quick_put(struct buffer *column, uint64_t value)
{
	column->length = (size_t)(varint_write(column->data + column->length, value) - column->data);
}

/* An allocation at the node with this number; returns its operation. */
static inline uint32_t events_quick_alloc(struct events_encoder *encoder, uint32_t begin, uint32_t flags,
					  uint64_t size_bytes)
{
	struct events_dictionary *dictionary = &encoder->dictionary;
	uint32_t index = dictionary_last_alloc(dictionary, begin, OPERATION_ALLOC | flags | OPERATION_FIXED,
					       size_bytes);
	if (index == DICTIONARY_NONE) {
		index = events_quick_find_alloc(encoder, begin, flags, size_bytes);
		if (encoder->failed)
			return 0;
		if (!(dictionary->operations[index].type & OPERATION_FIXED))
			events_quick_put(&encoder->columns[COLUMN_SIZES], size_bytes);
	}
	events_quick_put(&encoder->columns[COLUMN_INDICES], index);
	encoder->allocations++;
	encoder->count++;
	return index;
}

/* The end of a block whose allocation is `origin`; type: with flags. */
static inline void events_quick_end(struct events_encoder *encoder, uint32_t node, uint32_t type,
				    uint32_t origin, uint64_t size_bytes)
{
	struct events_dictionary *dictionary = &encoder->dictionary;
	uint32_t index = dictionary_last_end(dictionary, origin, type, node);
	if (index == DICTIONARY_NONE) {
		index = events_quick_find_end(encoder, node, type, origin);
		if (encoder->failed)
			return;
		if (dictionary->operations[index].type & OPERATION_LOOSE)
			events_quick_put(&encoder->columns[COLUMN_ORIGINS], origin);
	}
	events_quick_put(&encoder->columns[COLUMN_INDICES], index);
	if (!(dictionary->operations[origin].type & OPERATION_FIXED))
		events_quick_put(&encoder->columns[COLUMN_SIZES], size_bytes);
	encoder->count++;
}

#endif
