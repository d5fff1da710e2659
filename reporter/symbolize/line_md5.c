/*
 * line_md5.c - see line_md5.h.  Of the table's head no more is read than leads to the list of files.
 */
#include "line_md5.h"

#include <dwarf.h>
#include <string.h>

#define FORMATS_MAX 32 /* parts of one entry; compilers write five at most */

struct cursor {
	const unsigned char *at, *end; /* at the end once something was not there */
	unsigned offset_bytes;         /* 4, or 8 in 64-bit DWARF */
};

struct entry_format {
	uint64_t content, form;
};

static uint64_t take(struct cursor *cursor, size_t bytes)
{
	uint64_t value = 0;
	if ((size_t)(cursor->end - cursor->at) < bytes) {
		cursor->at = cursor->end;
		return 0;
	}
	memcpy(&value, cursor->at, bytes); /* little-endian, as this machine is */
	cursor->at += bytes;
	return value;
}

static void skip(struct cursor *cursor, uint64_t bytes)
{
	uint64_t left = (uint64_t)(cursor->end - cursor->at);
	cursor->at += bytes < left ? bytes : left;
}

static uint64_t take_uleb(struct cursor *cursor)
{
	uint64_t value = 0;
	for (unsigned shift = 0; cursor->at < cursor->end; shift += 7) {
		unsigned char byte = *cursor->at++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			break;
	}
	return value;
}

static void skip_string(struct cursor *cursor)
{
	const unsigned char *end = memchr(cursor->at, '\0', (size_t)(cursor->end - cursor->at));
	cursor->at = end ? end + 1 : cursor->end;
}

/* The forms that an entry may have (table 7.27 and what vendors use); any other ends the reading. */
static void skip_form(struct cursor *cursor, uint64_t form)
{
	switch (form) {
	case DW_FORM_string:
		skip_string(cursor);
		break;
	case DW_FORM_line_strp:
	case DW_FORM_strp:
	case DW_FORM_strp_sup:
	case DW_FORM_sec_offset:
		skip(cursor, cursor->offset_bytes);
		break;
	case DW_FORM_data1:
	case DW_FORM_strx1:
		skip(cursor, 1);
		break;
	case DW_FORM_data2:
	case DW_FORM_strx2:
		skip(cursor, 2);
		break;
	case DW_FORM_strx3:
		skip(cursor, 3);
		break;
	case DW_FORM_data4:
	case DW_FORM_strx4:
		skip(cursor, 4);
		break;
	case DW_FORM_data8:
		skip(cursor, 8);
		break;
	case DW_FORM_data16:
		skip(cursor, MD5_BYTES);
		break;
	case DW_FORM_udata:
	case DW_FORM_strx:
		take_uleb(cursor);
		break;
	case DW_FORM_block:
		skip(cursor, take_uleb(cursor));
		break;
	default:
		cursor->at = cursor->end;
	}
}

/* How many parts an entry has; 0: more than there can be. */
static size_t take_formats(struct cursor *cursor, struct entry_format formats[FORMATS_MAX])
{
	size_t count = (size_t)take(cursor, 1);
	for (size_t i = 0; i < count; i++) {
		struct entry_format format = {take_uleb(cursor), take_uleb(cursor)};
		if (i < FORMATS_MAX)
			formats[i] = format;
	}
	return count <= FORMATS_MAX ? count : 0;
}

static void take_entries(struct cursor *cursor, line_md5_fn *tell, void *context)
{
	struct entry_format formats[FORMATS_MAX];
	size_t format_count = take_formats(cursor, formats);
	uint64_t count = format_count > 0 ? take_uleb(cursor) : 0;
	for (uint64_t file = 0; file < count && cursor->at < cursor->end; file++)
		for (size_t i = 0; i < format_count; i++) {
			bool is_md5 = formats[i].content == DW_LNCT_MD5 && formats[i].form == DW_FORM_data16;
			if (tell && is_md5 && cursor->end - cursor->at >= MD5_BYTES)
				tell(context, file, cursor->at);
			skip_form(cursor, formats[i].form);
		}
}

/* Behind unit_length, at the version.  False: an older one, which has no checksums. */
static bool skip_to_directories(struct cursor *cursor)
{
	if (take(cursor, 2) != 5)
		return false;
	skip(cursor, 2); /* address and segment selector size */
	uint64_t header_bytes = take(cursor, cursor->offset_bytes);
	if (header_bytes < (uint64_t)(cursor->end - cursor->at))
		cursor->end = cursor->at + header_bytes;
	skip(cursor, 5); /* instruction length, operations, is_stmt, line base and range */
	uint64_t opcode_base = take(cursor, 1);
	skip(cursor, opcode_base > 0 ? opcode_base - 1 : 0);
	return true;
}

void line_md5_read(const unsigned char *section, size_t size_bytes, uint64_t offset, line_md5_fn *tell,
		   void *context)
{
	if (offset >= size_bytes)
		return;
	struct cursor cursor = {section + offset, section + size_bytes, 4};
	uint64_t length = take(&cursor, 4);
	if (length == UINT32_MAX) {
		cursor.offset_bytes = 8;
		length = take(&cursor, 8);
	}
	if (length < (uint64_t)(cursor.end - cursor.at))
		cursor.end = cursor.at + length;
	if (!skip_to_directories(&cursor))
		return;
	take_entries(&cursor, NULL, NULL); /* directories */
	take_entries(&cursor, tell, context);
}
