/*
 * buffer.h - a byte buffer that grows.
 *
 * Running out of memory is sticky: `failed` is set, later appends do nothing, and the owner
 * checks once at the end.  An all-zero struct is an empty buffer.  Allocates with malloc:
 * not for the shim.
 */
#ifndef MPROF_TRACE_BUFFER_H
#define MPROF_TRACE_BUFFER_H

#include "trace/varint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *data;
	size_t length, capacity;
	bool failed;
};

/* Frees the memory; the buffer is empty and usable again. */
void buffer_finish(struct buffer *buffer);

/* Makes room for `more` bytes behind `length`.  False: no memory, and `failed` is set. */
bool buffer_reserve(struct buffer *buffer, size_t more);

void buffer_append(struct buffer *buffer, const void *bytes, size_t count);

/* Empties it, keeps the memory, and forgets a failure. */
static inline void buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = false;
}

static inline void buffer_varint(struct buffer *buffer, uint64_t value)
{
	if (buffer->capacity - buffer->length < VARINT_MAX_BYTES && !buffer_reserve(buffer, VARINT_MAX_BYTES))
		return;
	uint8_t *end = varint_write(buffer->data + buffer->length, value);
	buffer->length = (size_t)(end - buffer->data);
}

static inline void buffer_signed(struct buffer *buffer, int64_t value)
{
	buffer_varint(buffer, zigzag_encode(value));
}

/* "text" of format.h: a varint length and that many bytes. */
static inline void buffer_text(struct buffer *buffer, const void *bytes, size_t count)
{
	buffer_varint(buffer, count);
	buffer_append(buffer, bytes, count);
}

#endif
