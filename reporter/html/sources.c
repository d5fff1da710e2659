/* sources.c - source text: of the lines that tables show, or of every file that code is of. */
#include "html/private.h"

#include "base/memory.h"
#include "profile/partial.h"
#include "profile/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX (32u << 20) /* of a page's source text */
#define AROUND 3u             /* lines before and behind one */

struct printing {
	struct writer *writer;
	size_t left_bytes;
	bool full;
	const char *between;
};

static bool has_room(struct printing *printing, const char *const *lines, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += strlen(lines[i]) + 1;
	if (bytes > printing->left_bytes) {
		printing->full = true;
		return false;
	}
	printing->left_bytes -= bytes;
	return true;
}

/* Lines of a file, one behind the other. */
static void print_lines(struct printing *printing, const char *file, uint32_t first, const char *const *lines,
			size_t count)
{
	struct writer *writer = printing->writer;

	if (count == 0 || !has_room(printing, lines, count))
		return;
	fprintf(writer->out, "%s{\"file\":%" PRIu32 ",\"lines\":{\"from\":%" PRIu32 ",\"text\":[",
		printing->between, texts_number(&writer->texts, file), first);
	for (size_t i = 0; i < count; i++)
		fprintf(writer->out, "%s%" PRIu32, i > 0 ? "," : "", texts_number(&writer->texts, lines[i]));
	fputs("]}}", writer->out);
	printing->between = ",\n";
}

/* Those of a table that have text; where one is missing another row of them begins. */
static void print_table(struct printing *printing, const struct line_table *table)
{
	const char **texts = memory_zeroed(table->line_count, sizeof(*texts));
	size_t count = 0;
	uint32_t first = 0;

	for (size_t i = 0; i < table->line_count; i++) {
		const struct table_line *line = &table->lines[i];

		if (count > 0 && (!line->source || line->line != first + count)) {
			print_lines(printing, table->file, first, texts, count);
			count = 0;
		}
		if (!line->source)
			continue;
		first = count == 0 ? line->line : first;
		texts[count++] = line->source;
	}
	print_lines(printing, table->file, first, texts, count);
	free(texts);
}

struct range {
	const char *file;
	const struct source_text *text;
	uint32_t first, last;
};

/* The line of a frame, with those around it; false: there is no text of it. */
static bool range_of(struct profile *profile, const struct tree_frame *frame, struct range *range)
{
	const char *file = frame->function->file;
	const struct source_text *text = *file ? profile_source(profile, file) : NULL;
	uint32_t line = frame->line;

	if (!text || line == 0 || line > text->line_count)
		return false;
	*range = (struct range){file, text, line > AROUND ? line - AROUND : 1, line + AROUND};
	if (range->last > text->line_count)
		range->last = (uint32_t)text->line_count;
	return true;
}

static int by_place(const void *left, const void *right)
{
	const struct range *a = left, *b = right;
	int order = strcmp(a->file, b->file);

	return order ? order : (a->first > b->first) - (a->first < b->first);
}

/* Sorted; those that meet are one. */
static void print_ranges(struct printing *printing, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count;) {
		struct range whole = ranges[i++];

		for (; i < count && strcmp(ranges[i].file, whole.file) == 0 &&
		       ranges[i].first <= whole.last + 1;
		     i++)
			whole.last = ranges[i].last;
		print_lines(printing, whole.file, whole.first, whole.text->lines + whole.first - 1,
			    whole.last - whole.first + 1);
	}
}

/* Of functions that have no table: of all where figures are of a part of the run, and of those that are not
 * marked where some are. */
static void print_others(struct printing *printing, struct profile *profile, const struct tree *tree,
			 const struct map *with_table)
{
	struct range *ranges = memory_zeroed(tree->frame_count, sizeof(*ranges));
	size_t count = 0;

	for (size_t i = 1; i < tree->frame_count; i++) {
		const struct source_function *function = tree->frames[i].function;

		if (!map_get(with_table, (uintptr_t)function->file, function->first_line) &&
		    range_of(profile, &tree->frames[i], &ranges[count]))
			count++;
	}
	qsort(ranges, count, sizeof(*ranges), by_place);
	print_ranges(printing, ranges, count);
	free(ranges);
}

static void print_shown(struct printing *printing, struct profile *profile, const struct tree *tree)
{
	const struct table_choice choice = {0, FIGURE_PEAK};
	const struct line_table *tables = NULL;
	struct map with_table = {0}; /* functions, by file and first line */
	size_t count = 0;

	if (!partial_is(profile_overview(profile, false)))
		tables = profile_tables(profile, &choice, &count);
	for (size_t i = 0; i < count; i++) {
		print_table(printing, &tables[i]);
		if (!map_get(&with_table, (uintptr_t)tables[i].file, tables[i].first_line))
			map_put(&with_table, (uintptr_t)tables[i].file, tables[i].first_line, printing);
	}
	print_others(printing, profile, tree, &with_table);
	map_finish(&with_table);
}

static void print_all(struct printing *printing, struct profile *profile, const struct tree *tree)
{
	struct map seen = {0}; /* files, by their text's address */

	for (size_t i = 0; i < tree->frame_count; i++) {
		const char *file = tree->frames[i].function->file;
		const struct source_text *text = *file ? profile_source(profile, file) : NULL;

		if (!text || map_get(&seen, (uintptr_t)text, 0))
			continue;
		map_put(&seen, (uintptr_t)text, 0, (void *)(uintptr_t)text); // NOLINT
		print_lines(printing, file, 1, text->lines, text->line_count);
	}
	map_finish(&seen);
}

void sources_print(struct writer *writer, struct profile *profile, const struct tree *tree)
{
	struct printing printing = {.writer = writer, .left_bytes = BYTES_MAX, .between = ""};

	fputs("\"sources\":{\"files\":[", writer->out);
	if (writer->page->sources == HTML_SOURCES_SHOWN)
		print_shown(&printing, profile, tree);
	else if (writer->page->sources == HTML_SOURCES_ALL)
		print_all(&printing, profile, tree);
	fputs("]}", writer->out);
	if (printing.full)
		writer_remark(writer, "There is more source text than a page holds: some of it is left out");
}
