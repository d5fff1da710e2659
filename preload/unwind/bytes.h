/*
 * bytes.h - a reader of encoded integers that cannot leave its bounds.
 *
 * A read past the end, or of an encoding that is not known, sets `bad` and yields 0; callers
 * test `bad` once after a group of reads.
 */
#ifndef MPROF_PRELOAD_UNWIND_BYTES_H
#define MPROF_PRELOAD_UNWIND_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at, *end;
	bool bad;
};

static inline size_t bytes_left(const struct bytes *in)
{
	return (size_t)(in->end - in->at);
}

static inline void bytes_fail(struct bytes *in)
{
	in->at = in->end;
	in->bad = true;
}

static inline void bytes_skip(struct bytes *in, uint64_t count)
{
	if (count > bytes_left(in))
		bytes_fail(in);
	else
		in->at += count;
}

/* Little-endian unsigned integer of `size` bytes, at most 8. */
static inline uint64_t bytes_unsigned(struct bytes *in, size_t size)
{
	uint64_t value = 0;
	if (size > bytes_left(in)) {
		bytes_fail(in);
		return 0;
	}
	memcpy(&value, in->at, size);
	in->at += size;
	return value;
}

static inline int64_t bytes_signed(struct bytes *in, size_t size)
{
	unsigned unused = 64 - 8 * (unsigned)size;
	return (int64_t)(bytes_unsigned(in, size) << unused) >> unused;
}

static inline uint64_t bytes_uleb(struct bytes *in)
{
	uint64_t value = 0;
	for (unsigned shift = 0; in->at < in->end; shift += 7) {
		uint8_t byte = *in->at++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	bytes_fail(in);
	return 0;
}

static inline int64_t bytes_sleb(struct bytes *in)
{
	uint64_t value = 0;
	for (unsigned shift = 0; in->at < in->end;) {
		uint8_t byte = *in->at++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (byte < 0x80) {
			if (shift < 64 && (byte & 0x40))
				value |= ~UINT64_C(0) << shift;
			return (int64_t)value;
		}
	}
	bytes_fail(in);
	return 0;
}

/* A block: its ULEB length, then its bytes.  Moves past it. */
static inline struct bytes bytes_block(struct bytes *in)
{
	uint64_t count = bytes_uleb(in);
	struct bytes block = {in->at, in->at, in->bad};
	bytes_skip(in, count);
	block.end = in->at;
	block.bad = in->bad;
	return block;
}

/* A pointer in one of the DW_EH_PE encodings, absolute or relative to where it stands.  Never
 * dereferences: of an indirect one it yields the address of the pointer. */
static inline uint64_t bytes_pointer(struct bytes *in, uint8_t encoding)
{
	uint64_t here = (uintptr_t)in->at, value = 0;
	switch (encoding & 0x0f) {
	case 0x0: /* absptr */
	case 0x4:
	case 0xc:
		value = bytes_unsigned(in, 8);
		break;
	case 0x1:
		value = bytes_uleb(in);
		break;
	case 0x2:
		value = bytes_unsigned(in, 2);
		break;
	case 0x3:
		value = bytes_unsigned(in, 4);
		break;
	case 0x9:
		value = (uint64_t)bytes_sleb(in);
		break;
	case 0xa:
		value = (uint64_t)bytes_signed(in, 2);
		break;
	case 0xb:
		value = (uint64_t)bytes_signed(in, 4);
		break;
	default:
		bytes_fail(in);
	}
	switch (encoding & 0x70) {
	case 0x00:
		return value;
	case 0x10: /* pcrel */
		return value + here;
	default:
		bytes_fail(in);
		return 0;
	}
}

#endif
