/*
 * markdown.c - documents as GitHub-flavoured Markdown: for job summaries, comments and wikis.
 *
 * Names of others stand in code spans, where Markdown does nothing, or with every special character as a
 * numeric reference (markdown_name).
 */
#include "base/clean.h"
#include "formats/cells.h"
#include "formats/format.h"
#include "formats/markdown.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A code span cannot hold a backtick as it is, nor, inside a table, a bar. */
static void print_references(FILE *out, const char *text)
{
	fputs("<code>", out);
	for (; *text; text++)
		if (ispunct((unsigned char)*text))
			fprintf(out, "&#%d;", *text);
		else
			putc(*text, out);
	fputs("</code>", out);
}

void markdown_name(FILE *out, const char *name)
{
	char *clean = clean_copy(name, CLEAN_NAME_BYTES);

	if (!clean || !*clean || strspn(clean, " ") == strlen(clean))
		fputs("?", out);
	else if (strpbrk(clean, "`|\\"))
		print_references(out, clean);
	else
		fprintf(out, "`%s`", clean);
	free(clean);
}

/* ---- cells --------------------------------------------------------------------------- */

static void print_cell(FILE *out, const struct cell *cell, enum unit unit, const struct style *style)
{
	char buffer[NUMBER_BYTES];

	if (cell->kind == CELL_TEXT && *cell->text) {
		markdown_name(out, cell->text);
	} else if (cell->kind == CELL_WORDS) {
		char *words = cells_words(cell->words);

		markdown_name(out, words);
		free(words);
	} else if (cell->kind == CELL_LINES) {
		for (const char *const *line = cell->words; *line; line++) {
			fputs(line > cell->words ? "<br>" : "", out);
			markdown_name(out, *line);
		}
	} else {
		const char *text = cells_text(cell, buffer, unit, style->precision);

		fputs(text + strspn(text, " "), out);
	}
}

static bool is_text(const struct table *table, const struct column *column)
{
	enum cell_kind kind =
		table->row_count > 0 ? column->cell(table->rows, table->context).kind : CELL_TEXT;

	return kind == CELL_TEXT || kind == CELL_WORDS;
}

/* Lines below a row stand in its last cell. */
static void print_lines(FILE *out, const struct table *table, size_t row, const struct style *style)
{
	for (size_t i = 0; table->columns[i]; i++) {
		struct cell cell = table_cell(table, row, i);

		if (cell.kind == CELL_LINES) {
			fputs("<br>", out);
			print_cell(out, &cell, UNIT_MIB, style);
		}
	}
}

static void print_row(FILE *out, const struct table *table, const struct column *const *columns, size_t row,
		      enum unit unit, const struct style *style)
{
	const char *data = (const char *)table->rows + row * table->row_bytes;

	for (size_t i = 0; columns[i]; i++) {
		struct cell cell = columns[i]->cell(data, table->context);

		fputs("| ", out);
		print_cell(out, &cell, unit, style);
		fputc(' ', out);
		if (!columns[i + 1])
			print_lines(out, table, row, style);
	}
	fputs("|\n", out);
}

static void print_rows(FILE *out, const struct table *table, const struct style *style)
{
	const struct column *columns[TABLE_COLUMNS_MAX + 1];

	format_columns(table, style, columns);
	enum unit unit = cells_unit(table, columns, style);
	fputc('\n', out);
	for (size_t i = 0; columns[i]; i++)
		fprintf(out, "| %s ", columns[i]->header);
	fputs("|\n", out);
	for (size_t i = 0; columns[i]; i++)
		fputs(is_text(table, columns[i]) ? "| --- " : "| ---: ", out);
	fputs("|\n", out);
	for (size_t row = 0; row < table->row_count; row++)
		print_row(out, table, columns, row, unit, style);
}

/* ---- sections ------------------------------------------------------------------------ */

static void print_facts(FILE *out, const struct section *section, const struct style *style)
{
	fputc('\n', out);
	for (size_t i = 0; section->table.columns[i]; i++) {
		const struct column *column = section->table.columns[i];
		struct cell cell = table_cell(&section->table, 0, i);

		if (!column->header || cell.kind == CELL_BLANK || (cell.kind == CELL_TEXT && !*cell.text))
			continue;
		fprintf(out, "- **%s**: ", *column->header ? column->header : "warning");
		print_cell(out, &cell, UNIT_MIB, style);
		fputc('\n', out);
	}
}

static void print_blocks(FILE *out, const struct section *section, const struct style *style)
{
	for (size_t row = 0; row < section->table.row_count; row++) {
		struct table inner =
			section->inner((const char *)section->table.rows + row * section->table.row_bytes);

		fputc('\n', out);
		for (size_t i = 0; section->table.columns[i]; i++) {
			struct cell cell = table_cell(&section->table, row, i);

			if (!section->table.columns[i]->header || cell.kind != CELL_TEXT)
				continue;
			fprintf(out, "%s", section->table.columns[i]->header);
			markdown_name(out, cell.text);
			fputs("  \n", out);
		}
		print_rows(out, &inner, style);
	}
}

/* Indented text keeps its form in a block of code; a fence within it would end that. */
static void print_tree(FILE *out, const struct section *section, const struct style *style)
{
	struct section alone = *section;
	struct document document = {.sections = &alone, .count = 1};
	struct style plain = *style;

	alone.title = NULL;
	plain.color = false;
	fputs("\n~~~~~~~~text\n", out);
	format_as_text(out, &document, &plain);
	fputs("~~~~~~~~\n", out);
}

void format_as_markdown(FILE *out, const struct document *document, const struct style *style)
{
	for (size_t i = 0; i < document->count; i++) {
		const struct section *section = &document->sections[i];

		if (section->for_programs || (section->only_if_rows && section->table.row_count == 0))
			continue;
		if (section->title)
			fprintf(out, "\n### %s\n", section->title);
		if (section->layout == LAYOUT_FACTS)
			print_facts(out, section, style);
		else if (section->layout == LAYOUT_BLOCKS)
			print_blocks(out, section, style);
		else if (section->layout == LAYOUT_TREE)
			print_tree(out, section, style);
		else if (section->table.row_count > 0)
			print_rows(out, &section->table, style);
		if (section->note)
			fprintf(out, "\n%s\n", section->note);
	}
}
