/*
 * buffer.c - the growing half of buffer.h.
 */
#include "trace/buffer.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_FIRST_BYTES 256

void buffer_finish(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}

bool buffer_reserve(struct buffer *buffer, size_t more)
{
	if (buffer->failed)
		return false;
	size_t needed, capacity = buffer->capacity ? buffer->capacity : BUFFER_FIRST_BYTES;
	if (__builtin_add_overflow(buffer->length, more, &needed) || needed > SIZE_MAX / 2) {
		buffer->failed = true;
		return false;
	}
	while (capacity < needed)
		capacity *= 2;
	if (capacity == buffer->capacity)
		return true;
	uint8_t *data = realloc(buffer->data, capacity);
	if (!data) {
		buffer->failed = true;
		return false;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t count)
{
	if (count == 0 || !buffer_reserve(buffer, count))
		return;
	memcpy(buffer->data + buffer->length, bytes, count);
	buffer->length += count;
}
