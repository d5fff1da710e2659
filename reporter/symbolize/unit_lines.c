/*
 * unit_lines.c - rows of a unit's line table: the line of an address, the last line of each function.
 */
#include "unit_lines.h"

#include <stdlib.h>

/* How many rows back a usable line is looked for (rows of line 0, or of a file that the function is not in).
 */
#define ROWS_BACK_MAX 32

struct row {
	Dwarf_Addr address;
	int line;
	bool ends; /* the end of a sequence: no code from here on */
	const char *file;
};

static bool read_row(const struct unit *unit, struct sources *sources, size_t i, struct row *row)
{
	Dwarf_Files *table;
	size_t file;
	Dwarf_Line *line = dwarf_onesrcline(unit->lines, i);
	if (!line || dwarf_lineaddr(line, &row->address) != 0 || dwarf_lineno(line, &row->line) != 0 ||
	    dwarf_lineendsequence(line, &row->ends) != 0 || dwarf_line_file(line, &table, &file) != 0)
		return false;
	Dwarf_Die die = unit->die;
	row->file = sources_path(sources, sources_of_unit(sources, &die), file);
	return true;
}

static int by_place(const void *left, const void *right)
{
	const struct unit_origin *a = *(struct unit_origin *const *)left,
				 *b = *(struct unit_origin *const *)right;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->first_line > b->first_line) - (a->first_line < b->first_line);
}

/* Compilers leave rows of inlined functions outside the inlined ranges; without a limit, such a row would
 * stretch the function around it over all that stands between in the file. */
static void find_limits(struct unit *unit)
{
	size_t capacity = 0;
	struct unit_origin **sorted =
		pool_grow(NULL, &capacity, unit->origin_count + 1, sizeof(struct unit_origin *));
	for (size_t i = 0; i < unit->origin_count; i++)
		sorted[i] = &unit->origins[i];
	qsort(sorted, unit->origin_count, sizeof(struct unit_origin *), by_place);
	for (size_t i = 0; i < unit->origin_count; i++) {
		size_t next = i + 1;
		while (next < unit->origin_count && sorted[next]->file == sorted[i]->file &&
		       (sorted[next]->nested || sorted[next]->first_line == sorted[i]->first_line))
			next++;
		bool follows = next < unit->origin_count && sorted[next]->file == sorted[i]->file;
		sorted[i]->limit_line = follows ? sorted[next]->first_line : UINT32_MAX;
	}
	free(sorted);
}

static void extend(struct unit_origin *origin, const char *file, uint32_t line)
{
	if (file == origin->file && line > origin->last_line && line < origin->limit_line)
		origin->last_line = line;
}

/* A function's own lines are those of its own code, and the lines where others are inlined into it. */
static void find_last_lines(struct unit *unit, struct sources *sources)
{
	struct row row;
	size_t segment = 0;
	for (size_t i = 0; i < unit->line_count; i++) {
		if (!read_row(unit, sources, i, &row) || row.ends || row.line <= 0)
			continue;
		while (segment < unit->segment_count && unit->segments[segment].end <= row.address)
			segment++;
		if (segment < unit->segment_count && unit->segments[segment].start <= row.address) {
			const struct unit_scope *scope = &unit->scopes[unit->segments[segment].scope];
			extend(&unit->origins[scope->origin], row.file, (uint32_t)row.line);
		}
	}
	for (size_t i = 0; i < unit->scope_count; i++) {
		const struct unit_scope *scope = &unit->scopes[i];
		if (scope->parent != SCOPE_NONE)
			extend(&unit->origins[unit->scopes[scope->parent].origin], scope->call_file,
			       scope->call_line);
	}
	for (size_t i = 0; i < unit->origin_count; i++) {
		struct unit_origin *origin = &unit->origins[i];
		if (origin->last_line < origin->first_line)
			origin->last_line = origin->first_line;
	}
}

void unit_lines_init(struct unit *unit, struct sources *sources)
{
	Dwarf_Die die = unit->die;
	if (dwarf_getsrclines(&die, &unit->lines, &unit->line_count) != 0)
		unit->line_count = 0;
	find_limits(unit);
	find_last_lines(unit, sources);
}

/* Index of the last row at or before the address, or line_count. */
static size_t row_at(const struct unit *unit, uint64_t address)
{
	size_t low = 0, high = unit->line_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		Dwarf_Addr at = 0;
		dwarf_lineaddr(dwarf_onesrcline(unit->lines, middle), &at);
		if (at <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? low - 1 : unit->line_count;
}

uint32_t unit_line_at(const struct unit *unit, struct sources *sources, uint64_t address, uint64_t floor,
		      const char **file)
{
	struct row row;
	size_t at = row_at(unit, address);
	for (size_t back = 0; at < unit->line_count && back <= ROWS_BACK_MAX && back <= at; back++) {
		if (!read_row(unit, sources, at - back, &row) || row.ends)
			return 0;
		bool fits = row.line > 0 && (!**file || row.file == *file);
		if (fits) {
			*file = row.file;
			return (uint32_t)row.line;
		}
		if (row.address <= floor)
			return 0;
	}
	return 0;
}
