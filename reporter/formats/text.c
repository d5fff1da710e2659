/*
 * text.c - documents as tables for people.
 */
#include "base/clean.h"
#include "formats/cells.h"
#include "formats/format.h"
#include "formats/rows.h"

#include <stdlib.h>
#include <string.h>

#define BOLD "\033[1m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

#define FACT_WIDTH 14
#define TREE_INDENT 2

/* A table on its way: its columns, their widths (negative: left-aligned) and its unit. */
struct printing {
	FILE *out;
	const struct style *style;
	const struct table *table;
	const struct column *columns[TABLE_COLUMNS_MAX + 1];
	int widths[TABLE_COLUMNS_MAX];
	int indent; /* of the last column */
	enum unit unit;
};

static const char *paint(const struct style *style, const char *code)
{
	return style->color ? code : "";
}

static struct cell cell_of(const struct printing *printing, const void *row, size_t column)
{
	return printing->columns[column]->cell(row, printing->table->context);
}

static const void *row_at(const struct table *table, size_t row)
{
	return (const char *)table->rows + row * table->row_bytes;
}

/* ---- rows ---------------------------------------------------------------------------- */

static int column_width(const struct printing *printing, size_t column)
{
	const struct column *of = printing->columns[column];
	char buffer[NUMBER_BYTES];
	size_t widest = strlen(of->header);

	if (of->width != 0)
		return of->width;
	for (size_t row = 0; row < printing->table->row_count; row++) {
		struct cell cell = cell_of(printing, row_at(printing->table, row), column);
		size_t length =
			clean_length(cells_text(&cell, buffer, printing->unit, printing->style->precision));

		widest = length > widest ? length : widest;
	}
	return -(int)widest;
}

static struct printing printing_of(FILE *out, const struct table *table, const struct style *style)
{
	struct printing printing = {.out = out, .style = style, .table = table};

	format_columns(table, style, printing.columns);
	printing.unit = cells_unit(table, printing.columns, style);
	for (size_t i = 0; printing.columns[i]; i++) {
		printing.widths[i] = column_width(&printing, i);
		printing.indent +=
			printing.columns[i]->gap + (printing.columns[i + 1] ? abs(printing.widths[i]) : 0);
	}
	return printing;
}

/* The last column is never padded: lines have no blanks at their end unless the data has.  `extra` blanks are
 * put before it, or taken from those.  Gives how much is printed. */
static int print_padded(const struct printing *printing, size_t column, const char *text, int extra)
{
	int width = printing->widths[column], gap = printing->columns[column]->gap;

	if (!printing->columns[column + 1] && width < 0)
		width = 0;
	int length = (int)clean_length(text), pad = abs(width) > length ? abs(width) - length : 0;
	int before = gap + (width > 0 ? pad : 0) + extra;
	before = before > 0 ? before : 0;
	fprintf(printing->out, "%*s", before, "");
	clean_print_white(printing->out, text, CLEAN_TABS);
	fprintf(printing->out, "%*s", width < 0 ? pad : 0, "");
	return before + length + (width < 0 ? pad : 0);
}

static void print_header(const struct printing *printing, bool ruled)
{
	int length = 0;

	for (size_t i = 0; printing->columns[i]; i++)
		length += print_padded(printing, i, printing->columns[i]->header, 0);
	fputc('\n', printing->out);
	for (; ruled && length > 0; length--)
		fputc('=', printing->out);
	if (ruled)
		fputc('\n', printing->out);
}

/* Blank cells at the end of a line are left out, and their gaps with them. */
static size_t filled(const struct printing *printing, const void *row)
{
	char buffer[NUMBER_BYTES];
	size_t count = 0;

	for (size_t i = 0; printing->columns[i]; i++) {
		struct cell cell = cell_of(printing, row, i);

		if (*cells_text(&cell, buffer, printing->unit, printing->style->precision))
			count = i + 1;
	}
	return count;
}

/* Lines below a row, from its last column on. */
static void print_lines(const struct printing *printing, const void *row, int extra)
{
	for (size_t i = 0; printing->table->columns[i]; i++) {
		const struct column *column = printing->table->columns[i];
		struct cell cell = column->cell(row, printing->table->context);
		int indent = column->width > 0 ? column->width : printing->indent + extra;

		for (const char *const *line = cell.words; cell.kind == CELL_LINES && *line; line++) {
			fprintf(printing->out, "%*s", indent, "");
			clean_print(printing->out, *line, 0);
			fputc('\n', printing->out);
		}
	}
}

static void print_row(const struct printing *printing, const void *row, int extra)
{
	char buffer[NUMBER_BYTES];
	size_t count = filled(printing, row);
	int over = 0; /* what does not fit into its column takes from the blanks of the next */

	for (size_t i = 0; i < count && printing->columns[i]; i++) {
		struct cell cell = cell_of(printing, row, i);
		int printed = print_padded(
			printing, i, cells_text(&cell, buffer, printing->unit, printing->style->precision),
			(printing->columns[i + 1] ? 0 : extra) - over);

		over += printed - printing->columns[i]->gap - abs(printing->widths[i]);
	}
	fputc('\n', printing->out);
	print_lines(printing, row, extra);
}

void rows_text_header(FILE *out, const struct table *table, const struct style *style)
{
	struct printing printing = printing_of(out, table, style);

	print_header(&printing, false);
}

void rows_text(FILE *out, const struct table *table, const struct style *style)
{
	struct printing printing = printing_of(out, table, style);

	for (size_t row = 0; row < table->row_count; row++)
		print_row(&printing, row_at(table, row), 0);
}

/* ---- sections ------------------------------------------------------------------------ */

static void print_title(FILE *out, const char *title, const struct style *style, bool first)
{
	fprintf(out, "%s%s", first ? "" : "\n", paint(style, BOLD));
	clean_print(out, title, 0);
	fprintf(out, "%s\n", paint(style, PLAIN));
}

static void print_note(FILE *out, const struct section *section)
{
	if (section->note)
		clean_print_between(out, section->layout == LAYOUT_BLOCKS ? "\n" : "", section->note, "\n");
}

/* A warning is no fact, but stands among them. */
static void print_warning(FILE *out, const char *text, const struct style *style)
{
	fprintf(out, "%swarning:%s ", paint(style, YELLOW), paint(style, PLAIN));
	clean_print_between(out, "", text, "\n");
}

static void print_fact(FILE *out, const struct column *column, const struct cell *cell, int width,
		       const struct style *style)
{
	char buffer[NUMBER_BYTES];
	char *words = cell->kind == CELL_WORDS ? cells_words(cell->words) : NULL;
	const char *text = words ? words : cells_text(cell, buffer, UNIT_MIB, style->precision);

	if (*text && *column->header) {
		fprintf(out, "%s:%*s", column->header, width - 1 - (int)strlen(column->header), "");
		clean_print_between(out, "", text, "\n");
	} else if (*text) {
		print_warning(out, text, style);
	}
	free(words);
}

/* Where values begin. */
static int fact_width(const struct table *table)
{
	int width = FACT_WIDTH;

	for (size_t i = 0; table->columns[i]; i++) {
		int length = table->columns[i]->header ? (int)strlen(table->columns[i]->header) : 0;

		width = length + 2 > width ? length + 2 : width;
	}
	return width;
}

static void print_facts(FILE *out, const struct section *section, const struct style *style)
{
	int width = fact_width(&section->table);

	for (size_t i = 0; section->table.columns[i]; i++) {
		const struct column *column = section->table.columns[i];
		struct cell cell = table_cell(&section->table, 0, i);

		if (column->header && cell.kind == CELL_LINES)
			for (const char *const *line = cell.words; *line; line++)
				print_warning(out, *line, style);
		else if (column->header)
			print_fact(out, column, &cell, width, style);
	}
}

static void print_table(FILE *out, const struct section *section, const struct style *style)
{
	struct printing printing = printing_of(out, &section->table, style);

	if (section->table.row_count > 0 || !section->note)
		print_header(&printing, section->title != NULL);
	for (size_t row = 0; row < section->table.row_count; row++)
		print_row(&printing, row_at(&section->table, row), 0);
}

static void print_tree(FILE *out, const struct section *section, const struct style *style)
{
	struct printing printing = printing_of(out, &section->table, style);

	if (section->table.row_count > 0)
		print_header(&printing, section->title != NULL);
	for (size_t row = 0; row < section->table.row_count; row++) {
		const void *data = row_at(&section->table, row);

		print_row(&printing, data, TREE_INDENT * (int)section->depth(data));
	}
}

static void print_inner(FILE *out, const struct section *section, const struct table *table,
			const struct style *style)
{
	struct printing printing = printing_of(out, table, style);

	print_header(&printing, true);
	for (size_t row = 0; row < table->row_count; row++) {
		if (row > 0 && section->follows &&
		    !section->follows(row_at(table, row - 1), row_at(table, row)))
			fprintf(out, "%*s...\n", printing.indent, "");
		print_row(&printing, row_at(table, row), 0);
	}
}

static void print_blocks(FILE *out, const struct section *section, const struct style *style)
{
	for (size_t i = 0; i < section->table.row_count; i++) {
		const void *row = row_at(&section->table, i);
		struct table inner = section->inner(row);

		fputc('\n', out);
		for (size_t k = 0; section->table.columns[k]; k++) {
			struct cell cell = section->table.columns[k]->cell(row, section->table.context);

			if (!section->table.columns[k]->header || cell.kind != CELL_TEXT)
				continue;
			fputs(paint(style, BOLD), out);
			clean_print_between(out, section->table.columns[k]->header, cell.text,
					    paint(style, PLAIN));
			fputc('\n', out);
		}
		fputc('\n', out);
		print_inner(out, section, &inner, style);
	}
}

static bool is_shown(const struct section *section)
{
	return !section->for_programs && !(section->only_if_rows && section->table.row_count == 0);
}

static void print_section(FILE *out, const struct section *section, const struct style *style, bool first)
{
	static void (*const print[])(FILE *, const struct section *, const struct style *) = {
		[LAYOUT_TABLE] = print_table,
		[LAYOUT_FACTS] = print_facts,
		[LAYOUT_TREE] = print_tree,
		[LAYOUT_BLOCKS] = print_blocks,
	};

	if (section->title)
		print_title(out, section->title, style, first);
	print[section->layout](out, section, style);
	print_note(out, section);
}

void format_as_text(FILE *out, const struct document *document, const struct style *style)
{
	bool first = true;

	for (size_t i = 0; i < document->count; i++)
		if (is_shown(&document->sections[i])) {
			print_section(out, &document->sections[i], style, first);
			first = false;
		}
}
