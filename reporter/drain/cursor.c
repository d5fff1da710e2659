/*
 * cursor.c - see cursor.h.  All fields are varints, so structs of them are written as arrays.
 */
#include "drain/cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS(type) (sizeof(type) / sizeof(uint64_t))
#define HEAD_WORDS (offsetof(struct cursor, slots) / sizeof(uint64_t))
#define WAITING_WORDS (offsetof(struct cursor_waiting, block_kind) / sizeof(uint64_t))

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
	for (size_t i = 0; i < cursor->waiting_count; i++)
		put_words(payload, &cursor->waiting[i], WAITING_WORDS);
	buffer_varint(payload, cursor->position_count);
	put_words(payload, cursor->positions, cursor->position_count * WORDS(struct cursor_thread));
	for (size_t i = 0; i < cursor->waiting_count; i++)
		buffer_varint(payload, cursor->waiting[i].block_kind);
	buffer_varint(payload, cursor->huge_count);
	put_words(payload, cursor->huge, cursor->huge_count * WORDS(struct cursor_huge));
}

/* Reads a count and as many structs, of whose words the first `words` stand there; NULL if that cannot be. */
static void *get_array(struct varint_cursor *payload, size_t struct_bytes, size_t words, size_t *count)
{
	uint64_t claimed = varint_next(payload);
	if (payload->failed || claimed > varint_left(payload) / words)
		return NULL;
	char *array = calloc((size_t)claimed + 1, struct_bytes);
	for (size_t i = 0; array && i < claimed; i++)
		get_words(payload, array + i * struct_bytes, words);
	*count = (size_t)claimed;
	return array;
}

static void get_kinds(struct varint_cursor *payload, struct cursor *cursor)
{
	for (size_t i = 0; i < cursor->waiting_count && varint_left(payload) > 0; i++)
		cursor->waiting[i].block_kind = varint_next(payload);
}

int cursor_decode(struct cursor *cursor, const void *payload, size_t bytes)
{
	struct varint_cursor at = varint_cursor(payload, bytes);
	*cursor = (struct cursor){0};
	get_words(&at, cursor, HEAD_WORDS);
	cursor->slots =
		get_array(&at, sizeof(struct cursor_slot), WORDS(struct cursor_slot), &cursor->slot_count);
	cursor->waiting =
		get_array(&at, sizeof(struct cursor_waiting), WAITING_WORDS, &cursor->waiting_count);
	cursor->positions = get_array(&at, sizeof(struct cursor_thread), WORDS(struct cursor_thread),
				      &cursor->position_count);
	if (cursor->waiting && cursor->positions)
		get_kinds(&at, cursor);
	bool more = varint_left(&at) > 0;
	if (more)
		cursor->huge = get_array(&at, sizeof(struct cursor_huge), WORDS(struct cursor_huge),
					 &cursor->huge_count);
	if (!cursor->slots || !cursor->waiting || !cursor->positions || (more && !cursor->huge) ||
	    at.failed) {
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
	free(cursor->huge);
	*cursor = (struct cursor){0};
}
