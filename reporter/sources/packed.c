/*
 * packed.c - source text in a trace: BLOCK_SOURCES of trace/format.h.
 */
#include "sources/private.h"

#include "trace/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX (UINT32_C(1) << 23) /* of all files, those between included */
#define PACK_BYTES_MAX (16u << 20)    /* of text */

/* ---- reading --------------------------------------------------------------------------------- */

struct unpacking {
	struct varint_cursor in;
	struct source_entry *entry;
	size_t capacity; /* of the entry's lines */
	char *content;   /* of all files: no text takes more than its length and itself did */
	size_t used;
	uint64_t lines_left;
};

static bool reserve_lines(struct unpacking *unpacking, size_t count)
{
	struct source_entry *entry = unpacking->entry;
	size_t capacity = unpacking->capacity > 0 ? unpacking->capacity : 64;
	const char **grown;

	while (capacity < count + 1)
		capacity *= 2;
	if (capacity == unpacking->capacity)
		return true;
	grown = reallocarray(entry->lines, capacity, sizeof(*grown));
	if (!grown)
		return false;
	entry->lines = grown;
	unpacking->capacity = capacity;
	return true;
}

static int add_lines(struct unpacking *unpacking, uint64_t gap, uint64_t count)
{
	struct source_entry *entry = unpacking->entry;

	if (gap > unpacking->lines_left || count > unpacking->lines_left - gap ||
	    count > varint_left(&unpacking->in))
		return -EBADMSG;
	unpacking->lines_left -= gap + count;
	if (!reserve_lines(unpacking, entry->text.line_count + (size_t)(gap + count)))
		return -ENOMEM;
	for (; gap > 0; gap--)
		entry->lines[entry->text.line_count++] = "";
	for (; count > 0; count--) {
		uint64_t length = varint_next(&unpacking->in);
		const uint8_t *bytes = varint_next_bytes(&unpacking->in, length);
		char *line = unpacking->content + unpacking->used;

		if (!bytes)
			return -EBADMSG;
		memcpy(line, bytes, (size_t)length);
		unpacking->used += (size_t)length + 1;
		entry->lines[entry->text.line_count++] = line;
	}
	return 0;
}

/* An entry that is not whole is as if it had not been found. */
static int unpack_file(struct sources *sources, struct unpacking *unpacking)
{
	uint64_t length = varint_next(&unpacking->in);
	const uint8_t *file = varint_next_bytes(&unpacking->in, length);
	const uint8_t *md5 = varint_next_bytes(&unpacking->in, sizeof(unpacking->entry->text.md5));
	uint64_t ranges = varint_next(&unpacking->in);
	int error = 0;

	if (!file || !md5)
		return -EBADMSG;
	struct source_entry *entry = sources_add(sources, (const char *)file, (size_t)length);
	if (!entry)
		return -ENOMEM;
	unpacking->entry = entry;
	unpacking->capacity = 0;
	for (; ranges > 0 && !error && !unpacking->in.failed; ranges--) {
		uint64_t gap = varint_next(&unpacking->in), count = varint_next(&unpacking->in);

		error = add_lines(unpacking, gap, count);
	}
	if (error || unpacking->in.failed)
		return error ? error : -EBADMSG;
	memcpy(entry->text.md5, md5, sizeof(entry->text.md5));
	entry->text.path = entry->file;
	entry->text.lines = entry->lines;
	entry->found = entry->text.line_count > 0;
	return 0;
}

int sources_unpack(struct sources *sources, const uint8_t *bytes, size_t count)
{
	struct unpacking unpacking = {.lines_left = LINES_MAX};
	int error = 0;

	if (count == 0)
		return 0;
	unpacking.in = varint_cursor(bytes, count);
	unpacking.content = sources->unpacked = calloc(1, count + 1);
	if (!unpacking.content)
		return -ENOMEM;
	for (uint64_t files = varint_next(&unpacking.in); files > 0 && !error && !unpacking.in.failed;
	     files--)
		error = unpack_file(sources, &unpacking);
	return error == -ENOMEM ? error : 0;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* The lines of one file up to another one's, where they touch as one range. */
static size_t pack_ranges(const struct source_text *text, const struct source_lines *lines, size_t count,
			  size_t *left_bytes, struct buffer *out)
{
	uint32_t done = 0; /* the last line that was written */
	size_t ranges = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t first = lines[i].first > done ? lines[i].first : done + 1, last = lines[i].last;

		last = last > text->line_count ? (uint32_t)text->line_count : last;
		if (first > last)
			continue;
		buffer_varint(out, first - done - 1);
		buffer_varint(out, last - first + 1);
		for (uint32_t line = first; line <= last; line++) {
			size_t length = strlen(text->lines[line - 1]);
			/* What is too much is blank. */
			length = length < *left_bytes ? length : 0;
			*left_bytes -= length;
			buffer_text(out, text->lines[line - 1], length);
		}
		done = last;
		ranges++;
	}
	return ranges;
}

static size_t same_file(const struct source_lines *lines, size_t count)
{
	size_t same = 1;

	while (same < count && strcmp(lines[same].file, lines[0].file) == 0)
		same++;
	return same;
}

void sources_pack(struct sources *sources, const struct source_lines *lines, size_t count, struct buffer *out)
{
	struct buffer files = {0}, ranges = {0};
	size_t left_bytes = PACK_BYTES_MAX, file_count = 0;

	for (size_t at = 0, same; at < count; at += same) {
		const struct source_text *text = sources_find(sources, lines[at].file);

		same = same_file(&lines[at], count - at);
		if (!text)
			continue;
		buffer_clear(&ranges);
		size_t range_count = pack_ranges(text, &lines[at], same, &left_bytes, &ranges);
		buffer_text(&files, lines[at].file, strlen(lines[at].file));
		buffer_append(&files, text->md5, sizeof(text->md5));
		buffer_varint(&files, range_count);
		buffer_append(&files, ranges.data, ranges.length);
		file_count++;
	}
	buffer_varint(out, file_count);
	buffer_append(out, files.data, files.length);
	out->failed |= files.failed || ranges.failed;
	buffer_finish(&files);
	buffer_finish(&ranges);
}
