/*
 * frames.c - .eh_frame_hdr, descriptions of frames, and the tables of call sites that these point to (Linux
 * Standard Base Core, "Exception Frames"; Itanium C++ ABI, "Exception Handling Tables").
 */
#include "frames.h"

#include <string.h>

#define ENCODING_OMIT 0xff
#define ENCODING_UDATA4 0x03
#define ENCODING_PCREL_SDATA4 0x1b
#define ENCODING_DATAREL_SDATA4 0x3b
#define HEAD_BYTES 12
#define ENTRY_BYTES 8

/* Reads on; past the end everything is 0 and `failed`. */
struct cursor {
	const uint8_t *at, *end;
	uint64_t address; /* of `at` */
	bool failed;
};

static bool cursor_at(const struct code *code, uint64_t address, struct cursor *cursor)
{
	size_t left;
	const uint8_t *bytes = code_at(code, address, &left);
	*cursor = (struct cursor){bytes, bytes ? bytes + left : NULL, address, !bytes};
	return bytes != NULL;
}

static uint64_t read_bytes(struct cursor *cursor, size_t count, bool is_signed)
{
	uint64_t value = 0;
	if (cursor->failed || count > (size_t)(cursor->end - cursor->at)) {
		cursor->failed = true;
		return 0;
	}
	memcpy(&value, cursor->at, count);
	if (is_signed && count < 8 && value >> (8 * count - 1))
		value |= UINT64_MAX << 8 * count;
	cursor->at += count;
	cursor->address += count;
	return value;
}

static uint64_t read_leb(struct cursor *cursor, bool is_signed)
{
	uint64_t value = 0, byte = 0x80;
	unsigned shift = 0;
	for (; (byte & 0x80) && !cursor->failed; shift += 7) {
		byte = read_bytes(cursor, 1, false);
		if (shift < 64)
			value |= (byte & 0x7f) << shift;
	}
	if (is_signed && (byte & 0x40) && shift < 64)
		value |= UINT64_MAX << shift;
	return value;
}

static uint64_t read_encoded(struct cursor *cursor, unsigned encoding)
{
	uint64_t base = cursor->address, value;
	switch (encoding & 0x0f) {
	case 0x00:
	case 0x04:
	case 0x0c:
		value = read_bytes(cursor, 8, false);
		break;
	case 0x01:
		value = read_leb(cursor, false);
		break;
	case 0x09:
		value = read_leb(cursor, true);
		break;
	case 0x02:
	case 0x0a:
		value = read_bytes(cursor, 2, encoding & 8);
		break;
	case 0x03:
	case 0x0b:
		value = read_bytes(cursor, 4, encoding & 8);
		break;
	default:
		cursor->failed = true;
		return 0;
	}
	if ((encoding & 0x70) == 0x10 && value != 0)
		value += base;
	else if (encoding & 0x60)
		cursor->failed = true;
	return value;
}

/* ---- the sorted table ------------------------------------------------------------ */

struct table {
	const uint8_t *bytes;
	uint64_t address; /* of .eh_frame_hdr */
	size_t count;
};

static bool find_table(const struct code *code, struct table *table)
{
	size_t left;
	uint32_t count;
	const uint8_t *bytes = code->unwind_table ? code_at(code, code->unwind_table, &left) : NULL;
	if (!bytes || left < HEAD_BYTES || bytes[0] != 1 || bytes[1] != ENCODING_PCREL_SDATA4 ||
	    bytes[2] != ENCODING_UDATA4 || bytes[3] != ENCODING_DATAREL_SDATA4)
		return false;
	memcpy(&count, bytes + 8, sizeof(count));
	size_t room = (left - HEAD_BYTES) / ENTRY_BYTES;
	*table = (struct table){bytes + HEAD_BYTES, code->unwind_table, count < room ? count : room};
	return true;
}

/* part 0: where the function begins; 1: its description */
static uint64_t entry(const struct table *table, size_t i, size_t part)
{
	int32_t offset;
	memcpy(&offset, table->bytes + i * ENTRY_BYTES + part * sizeof(offset), sizeof(offset));
	return table->address + (uint64_t)(int64_t)offset;
}

/* How many begin before the address. */
static size_t count_before(const struct table *table, uint64_t address)
{
	size_t low = 0, high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (entry(table, middle, 0) < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool frames_next(const struct code *code, uint64_t address, uint64_t *next)
{
	struct table table;
	if (!find_table(code, &table))
		return false;
	size_t i = count_before(&table, address);
	*next = i < table.count ? entry(&table, i, 0) : UINT64_MAX;
	return true;
}

/* ---- descriptions ---------------------------------------------------------------- */

struct frame {
	uint64_t from, to;
	uint64_t landings; /* address of the table of call sites; 0: none */
};

struct common {
	unsigned code_encoding, landings_encoding;
	bool sized; /* descriptions say how much augmentation they have */
};

/* Skips what a description begins with: its length.  False: the end, or of a kind that no compiler makes. */
static bool read_length(struct cursor *cursor)
{
	uint64_t length = read_bytes(cursor, 4, false);
	if (cursor->failed || length == 0 || length > (size_t)(cursor->end - cursor->at))
		return false;
	cursor->end = cursor->at + length;
	return true;
}

static bool read_augmentation(struct cursor *cursor, const char *letters, struct common *common)
{
	for (; *letters; letters++) {
		switch (*letters) {
		case 'R':
			common->code_encoding = (unsigned)read_bytes(cursor, 1, false);
			break;
		case 'L':
			common->landings_encoding = (unsigned)read_bytes(cursor, 1, false);
			break;
		case 'P': {
			unsigned encoding = (unsigned)read_bytes(cursor, 1, false);
			read_encoded(cursor, encoding);
			break;
		}
		case 'S':
		case 'B':
			break;
		default:
			return false;
		}
	}
	return !cursor->failed;
}

static bool read_common(const struct code *code, uint64_t address, struct common *common)
{
	struct cursor cursor;
	*common = (struct common){.landings_encoding = ENCODING_OMIT};
	if (!cursor_at(code, address, &cursor) || !read_length(&cursor) || read_bytes(&cursor, 4, false) != 0)
		return false;
	uint64_t version = read_bytes(&cursor, 1, false);
	const char *letters = (const char *)cursor.at;
	const uint8_t *end = memchr(cursor.at, '\0', (size_t)(cursor.end - cursor.at));
	if (!end || (version != 1 && version != 3))
		return false;
	cursor.address += (uint64_t)(end + 1 - cursor.at);
	cursor.at = end + 1;
	read_leb(&cursor, false);
	read_leb(&cursor, true);
	if (version == 1)
		read_bytes(&cursor, 1, false);
	else
		read_leb(&cursor, false);
	if (*letters != 'z')
		return *letters == '\0';
	common->sized = true;
	read_leb(&cursor, false);
	return read_augmentation(&cursor, letters + 1, common);
}

static bool read_frame(const struct code *code, uint64_t address, struct frame *frame)
{
	struct cursor cursor;
	struct common common;
	if (!cursor_at(code, address, &cursor) || !read_length(&cursor))
		return false;
	uint64_t here = cursor.address, back = read_bytes(&cursor, 4, false);
	if (back == 0 || !read_common(code, here - back, &common))
		return false;
	frame->from = read_encoded(&cursor, common.code_encoding);
	frame->to = frame->from + read_encoded(&cursor, common.code_encoding & 0x0f);
	frame->landings = 0;
	if (common.sized)
		read_leb(&cursor, false);
	if (common.sized && common.landings_encoding != ENCODING_OMIT)
		frame->landings = read_encoded(&cursor, common.landings_encoding);
	return !cursor.failed && frame->to > frame->from;
}

/* ---- call sites ------------------------------------------------------------------ */

static void read_landings(const struct code *code, const struct frame *frame, frames_landing_fn *found,
			  void *context)
{
	struct cursor cursor;
	uint64_t base = frame->from;
	if (!cursor_at(code, frame->landings, &cursor))
		return;
	unsigned encoding = (unsigned)read_bytes(&cursor, 1, false);
	if (encoding != ENCODING_OMIT)
		base = read_encoded(&cursor, encoding);
	if (read_bytes(&cursor, 1, false) != ENCODING_OMIT)
		read_leb(&cursor, false);
	encoding = (unsigned)read_bytes(&cursor, 1, false);
	uint64_t length = read_leb(&cursor, false);
	if (cursor.failed || length > (size_t)(cursor.end - cursor.at))
		return;
	cursor.end = cursor.at + length;
	while (cursor.at < cursor.end && !cursor.failed) {
		struct frames_landing landing = {.from = frame->from + read_encoded(&cursor, encoding)};
		landing.to = landing.from + read_encoded(&cursor, encoding);
		uint64_t at = read_encoded(&cursor, encoding);
		read_leb(&cursor, false);
		landing.at = base + at;
		if (at != 0 && !cursor.failed)
			found(context, &landing);
	}
}

void frames_landings(const struct code *code, uint64_t from, uint64_t to, frames_landing_fn *found,
		     void *context)
{
	struct table table;
	struct frame frame;
	if (!find_table(code, &table))
		return;
	size_t i = count_before(&table, from + 1);
	for (i = i > 0 ? i - 1 : 0; i < table.count && entry(&table, i, 0) < to; i++)
		if (read_frame(code, entry(&table, i, 1), &frame) && frame.landings != 0)
			read_landings(code, &frame, found, context);
}
