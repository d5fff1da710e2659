/*
 * varint.h - LEB128 and zigzag varints, and a cursor that reads them from untrusted bytes.
 *
 * Header only; no allocation, no libc.  A varint is at most VARINT_MAX_BYTES long; a
 * longer one, or one whose value does not fit 64 bits, is refused.
 */
#ifndef MPROF_TRACE_VARINT_H
#define MPROF_TRACE_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VARINT_MAX_BYTES 10

static inline uint64_t zigzag_encode(int64_t value)
{
	return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static inline int64_t zigzag_decode(uint64_t value)
{
	return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

/* Writes value at `at`, which has room for VARINT_MAX_BYTES; returns the end of what it wrote. */
static inline uint8_t *varint_write(uint8_t *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*at++ = (uint8_t)value;
	return at;
}

/* Reads one varint from [at, end).  Returns its end, NULL if it is cut off or too large;
 * then *value is untouched. */
static inline const uint8_t *varint_read(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
	uint64_t result = 0;
	for (unsigned shift = 0; shift < 64 && at < end; shift += 7) {
		uint64_t byte = *at++;
		uint64_t bits = byte & 0x7f;
		if (shift == 63 && bits > 1)
			return NULL;
		result |= bits << shift;
		if (byte < 0x80) {
			*value = result;
			return at;
		}
	}
	return NULL;
}

/* A position in untrusted bytes.  The first bad read sets `failed` and moves to the end, so
 * that a run of reads needs one check after it; a failed read yields 0. */
struct varint_cursor {
	const uint8_t *at, *end;
	bool failed;
};

static inline struct varint_cursor varint_cursor(const void *bytes, size_t count)
{
	const uint8_t *start = bytes;
	return (struct varint_cursor){start, start + count, false};
}

static inline size_t varint_left(const struct varint_cursor *cursor)
{
	return (size_t)(cursor->end - cursor->at);
}

static inline uint64_t varint_next(struct varint_cursor *cursor)
{
	if (cursor->at < cursor->end && *cursor->at < 0x80)
		return *cursor->at++;
	uint64_t value = 0;
	const uint8_t *after = varint_read(cursor->at, cursor->end, &value);
	cursor->failed |= after == NULL;
	cursor->at = after ? after : cursor->end;
	return value;
}

static inline int64_t varint_next_signed(struct varint_cursor *cursor)
{
	return zigzag_decode(varint_next(cursor));
}

/* The next `count` raw bytes, NULL if there are fewer. */
static inline const uint8_t *varint_next_bytes(struct varint_cursor *cursor, uint64_t count)
{
	if (count > varint_left(cursor)) {
		cursor->failed = true;
		cursor->at = cursor->end;
		return NULL;
	}
	const uint8_t *bytes = cursor->at;
	cursor->at += count;
	return bytes;
}

#endif
