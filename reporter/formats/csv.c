/*
 * csv.c - one table of a document: RFC 4180 with LF line ends, whole numbers.
 *
 * Blocks are told row by row of their own tables, each with its headline's columns before it; a table within
 * a cell is JSON.
 */
#include "base/clean.h"
#include "base/memory.h"
#include "formats/cells.h"
#include "formats/format.h"
#include "formats/json.h"
#include "formats/rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_quoted(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void print_field(FILE *out, const char *text)
{
	char *clean = clean_is(text, CLEAN_LINES) ? NULL : clean_copy_white(text, CLEAN_LINES);

	print_quoted(out, clean ? clean : text);
	free(clean);
}

static void print_rows_field(FILE *out, const struct table *rows)
{
	json_t *array = json_array();
	char *text;

	for (size_t i = 0; i < rows->row_count; i++)
		json_array_append_new(array, json_row(rows, i));
	text = json_dumps(array, JSON_REAL_PRECISION(6));
	json_decref(array);
	if (!text)
		memory_exhausted();
	print_quoted(out, text);
	free(text);
}

static void print_words_field(FILE *out, const char *const *words)
{
	char *text = cells_words(words);

	print_field(out, text);
	free(text);
}

/* Programs get whole numbers, never rounded ones. */
static void print_cell(FILE *out, const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_BLANK:
	case CELL_LINES:
		break;
	case CELL_TEXT:
		print_field(out, cell->text);
		break;
	case CELL_WORDS:
		print_words_field(out, cell->words);
		break;
	case CELL_ROWS:
		print_rows_field(out, cell->rows);
		break;
	case CELL_SHARE:
		fprintf(out, "%.6g", cell->whole ? (double)cell->number / (double)cell->whole : 0);
		break;
	default:
		fprintf(out, "%" PRId64, cell->number);
	}
}

/* The names of columns, or a row's cells; the number of fields so far goes on. */
static void print_names(FILE *out, const struct table *table, size_t *fields)
{
	for (size_t i = 0; table->columns[i]; i++)
		if (table->columns[i]->name) {
			fputs((*fields)++ > 0 ? "," : "", out);
			print_field(out, table->columns[i]->name);
		}
}

static void print_cells(FILE *out, const struct table *table, size_t row, size_t *fields)
{
	for (size_t i = 0; table->columns[i]; i++)
		if (table->columns[i]->name) {
			struct cell cell = table_cell(table, row, i);

			fputs((*fields)++ > 0 ? "," : "", out);
			print_cell(out, &cell);
		}
}

void rows_csv_header(FILE *out, const struct table *table)
{
	size_t fields = 0;

	print_names(out, table, &fields);
	fputc('\n', out);
}

void rows_csv(FILE *out, const struct table *table)
{
	for (size_t row = 0; row < table->row_count; row++) {
		size_t fields = 0;

		print_cells(out, table, row, &fields);
		fputc('\n', out);
	}
}

static void print_flat(FILE *out, const struct section *section)
{
	size_t fields = section->layout == LAYOUT_TREE;

	fputs(fields ? "depth" : "", out);
	print_names(out, &section->table, &fields);
	fputc('\n', out);
	for (size_t row = 0; row < section->table.row_count; row++) {
		const char *data = (const char *)section->table.rows + row * section->table.row_bytes;

		fields = 0;
		if (section->layout == LAYOUT_TREE && ++fields)
			fprintf(out, "%" PRIu32, section->depth(data));
		print_cells(out, &section->table, row, &fields);
		fputc('\n', out);
	}
}

static void print_blocks(FILE *out, const struct section *section)
{
	struct table inner = section->inner(NULL);
	size_t fields = 0;

	print_names(out, &section->table, &fields);
	print_names(out, &inner, &fields);
	fputc('\n', out);
	for (size_t row = 0; row < section->table.row_count; row++) {
		inner = section->inner((const char *)section->table.rows + row * section->table.row_bytes);
		for (size_t line = 0; line < inner.row_count; line++) {
			fields = 0;
			print_cells(out, &section->table, row, &fields);
			print_cells(out, &inner, line, &fields);
			fputc('\n', out);
		}
	}
}

void format_as_csv(FILE *out, const struct document *document, const struct style *style)
{
	const struct section *section = document_find(document, style->table ? style->table : document->main);

	if (section->layout == LAYOUT_BLOCKS)
		print_blocks(out, section);
	else
		print_flat(out, section);
}
