/* columns.c - see columns.h. */
#include "formats/columns.h"

#include "base/memory.h"
#include "base/text.h"
#include "formats/json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct printing {
	FILE *out;
	const char *const *without;
};

/* ---- kinds --------------------------------------------------------------------------------------- */

/* Programs know the unit of a count by its name. */
static const char *kind_of_count(const char *name)
{
	if (text_ends(name, "_bytes") || text_ends(name, "_bytes_error"))
		return "bytes";
	if (text_ends(name, "realtime_ns"))
		return "time";
	return text_ends(name, "_ns") ? "duration" : "count";
}

static const char *kind_name(enum cell_kind kind, const char *name)
{
	switch (kind) {
	case CELL_COUNT:
		return kind_of_count(name);
	case CELL_CHANGE:
		return text_ends(name, "_bytes") ? "bytes_change" : "change";
	case CELL_BYTES:
	case CELL_SIZE:
		return "bytes";
	case CELL_SIZE_CHANGE:
		return "bytes_change";
	case CELL_SHARE:
		return "share";
	case CELL_TIME:
		return "time";
	case CELL_PAUSE:
		return "duration";
	case CELL_TRUTH:
		return "truth";
	case CELL_WORDS:
	case CELL_LINES:
		return "words";
	case CELL_ROWS:
		return "rows";
	default:
		return "text";
	}
}

/* The first cell of a column that says what all are. */
static struct cell telling_cell(const struct table *table, size_t column)
{
	struct cell cell = cell_blank();

	for (size_t row = 0; cell.kind == CELL_BLANK && row < table->row_count; row++)
		cell = table_cell(table, row, column);
	return cell;
}

/* ---- columns ------------------------------------------------------------------------------------- */

static bool is_printed(const struct printing *printing, const struct column *column)
{
	if (!column->name)
		return false;
	for (const char *const *name = printing->without; *name; name++)
		if (strcmp(column->name, *name) == 0)
			return false;
	return true;
}

/* What people call it, else the key as words: "totals.peak_bytes" is "Peak bytes". */
static void print_title(FILE *out, const struct column *column)
{
	const char *dot = strrchr(column->name, '.');
	char *words;

	if (column->header && *column->header) {
		json_print_text(out, column->header);
		return;
	}
	words = strdup(dot ? dot + 1 : column->name);
	if (!words)
		memory_exhausted();
	for (char *at = words; (at = strchr(at, '_'));)
		*at = ' ';
	*words = (char)toupper((unsigned char)*words);
	json_print_text(out, words);
	free(words);
}

static void print_columns(const struct printing *printing, const struct table *table);

static void print_column(const struct printing *printing, const struct table *table, size_t column)
{
	const struct cell cell = telling_cell(table, column);
	FILE *out = printing->out;

	fputs("{\"key\":", out);
	json_print_text(out, table->columns[column]->name);
	fputs(",\"title\":", out);
	print_title(out, table->columns[column]);
	fprintf(out, ",\"kind\":\"%s\"", kind_name(cell.kind, table->columns[column]->name));
	if (cell.kind == CELL_ROWS) {
		fputs(",\"columns\":", out);
		print_columns(printing, cell.rows);
	}
	fputc('}', out);
}

static void print_columns(const struct printing *printing, const struct table *table)
{
	const char *between = "";

	fputc('[', printing->out);
	for (size_t i = 0; table->columns && table->columns[i]; i++) {
		if (!is_printed(printing, table->columns[i]))
			continue;
		fputs(between, printing->out);
		print_column(printing, table, i);
		between = ",";
	}
	fputc(']', printing->out);
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static void print_rows(const struct printing *printing, const struct table *table);

static void print_cell(const struct printing *printing, const struct cell *cell)
{
	json_t *value;

	if (cell->kind == CELL_TEXT) {
		json_print_text(printing->out, cell->text);
	} else if (cell->kind == CELL_ROWS) {
		print_rows(printing, cell->rows);
	} else {
		value = json_cell(cell);
		if (!value || (json_dumpf(value, printing->out,
					  JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6)) != 0 &&
			       !ferror(printing->out)))
			memory_exhausted();
		json_decref(value);
	}
}

static void print_row(const struct printing *printing, const struct table *table, size_t row)
{
	const char *between = "";

	fputc('[', printing->out);
	for (size_t i = 0; table->columns[i]; i++) {
		if (!is_printed(printing, table->columns[i]))
			continue;
		const struct cell cell = table_cell(table, row, i);

		fputs(between, printing->out);
		print_cell(printing, &cell);
		between = ",";
	}
	fputc(']', printing->out);
}

static void print_rows(const struct printing *printing, const struct table *table)
{
	fputc('[', printing->out);
	for (size_t row = 0; row < table->row_count; row++) {
		fputs(row > 0 ? ",\n" : "", printing->out);
		print_row(printing, table, row);
	}
	fputc(']', printing->out);
}

static void print_table(const struct printing *printing, const struct table *table)
{
	fputs("\"columns\":", printing->out);
	print_columns(printing, table);
	fputs(",\"rows\":", printing->out);
	print_rows(printing, table);
}

static const void *row_at(const struct table *table, size_t row)
{
	return (const char *)table->rows + row * table->row_bytes;
}

/* ---- sections ------------------------------------------------------------------------------------ */

static void print_depths(const struct printing *printing, const struct section *section)
{
	fputs(",\"depth\":[", printing->out);
	for (size_t row = 0; row < section->table.row_count; row++)
		fprintf(printing->out, "%s%u", row > 0 ? "," : "",
			section->depth(row_at(&section->table, row)));
	fputc(']', printing->out);
}

/* Whether something lies between a row and the one before. */
static void print_gaps(const struct printing *printing, const struct section *section,
		       const struct table *inner)
{
	fputs(",\"gap\":[", printing->out);
	for (size_t row = 0; row < inner->row_count; row++) {
		bool gap = row > 0 && section->follows &&
			   !section->follows(row_at(inner, row - 1), row_at(inner, row));

		fprintf(printing->out, "%s%s", row > 0 ? "," : "", gap ? "true" : "false");
	}
	fputc(']', printing->out);
}

static void print_inner(const struct printing *printing, const struct section *section)
{
	fputs(",\"inner\":[", printing->out);
	for (size_t row = 0; row < section->table.row_count; row++) {
		const struct table inner = section->inner(row_at(&section->table, row));

		fputs(row > 0 ? ",{" : "{", printing->out);
		print_table(printing, &inner);
		print_gaps(printing, section, &inner);
		fputc('}', printing->out);
	}
	fputc(']', printing->out);
}

static void print_section(const struct printing *printing, const struct section *section)
{
	static const char *const layouts[] = {[LAYOUT_TABLE] = "table",
					      [LAYOUT_FACTS] = "facts",
					      [LAYOUT_TREE] = "tree",
					      [LAYOUT_BLOCKS] = "blocks"};
	FILE *out = printing->out;

	fputs("{\"name\":", out);
	json_print_text(out, section->name ? section->name : "");
	fputs(",\"title\":", out);
	json_print_text(out, section->title ? section->title : "");
	fputs(",\"note\":", out);
	json_print_text(out, section->note ? section->note : "");
	fprintf(out, ",\"layout\":\"%s\",", layouts[section->layout]);
	print_table(printing, &section->table);
	if (section->layout == LAYOUT_TREE)
		print_depths(printing, section);
	if (section->layout == LAYOUT_BLOCKS)
		print_inner(printing, section);
	fputc('}', out);
}

/* What people alone are shown has no name, and no keys. */
static bool is_for_programs(const struct printing *printing, const struct section *section)
{
	if (section->name)
		return true;
	for (size_t i = 0; section->table.columns[i]; i++)
		if (is_printed(printing, section->table.columns[i]))
			return section->layout == LAYOUT_FACTS;
	return false;
}

void columns_print(FILE *out, const struct document *document, const char *const *without)
{
	const struct printing printing = {out, without};
	const char *between = "";

	fputs("{\"sections\":[", out);
	for (size_t i = 0; i < document->count; i++) {
		const struct section *section = &document->sections[i];

		if (!is_for_programs(&printing, section))
			continue;
		fputs(between, out);
		print_section(&printing, section);
		between = ",\n";
	}
	fputs("]}", out);
}
