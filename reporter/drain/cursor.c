/*
 * cursor.c - see cursor.h.  All fields are varints, so structs of them are written as arrays.
 */
#include "drain/cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS(type) (sizeof(type) / sizeof(uint64_t))
#define HEAD_WORDS (offsetof(struct cursor, slots) / sizeof(uint64_t))

static void put_words(struct buffer *payload, const void *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t word;
		memcpy(&word, (const char *)words + i * sizeof(word), sizeof(word));
		buffer_varint(payload, word);
	}
}

static void get_words(struct varint_cursor *payload, void *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t word = varint_next(payload);
		memcpy((char *)words + i * sizeof(word), &word, sizeof(word));
	}
}

void cursor_encode(const struct cursor *cursor, struct buffer *payload)
{
	put_words(payload, cursor, HEAD_WORDS);
	buffer_varint(payload, cursor->slot_count);
	put_words(payload, cursor->slots, cursor->slot_count * WORDS(struct cursor_slot));
	buffer_varint(payload, cursor->waiting_count);
	put_words(payload, cursor->waiting, cursor->waiting_count * WORDS(struct cursor_waiting));
	buffer_varint(payload, cursor->position_count);
	put_words(payload, cursor->positions, cursor->position_count * WORDS(struct cursor_thread));
}

/* Reads a count and as many structs of `words` words; NULL if that cannot be. */
static void *get_array(struct varint_cursor *payload, size_t words, size_t *count)
{
	uint64_t claimed = varint_next(payload);
	if (payload->failed || claimed > varint_left(payload) / words)
		return NULL;
	void *array = calloc((size_t)claimed + 1, words * sizeof(uint64_t));
	if (array)
		get_words(payload, array, (size_t)claimed * words);
	*count = (size_t)claimed;
	return array;
}

int cursor_decode(struct cursor *cursor, const void *payload, size_t bytes)
{
	struct varint_cursor at = varint_cursor(payload, bytes);
	*cursor = (struct cursor){0};
	get_words(&at, cursor, HEAD_WORDS);
	cursor->slots = get_array(&at, WORDS(struct cursor_slot), &cursor->slot_count);
	cursor->waiting = get_array(&at, WORDS(struct cursor_waiting), &cursor->waiting_count);
	cursor->positions = get_array(&at, WORDS(struct cursor_thread), &cursor->position_count);
	if (!cursor->slots || !cursor->waiting || !cursor->positions || at.failed) {
		cursor_finish(cursor);
		return -EBADMSG;
	}
	return 0;
}

void cursor_finish(struct cursor *cursor)
{
	free(cursor->slots);
	free(cursor->waiting);
	free(cursor->positions);
	*cursor = (struct cursor){0};
}
