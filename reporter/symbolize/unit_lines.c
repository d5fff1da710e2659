/*
 * unit_lines.c - rows of a unit's line table: the line of an address, and how far each function reaches, in
 * its own file and in others.
 */
#include "unit_lines.h"

#include <dwarf.h>
#include <stdlib.h>

struct row {
	Dwarf_Addr address;
	int line;   /* 0: of no single line */
	bool ends;  /* the end of a sequence: no code from here on */
	bool empty; /* it has no code: the next row begins there, too, maybe that of a function inlined */
	const char *file;
};

static uint64_t row_address(const struct unit *unit, size_t i)
{
	Dwarf_Addr address = 0;
	dwarf_lineaddr(dwarf_onesrcline(unit->lines, i), &address);
	return address;
}

static bool read_row(const struct unit *unit, struct sources *sources, size_t i, struct row *row)
{
	Dwarf_Files *table;
	size_t file;
	Dwarf_Line *line = dwarf_onesrcline(unit->lines, i);
	if (!line || dwarf_lineaddr(line, &row->address) != 0 || dwarf_lineno(line, &row->line) != 0 ||
	    dwarf_lineendsequence(line, &row->ends) != 0 || dwarf_line_file(line, &table, &file) != 0)
		return false;
	Dwarf_Die die = unit->die;
	row->empty = i + 1 < unit->line_count && row_address(unit, i + 1) == row->address;
	row->file = sources_path(sources, sources_of_unit(sources, &die), file);
	return true;
}

/* A row that says a line. */
static bool read_line(const struct unit *unit, struct sources *sources, size_t i, struct row *row)
{
	return read_row(unit, sources, i, row) && !row->ends && row->line > 0 && *row->file;
}

/* Index of the first row at or after the address, or line_count. */
static size_t first_row(const struct unit *unit, uint64_t address)
{
	size_t low = 0, high = unit->line_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (row_address(unit, middle) < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- where functions stand ---- */

static void set_place(struct unit_origin *origin, const char *file, uint32_t line)
{
	origin->file = file;
	origin->first_line = line;
}

/* A function that DWARF does not place stands where its code begins; the first row there is that of its
 * opening. */
static void place_concrete(struct unit *unit, struct sources *sources)
{
	for (size_t i = 0; i < unit->origin_count; i++) {
		struct unit_origin *origin = &unit->origins[i];
		struct row row = {0};
		if (origin->declared || origin->entry == 0)
			continue;
		size_t at = first_row(unit, origin->entry);
		while (at < unit->line_count && row_address(unit, at) == origin->entry &&
		       !read_line(unit, sources, at, &row))
			at++;
		if (at < unit->line_count && row_address(unit, at) == origin->entry)
			set_place(origin, row.file, (uint32_t)row.line);
	}
}

typedef void row_fn(struct unit *unit, struct unit_origin *origin, const struct row *row);

/* Rows that say a line, with the function whose own code they are about. */
static void each_row(struct unit *unit, struct sources *sources, row_fn *visit)
{
	struct row row;
	size_t segment = 0;
	for (size_t i = 0; i < unit->line_count; i++) {
		if (!read_line(unit, sources, i, &row))
			continue;
		while (segment < unit->segment_count && unit->segments[segment].end <= row.address)
			segment++;
		if (segment < unit->segment_count && unit->segments[segment].start <= row.address) {
			const struct unit_scope *scope = &unit->scopes[unit->segments[segment].scope];
			visit(unit, &unit->origins[scope->origin], &row);
		}
	}
}

/* Of inlined copies alone, the least line of the file that is met first. */
static void place_inlined(struct unit *unit, struct unit_origin *origin, const struct row *row)
{
	(void)unit;
	if (origin->declared || origin->entry > 0 || row->empty)
		return;
	if (origin->first_line == 0)
		set_place(origin, row->file, (uint32_t)row->line);
	else if (row->file == origin->file && (uint32_t)row->line < origin->first_line)
		origin->first_line = (uint32_t)row->line;
}

static void find_places(struct unit *unit, struct sources *sources)
{
	bool inlined = false;
	place_concrete(unit, sources);
	for (size_t i = 0; i < unit->origin_count; i++)
		inlined |= !unit->origins[i].declared && unit->origins[i].entry == 0;
	if (inlined)
		each_row(unit, sources, place_inlined);
}

/* ---- how far they reach ---- */

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

const struct unit_part *unit_part_of(const struct unit *unit, const struct unit_origin *origin,
				     const char *file)
{
	uint32_t part = origin->parts;
	while (part > 0 && unit->parts[part - 1].file != file)
		part = unit->parts[part - 1].next;
	return part > 0 ? &unit->parts[part - 1] : NULL;
}

static struct unit_part *part_at(struct unit *unit, struct unit_origin *origin, const char *file)
{
	const struct unit_part *known = unit_part_of(unit, origin, file);
	if (known)
		return &unit->parts[known - unit->parts];
	unit->parts =
		pool_grow(unit->parts, &unit->part_capacity, unit->part_count + 1, sizeof(*unit->parts));
	unit->parts[unit->part_count] = (struct unit_part){.file = file, .next = origin->parts};
	origin->parts = (uint32_t)++unit->part_count;
	return &unit->parts[unit->part_count - 1];
}

static void extend(struct unit *unit, struct unit_origin *origin, const char *file, uint32_t line)
{
	if (file == origin->file) {
		if (line > origin->last_line && line < origin->limit_line)
			origin->last_line = line;
		return;
	}
	struct unit_part *part = part_at(unit, origin, file);
	if (part->first_line == 0 || line < part->first_line)
		part->first_line = line;
	if (line > part->last_line)
		part->last_line = line;
	part->rows++;
}

static void extend_by_row(struct unit *unit, struct unit_origin *origin, const struct row *row)
{
	extend(unit, origin, row->file, (uint32_t)row->line);
}

/* What is declared in one place and has all its code in another (an instance of an Ada generic) stands where
 * its code does. */
static void move_to_code(struct unit *unit, struct unit_origin *origin)
{
	const struct unit_part *most = NULL;
	for (uint32_t part = origin->parts; part > 0; part = unit->parts[part - 1].next)
		if (!most || unit->parts[part - 1].rows > most->rows)
			most = &unit->parts[part - 1];
	if (!unit->ada || !most || origin->last_line > 0 || origin->entry == 0)
		return;
	set_place(origin, most->file, most->first_line);
	origin->last_line = most->last_line;
}

/* A function's own lines are those of its own code, and the lines where others are inlined into it. */
static void find_lines(struct unit *unit, struct sources *sources)
{
	each_row(unit, sources, extend_by_row);
	for (size_t i = 0; i < unit->scope_count; i++) {
		const struct unit_scope *scope = &unit->scopes[i];
		if (scope->parent != SCOPE_NONE && scope->call_line > 0 && *scope->call_file)
			extend(unit, &unit->origins[unit->scopes[scope->parent].origin], scope->call_file,
			       scope->call_line);
	}
	for (size_t i = 0; i < unit->origin_count; i++) {
		struct unit_origin *origin = &unit->origins[i];
		move_to_code(unit, origin);
		if (origin->last_line < origin->first_line)
			origin->last_line = origin->first_line;
	}
}

void unit_lines_init(struct unit *unit, struct sources *sources)
{
	Dwarf_Die die = unit->die;
	if (dwarf_getsrclines(&die, &unit->lines, &unit->line_count) != 0)
		unit->line_count = 0;
	find_places(unit, sources);
	find_limits(unit);
	find_lines(unit, sources);
}

/* ---- lines of addresses ---- */

uint32_t unit_line_at(const struct unit *unit, struct sources *sources, uint64_t address, const char **file)
{
	struct row row;
	size_t above = first_row(unit, address + 1);
	*file = "";
	if (above == 0 || !read_line(unit, sources, above - 1, &row))
		return 0;
	*file = row.file;
	return (uint32_t)row.line;
}

struct unit_extent unit_extent(const struct unit *unit, struct sources *sources, uint64_t start, uint64_t end,
			       const char *file)
{
	struct unit_extent extent = {.file = file};
	struct row row;
	for (size_t i = first_row(unit, start); i < unit->line_count && row_address(unit, i) < end; i++) {
		if (!read_line(unit, sources, i, &row))
			continue;
		uint32_t line = (uint32_t)row.line;
		if (!*extent.file || (row.file == extent.file && extent.first_line == 0))
			extent = (struct unit_extent){row.file, line, line};
		if (row.file != extent.file)
			continue;
		if (*file && line < extent.first_line)
			extent.first_line = line;
		if (line > extent.last_line)
			extent.last_line = line;
	}
	return extent;
}
