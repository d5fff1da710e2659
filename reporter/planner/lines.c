/*
 * lines.c - rows of the unit's line table, and the copies of other functions inside this one.
 */
#include "lines.h"

#include "base/pool.h"

#include <dwarf.h>
#include <stdlib.h>

#define DEPTH_MAX 200

/* Code of a function called that stands in this one. */
struct callee {
	uint64_t from, to;
	uint32_t line;   /* of the call; 0: none */
	uint32_t number; /* the same where one copy is in several pieces */
};

struct callees {
	const struct lines_of *of;
	struct callee *list;
	size_t count, capacity;
	uint32_t last_number;
};

/* ---- copies ---------------------------------------------------------------------- */

static void add_copy(struct callees *copies, Dwarf_Die *die)
{
	const struct lines_of *of = copies->of;
	Dwarf_Addr base, from, to;
	uint32_t line = sources_number(die, DW_AT_call_line);
	const char *file = sources_attribute(of->sources, die, DW_AT_call_file);
	if (*of->file && *file && file != of->file)
		line = 0;
	copies->last_number++;
	for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &from, &to)) > 0;) {
		if (from >= to)
			continue;
		copies->list =
			pool_grow(copies->list, &copies->capacity, copies->count + 1, sizeof(*copies->list));
		copies->list[copies->count++] =
			(struct callee){from + of->shift, to + of->shift, line, copies->last_number};
	}
}

/* Only the outermost ones: those inside have no say. */
static void find_copies(struct callees *copies, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die child, next;
	if (depth >= DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return;
	for (;;) {
		switch (dwarf_tag(&child)) {
		case DW_TAG_inlined_subroutine:
			add_copy(copies, &child);
			break;
		case DW_TAG_lexical_block:
		case DW_TAG_try_block:
		case DW_TAG_catch_block:
		case DW_TAG_with_stmt:
			find_copies(copies, &child, depth + 1);
			break;
		default:
			break;
		}
		/* DW_AT_sibling may point anywhere: only forwards is progress. */
		if (dwarf_siblingof(&child, &next) != 0 || next.addr <= child.addr)
			return;
		child = next;
	}
}

static int by_start(const void *left, const void *right)
{
	const struct callee *a = left, *b = right;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to < b->to) - (a->to > b->to);
}

/* ---- rows ------------------------------------------------------------------------ */

/* What the table says of an address. */
struct said {
	uint32_t first, last; /* statements' lines; 0: none */
	uint32_t other;       /* of no statement */
	bool statement;
	bool opens;   /* the line that the copy's function opens on */
	bool any;     /* it says something, */
	bool no_line; /* namely that what follows is of no line */
};

struct table {
	const struct lines_of *of;
	Dwarf_Lines *lines;
	size_t count, next;
};

static uint64_t row_address(const struct table *table, size_t i)
{
	Dwarf_Addr address = 0;
	dwarf_lineaddr(dwarf_onesrcline(table->lines, i), &address);
	return address + table->of->shift;
}

static size_t first_row(const struct table *table, uint64_t address)
{
	size_t low = 0, high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (row_address(table, middle) < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether the row says a line, of whatever file. */
static bool says_line(Dwarf_Line *row)
{
	int line;
	bool ends;
	return dwarf_lineno(row, &line) == 0 && line > 0 && dwarf_lineendsequence(row, &ends) == 0 && !ends;
}

/* Interned; NULL: the row has none. */
static const char *file_of(const struct lines_of *of, Dwarf_Line *row)
{
	Dwarf_Files *files;
	size_t file;
	Dwarf_Die unit = of->unit->die;
	if (dwarf_line_file(row, &files, &file) != 0)
		return NULL;
	return sources_path(of->sources, sources_of_unit(of->sources, &unit), file);
}

/* 0: the row is not of the function's own file, or of no line. */
static uint32_t own_line(const struct lines_of *of, Dwarf_Line *row)
{
	int line;
	const char *path = says_line(row) ? file_of(of, row) : NULL;
	if (!path || dwarf_lineno(row, &line) != 0)
		return 0;
	if (of->to_line && ((uint32_t)line < of->from_line || (uint32_t)line >= of->to_line))
		return 0;
	return !*of->file || path == of->file ? (uint32_t)line : 0;
}

/* Compilers say so of code that they made of several lines'. */
static bool says_no_line(Dwarf_Line *row)
{
	int line;
	return dwarf_lineno(row, &line) == 0 && line == 0;
}

/* Rows at the address, of which the last counts.  In a copy, all that say a line say its call's. */
static struct said read_rows(struct table *table, uint64_t address, const struct callee *copy)
{
	struct said said = {0};
	bool statement;
	while (table->next < table->count && row_address(table, table->next) < address)
		table->next++;
	for (; table->next < table->count && row_address(table, table->next) == address; table->next++) {
		Dwarf_Line *row = dwarf_onesrcline(table->lines, table->next);
		uint32_t own = own_line(table->of, row);
		uint32_t line = copy && says_line(row) ? copy->line : own;
		if (dwarf_linebeginstatement(row, &statement) != 0)
			continue;
		said.statement |= statement;
		said.any = true;
		said.no_line = says_no_line(row);
		if (!line)
			continue;
		said.opens |= statement && own && own == table->of->from_line;
		if (statement && !said.first)
			said.first = own;
		if (statement)
			said.last = line;
		else
			said.other = line;
	}
	return said;
}

/* The copy that an address lies in, of those in order; addresses only rise. */
static const struct callee *copy_at(const struct callees *copies, size_t *next, const struct callee **open,
				    uint64_t address)
{
	for (; *next < copies->count && copies->list[*next].from <= address; (*next)++)
		if (copies->list[*next].to > address)
			*open = &copies->list[*next];
	return *open && (*open)->to > address ? *open : NULL;
}

static uint32_t read_lines(struct body *body, struct table *table, const struct callees *copies)
{
	uint32_t line = 0, opening = 0;
	size_t next = 0;
	const struct callee *open = NULL;
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (!body_joined(body, i)) {
			line = 0;
			table->next = first_row(table, one->at);
		}
		if (one->dead)
			continue;
		const struct callee *copy = copy_at(copies, &next, &open, one->at);
		struct said said = read_rows(table, one->at, copy);
		one->statement = said.statement;
		one->opens = said.opens;
		one->row = said.last != 0;
		one->silent = !said.any;
		if (said.last || said.other || (said.no_line && !copy))
			line = said.last ? said.last : said.other;
		one->line = line;
		one->copy = copy ? copy->number : 0;
		if (one->at == body->entry)
			opening = said.first;
	}
	return opening;
}

const char *lines_file_at(const struct lines_of *of, uint64_t address)
{
	struct table table = {.of = of};
	if (dwarf_getsrclines(&of->unit->die, &table.lines, &table.count) != 0)
		return "";
	for (size_t i = first_row(&table, address); i < table.count && row_address(&table, i) == address;
	     i++) {
		Dwarf_Line *row = dwarf_onesrcline(table.lines, i);
		const char *path = says_line(row) ? file_of(of, row) : NULL;
		if (path)
			return path;
	}
	return "";
}

uint32_t lines_behind(const struct lines_of *of, uint64_t address)
{
	struct table table = {.of = of};
	uint32_t last = 0;
	bool statement;
	if (dwarf_getsrclines(&of->unit->die, &table.lines, &table.count) != 0)
		return 0;
	for (size_t i = first_row(&table, address); i < table.count && row_address(&table, i) == address;
	     i++) {
		Dwarf_Line *row = dwarf_onesrcline(table.lines, i);
		uint32_t own = own_line(of, row);
		if (!own || own == of->from_line)
			break;
		if (dwarf_linebeginstatement(row, &statement) == 0 && statement)
			last = own;
	}
	return last;
}

uint32_t lines_read(struct body *body, const struct lines_of *of)
{
	struct table table = {.of = of};
	struct callees copies = {.of = of};
	if (dwarf_getsrclines(&of->unit->die, &table.lines, &table.count) != 0)
		table.count = 0;
	find_copies(&copies, of->function, 0);
	if (copies.count > 0)
		qsort(copies.list, copies.count, sizeof(*copies.list), by_start);
	uint32_t opening = read_lines(body, &table, &copies);
	free(copies.list);
	return opening;
}
