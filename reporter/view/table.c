/*
 * table.c - tables whose columns are data, as text and as CSV.
 */
#include "view/table.h"
#include "base/clean.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct cell cell_at(const struct table *table, size_t row, size_t column)
{
	const char *rows = table->rows;

	return table->columns[column]->cell(rows + row * table->row_bytes, table->context);
}

/* The cell's text: its own, or written to `buffer`. */
static const char *cell_print(const struct cell *cell, char buffer[NUMBER_BYTES], int precision)
{
	switch (cell->kind) {
	case CELL_COUNT:
		snprintf(buffer, NUMBER_BYTES, "%" PRId64, cell->number);
		return buffer;
	case CELL_BYTES:
		number_mib(buffer, NUMBER_BYTES, cell->number, precision);
		return buffer;
	case CELL_SIZE:
		number_size(buffer, NUMBER_BYTES, (uint64_t)cell->number, precision);
		return buffer;
	case CELL_SHARE:
		number_share(buffer, NUMBER_BYTES, (uint64_t)cell->number, cell->whole);
		return buffer;
	case CELL_TIME:
		number_time(buffer, NUMBER_BYTES, (uint64_t)cell->number);
		return buffer;
	case CELL_PAUSE:
		number_pause(buffer, NUMBER_BYTES, (uint64_t)cell->number);
		return buffer;
	case CELL_TEXT:
		return cell->text;
	default:
		return "";
	}
}

/* The printf width of a column: negative is left-aligned. */
static int column_width(const struct table *table, size_t column, int precision)
{
	char buffer[NUMBER_BYTES];
	size_t widest = strlen(table->columns[column]->header);

	if (table->columns[column]->width != 0)
		return table->columns[column]->width;
	for (size_t row = 0; row < table->row_count; row++) {
		struct cell cell = cell_at(table, row, column);
		size_t length = clean_length(cell_print(&cell, buffer, precision));

		widest = length > widest ? length : widest;
	}
	return -(int)widest;
}

/* The last column is never padded: lines have no blanks at their end unless the data has. */
static int print_padded(FILE *out, const struct table *table, size_t column, int width, const char *text)
{
	int gap = table->columns[column]->gap;

	if (!table->columns[column + 1] && width < 0)
		width = 0;
	int length = (int)clean_length(text), pad = abs(width) > length ? abs(width) - length : 0;
	fprintf(out, "%*s", gap + (width > 0 ? pad : 0), "");
	clean_print_white(out, text, CLEAN_TABS);
	fprintf(out, "%*s", width < 0 ? pad : 0, "");
	return gap + length + pad;
}

void table_text_header(FILE *out, const struct table *table, char rule)
{
	int length = 0;

	for (size_t i = 0; table->columns[i]; i++)
		length += print_padded(out, table, i, column_width(table, i, NUMBER_PRECISION_DEFAULT),
				       table->columns[i]->header);
	fputc('\n', out);
	for (; rule && length > 0; length--)
		fputc(rule, out);
	if (rule)
		fputc('\n', out);
}

#define COLUMNS_MAX 32

/* Blank cells at the end of a line are left out, and their gaps with them. */
static void print_row(FILE *out, const struct table *table, size_t row, const int *widths, int precision)
{
	char buffer[NUMBER_BYTES];
	size_t count = 0;

	for (size_t i = 0; table->columns[i]; i++) {
		struct cell cell = cell_at(table, row, i);

		if (*cell_print(&cell, buffer, precision))
			count = i + 1;
	}
	for (size_t i = 0; i < count; i++) {
		struct cell cell = cell_at(table, row, i);

		print_padded(out, table, i, widths[i], cell_print(&cell, buffer, precision));
	}
	fputc('\n', out);
}

static void no_note(FILE *out, const void *row, int indent)
{
	(void)out, (void)row, (void)indent;
}

void table_text_rows(FILE *out, const struct table *table, int precision)
{
	table_text_rows_with_notes(out, table, precision, no_note);
}

void table_text_rows_with_notes(FILE *out, const struct table *table, int precision, table_note_fn *note)
{
	int widths[COLUMNS_MAX], indent = 0;

	for (size_t i = 0; i < COLUMNS_MAX && table->columns[i]; i++) {
		widths[i] = column_width(table, i, precision);
		indent += table->columns[i]->gap + (table->columns[i + 1] ? abs(widths[i]) : 0);
	}
	for (size_t row = 0; row < table->row_count; row++) {
		print_row(out, table, row, widths, precision);
		note(out, (const char *)table->rows + row * table->row_bytes, indent);
	}
}

static void csv_quoted(FILE *out, const char *text)
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

void table_csv_text(FILE *out, const char *text)
{
	char *clean = clean_is(text, CLEAN_LINES) ? NULL : clean_copy_white(text, CLEAN_LINES);

	csv_quoted(out, clean ? clean : text);
	free(clean);
}

void table_csv_header(FILE *out, const struct table *table)
{
	for (size_t i = 0; table->columns[i]; i++) {
		fputs(i > 0 ? "," : "", out);
		table_csv_text(out, table->columns[i]->name);
	}
	fputc('\n', out);
}

/* Programs get whole numbers, never rounded ones. */
static void csv_cell(FILE *out, const struct cell *cell)
{
	if (cell->kind == CELL_TEXT)
		table_csv_text(out, cell->text);
	else if (cell->kind != CELL_BLANK)
		fprintf(out, "%" PRId64, cell->number);
}

void table_csv_rows(FILE *out, const struct table *table)
{
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t i = 0; table->columns[i]; i++) {
			struct cell cell = cell_at(table, row, i);

			fputs(i > 0 ? "," : "", out);
			csv_cell(out, &cell);
		}
		fputc('\n', out);
	}
}
