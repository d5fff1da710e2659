/*
 * json.c - documents for programs: stable keys, all of them always present, whole numbers.
 *
 * Gates and other tools stand on it: a key may be added, none may change its meaning or go without a new
 * "schema".  Rows are written one by one, so that a document of any size needs no copy.
 */
#include "base/memory.h"
#include "formats/format.h"
#include "formats/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Length of the valid UTF-8 sequence at `text`, 0 if there is none; jansson is the judge. */
static size_t sequence_length(const char *text)
{
	for (size_t length = 1; length <= 4 && text[length - 1]; length++) {
		json_t *probe = json_stringn(text, length);

		json_decref(probe);
		if (probe)
			return length;
	}
	return 0;
}

static json_t *repaired_text(const char *text)
{
	char *copy = malloc(strlen(text) * (sizeof(REPLACEMENT) - 1) + 1);
	char *end = copy;
	json_t *string;

	if (!copy)
		return NULL;
	while (*text) {
		size_t length = sequence_length(text);

		end = mempcpy(end, length > 0 ? text : REPLACEMENT,
			      length > 0 ? length : sizeof(REPLACEMENT) - 1);
		text += length > 0 ? length : 1;
	}
	*end = '\0';
	string = json_string(copy);
	free(copy);
	return string;
}

json_t *json_text(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : repaired_text(text);
}

void json_print_text(FILE *out, const char *text)
{
	json_t *string = json_text(text);

	if (!string || (json_dumpf(string, out, JSON_ENCODE_ANY) != 0 && !ferror(out)))
		memory_exhausted();
	json_decref(string);
}

/* jansson's setters take a NULL value for failure. */
static void must(int result)
{
	if (result != 0)
		memory_exhausted();
}

static json_t *words_json(const char *const *words)
{
	json_t *array = json_array();

	for (; *words; words++)
		must(json_array_append_new(array, json_text(*words)));
	return array;
}

static json_t *rows_json(const struct table *table)
{
	json_t *array = json_array();

	for (size_t row = 0; row < table->row_count; row++)
		must(json_array_append_new(array, json_row(table, row)));
	return array;
}

json_t *json_cell(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_BLANK:
	case CELL_LINES:
		return json_null();
	case CELL_TEXT:
		return json_text(cell->text);
	case CELL_WORDS:
		return words_json(cell->words);
	case CELL_ROWS:
		return rows_json(cell->rows);
	case CELL_TRUTH:
		return json_boolean(cell->number);
	case CELL_SHARE:
		return json_real(cell->whole ? (double)cell->number / (double)cell->whole : 0);
	default:
		return json_integer(cell->number);
	}
}

/* Sets "a.b" as key b of the object a. */
static void set(json_t *object, const char *name, json_t *value)
{
	const char *dot = strchr(name, '.');
	char outer[64];

	if (!dot) {
		must(json_object_set_new(object, name, value));
		return;
	}
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - name), name);
	if (!json_object_get(object, outer))
		must(json_object_set_new(object, outer, json_object()));
	set(json_object_get(object, outer), dot + 1, value);
}

json_t *json_row(const struct table *table, size_t row)
{
	json_t *object = json_object();

	if (!object)
		memory_exhausted();
	for (size_t i = 0; table->columns[i]; i++) {
		struct cell cell;

		if (!table->columns[i]->name)
			continue;
		cell = table_cell(table, row, i);
		set(object, table->columns[i]->name, json_cell(&cell));
	}
	return object;
}

/* ---- documents ----------------------------------------------------------------------- */

/* A value on one line; `flags` may leave out its brackets. */
static void write_value(FILE *out, json_t *value, size_t flags)
{
	must(value ? 0 : -1);
	if (json_dumpf(value, out, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6)) != 0 && !ferror(out))
		memory_exhausted();
	json_decref(value);
}

static void write_rows(FILE *out, const struct table *table)
{
	fputc('[', out);
	for (size_t row = 0; row < table->row_count; row++) {
		fputs(row > 0 ? ",\n  " : "\n  ", out);
		write_value(out, json_row(table, row), 0);
	}
	fputs(table->row_count > 0 ? "\n ]" : "]", out);
}

/* Each row with its own table under "lines". */
static void write_blocks(FILE *out, const struct section *section)
{
	const struct table *table = &section->table;

	fputc('[', out);
	for (size_t row = 0; row < table->row_count; row++) {
		struct table inner = section->inner((const char *)table->rows + row * table->row_bytes);

		fputs(row > 0 ? ",\n  {" : "\n  {", out);
		write_value(out, json_row(table, row), JSON_EMBED);
		fputs(", \"lines\": ", out);
		write_rows(out, &inner);
		fputc('}', out);
	}
	fputs(table->row_count > 0 ? "\n ]" : "]", out);
}

static void close_nodes(FILE *out, uint32_t count)
{
	for (; count > 0; count--)
		fputs("]}", out);
}

/* Rows follow each other in preorder, from one root: what is deeper than the row before is its child. */
static void write_tree(FILE *out, const struct section *section)
{
	const struct table *table = &section->table;
	uint32_t before = 0;

	for (size_t row = 0; row < table->row_count; row++) {
		uint32_t depth = section->depth((const char *)table->rows + row * table->row_bytes);

		if (row > 0 && depth <= before) {
			close_nodes(out, before - depth + 1);
			fputc(',', out);
		}
		fputs("\n  {", out);
		write_value(out, json_row(table, row), JSON_EMBED);
		fputs(", \"children\": [", out);
		before = depth;
	}
	if (table->row_count > 0)
		close_nodes(out, before + 1);
	else
		fputs("null", out);
}

/* The keys of the document itself. */
static void write_keys(FILE *out, const struct section *section, const char **between)
{
	json_t *object = json_row(&section->table, 0), *value;
	const char *key;

	json_object_foreach(object, key, value)
	{
		fputs(*between, out);
		write_value(out, json_string(key), 0);
		fputs(": ", out);
		write_value(out, json_incref(value), 0);
		*between = ",\n ";
	}
	json_decref(object);
}

static void write_section(FILE *out, const struct section *section)
{
	switch (section->layout) {
	case LAYOUT_FACTS:
		write_value(out, json_row(&section->table, 0), 0);
		break;
	case LAYOUT_TREE:
		write_tree(out, section);
		break;
	case LAYOUT_BLOCKS:
		write_blocks(out, section);
		break;
	default:
		write_rows(out, &section->table);
	}
}

/* What people alone are shown has no name, and no facts. */
static bool is_for_programs(const struct section *section)
{
	return section->name || section->layout == LAYOUT_FACTS;
}

static void write_document(FILE *out, const struct document *document)
{
	const char *between = "";

	fputs("{\n ", out);
	for (size_t i = 0; i < document->count; i++) {
		const struct section *section = &document->sections[i];

		if (!is_for_programs(section))
			continue;
		if (!section->name) {
			write_keys(out, section, &between);
			continue;
		}
		fprintf(out, "%s\"%s\": ", between, section->name);
		write_section(out, section);
		between = ",\n ";
	}
	fputs("\n}\n", out);
}

void format_as_json(FILE *out, const struct document *document, const struct style *style)
{
	(void)style;
	if (!document->bare) {
		write_document(out, document);
		return;
	}
	write_section(out, document_find(document, document->main));
	fputc('\n', out);
}
