/*
 * function.c - from a DIE through instructions, lines and branches to sites, and these into the tables.
 */
#include "function.h"

#include "base/memory.h"
#include "branches.h"
#include "lines.h"
#include "optimized.h"
#include "sites.h"
#include "windows.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 20000 /* rows without code would be more in a function that is spread over a file */

/* A function that is being put into the tables. */
struct filing {
	struct tables *tables;
	const struct body *body;
	const struct windows *windows;
	struct plan_function function;
	uint32_t index;
	size_t entry; /* the instruction of its site */
};

/* ---- rows ------------------------------------------------------------------------ */

static uint32_t line_of(const struct filing *filing, const struct window *window)
{
	bool entry = window->first == filing->entry;
	return entry ? filing->function.first_line : filing->body->list[window->first].begun;
}

static bool begins(const struct filing *filing, const struct window *window)
{
	return filing->body->list[window->first].does & (PLAN_ENTERS | PLAN_BEGINS);
}

static int by_number(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static void add_row(struct filing *filing, uint32_t line, enum plan_refusal refusal)
{
	struct plan_row row = {.function = filing->index, .line = line, .refusal = refusal};
	tables_add_row(filing->tables, &row);
	filing->function.row_count++;
	if (line > filing->function.last_line)
		filing->function.last_line = line;
}

/* Of the lines from the last row's to this one. */
static void add_rows_without_code(struct filing *filing, const struct covered *covered, uint32_t end)
{
	uint32_t line = filing->tables->rows[filing->tables->row_count - 1].line;

	if (line < filing->function.first_line)
		line = filing->function.first_line;
	while (++line < end && filing->function.row_count < LINES_MAX)
		if (!covered_has(covered, line))
			add_row(filing, line, PLAN_NO_CODE);
}

/* Those that begin somewhere, and those of which there is code that is not counted; the caller's to free. */
static uint32_t *lines_with_code(const struct filing *filing, size_t *count)
{
	const struct body *body = filing->body;
	uint32_t *lines = memory_zeroed(body->count + filing->windows->count + 1, sizeof(*lines));
	*count = 0;
	for (size_t i = 0; i < filing->windows->count; i++)
		if (begins(filing, &filing->windows->list[i]))
			lines[(*count)++] = line_of(filing, &filing->windows->list[i]);
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].unseen && body->list[i].line > filing->function.first_line)
			lines[(*count)++] = body->list[i].line;
	qsort(lines, *count, sizeof(*lines), by_number);
	return lines;
}

/* The declaration's, then one for each line that has code or has none at all. */
static void file_rows(struct filing *filing, struct covered *covered)
{
	size_t count;
	uint32_t *lines = lines_with_code(filing, &count);
	for (size_t i = 0; i < filing->body->count; i++)
		covered_add(covered, filing->body->list[i].line);
	add_row(filing, filing->function.first_line, PLAN_TRACED);
	for (size_t i = 0; i < count; i++) {
		if (lines[i] == filing->function.first_line || (i > 0 && lines[i] == lines[i - 1]))
			continue;
		add_rows_without_code(filing, covered, lines[i]);
		add_row(filing, lines[i], PLAN_TRACED);
	}
	free(lines);
}

/* The row of a line; of one that begins nowhere, the declaration's. */
static uint32_t row_of(const struct filing *filing, uint32_t line)
{
	const struct plan_row *rows = filing->tables->rows + filing->function.first_row;
	size_t low = 1, high = filing->function.row_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < filing->function.row_count && rows[low].line == line;
	return filing->function.first_row + (found ? (uint32_t)low : 0);
}

/* ---- sites ----------------------------------------------------------------------- */

static void file_instruction(struct filing *filing, const struct object_code *object,
			     const struct instruction *one, uint32_t within)
{
	struct plan_instruction made = {.target = one->target,
					.bytes = one->bytes,
					.kind = one->kind,
					.field = one->field,
					.within = within};
	size_t left;
	const uint8_t *bytes = code_at(&object->code, one->at, &left);
	memcpy(made.original, bytes, one->bytes);
	tables_add_instruction(filing->tables, &made);
}

/* The declaration's row counts calls: there only the entry tells. */
static bool lacks_room(const struct filing *filing, const struct window *window, uint32_t row)
{
	bool entry = filing->body->list[window->first].does & PLAN_ENTERS;
	return window->way == PLAN_NOT && begins(filing, window) &&
	       (row != filing->function.first_row || entry);
}

static void file_site(struct filing *filing, const struct object_code *object, const struct window *window)
{
	const struct instruction *first = &filing->body->list[window->first];
	struct plan_site site = {
		.address = first->at,
		.springboard = window->springboard,
		.row = row_of(filing, line_of(filing, window)),
		.first_instruction = (uint32_t)filing->tables->instruction_count,
		.instruction_count = (uint8_t)window->count,
		.bytes = (uint8_t)window->bytes,
		.does = first->does,
		.way = window->way,
	};
	uint32_t within = 0;
	for (size_t i = 0; i < window->count; i++) {
		bool counts = i > 0 && first[i].does;
		within += counts;
		file_instruction(filing, object, first + i, counts ? within : 0);
	}
	if (lacks_room(filing, window, site.row))
		filing->tables->rows[site.row].refusal = PLAN_NO_ROOM;
	tables_add_site(filing->tables, &site);
}

/* What another refusal does not say already. */
static void mark(struct filing *filing, uint32_t row, enum plan_refusal refusal)
{
	uint32_t *of = &filing->tables->rows[row].refusal;
	if (row != filing->function.first_row && *of != PLAN_NO_ROOM)
		*of = refusal;
}

/* Whether a line that has the instruction cannot run without it.  Optimized code may be missing on the very
 * way that was taken, where another line's does for it; and so may a mere jump, in any code. */
static bool is_sure(const struct instruction *one, bool optimized)
{
	return optimized ? one->lasts : one->kind != PLAN_GOES;
}

static void mark_unsure(struct filing *filing, bool optimized)
{
	const struct body *body = filing->body;
	for (uint32_t i = 0; i < filing->function.row_count; i++)
		if (filing->tables->rows[filing->function.first_row + i].refusal == PLAN_TRACED)
			mark(filing, filing->function.first_row + i, PLAN_NOT_ALL);
	for (size_t i = 0; i < body->count; i++)
		if (is_sure(&body->list[i], optimized))
			mark(filing, row_of(filing, body->list[i].line), PLAN_TRACED);
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].unseen)
			mark(filing, row_of(filing, body->list[i].line), PLAN_NOT_ALL);
}

static void file_traced(struct filing *filing, const struct function_object *object, bool optimized)
{
	file_rows(filing, object->covered);
	for (size_t i = 0; i < filing->windows->count; i++)
		file_site(filing, object->code, &filing->windows->list[i]);
	mark_unsure(filing, optimized);
}

/* ---- functions ------------------------------------------------------------------- */

static struct filing filing_of(struct tables *tables, uint32_t module, const struct told *told)
{
	return (struct filing){
		.tables = tables,
		.index = (uint32_t)tables->function_count,
		.function = {.name = tables_text(tables, told->name),
			     .file = tables_text(tables, told->file),
			     .module = module,
			     .first_line = told->line,
			     .last_line = told->line,
			     .first_row = (uint32_t)tables->row_count},
	};
}

static void file_refused(struct filing *filing, enum plan_refusal refusal)
{
	filing->function.refusal = refusal;
	add_row(filing, filing->function.first_line, PLAN_TRACED);
}

static bool read_ranges(struct body *body, const struct told *told, uint64_t shift)
{
	Dwarf_Die die = told->die;
	Dwarf_Addr base, from, to, entry = 0;
	for (ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &from, &to)) > 0;) {
		if (from == 0 || from >= to) /* discarded by the linker */
			continue;
		if (body->range_count == 0)
			entry = from;
		body_add_range(body, from + shift, to + shift);
	}
	Dwarf_Addr said;
	if (dwarf_entrypc(&die, &said) == 0)
		entry = said;
	body->entry = entry + shift;
	return body->range_count > 0;
}

static void plan_body(struct filing *filing, struct body *body, const struct told *told,
		      const struct function_object *object)
{
	Dwarf_Die die = told->die;
	struct lines_of of = {told->unit, &die, told->file, object->shift, object->sources};
	struct windows windows = {0};
	enum plan_refusal refusal = PLAN_UNDECODED;
	if (!*of.file) {
		of.file = lines_file_at(&of, body->entry);
		filing->function.file = tables_text(filing->tables, of.file);
	}
	if (body_read(body, &object->code->code)) {
		uint32_t opening = lines_read(body, &of);
		if (filing->function.first_line == 0)
			filing->function.first_line = filing->function.last_line = opening;
		refusal = branches_read(body, object->code);
		if (refusal == PLAN_TRACED)
			filing->entry = sites_place(body, opening);
	}
	if (refusal == PLAN_TRACED) {
		windows_choose(&windows, body);
		filing->body = body;
		filing->windows = &windows;
		covered_choose(object->covered, told->unit, object->sources, of.file);
		file_traced(filing, object, optimized_is(&die, body_calls(body)));
		filing->windows = NULL;
	} else {
		file_refused(filing, refusal);
	}
	windows_finish(&windows);
}

bool function_plan(struct tables *tables, uint32_t module, const struct told *told,
		   const struct function_object *object)
{
	struct body body = {0};
	bool mine = read_ranges(&body, told, object->shift) && body_claim(&body, &object->code->code);
	if (mine) {
		struct filing filing = filing_of(tables, module, told);
		plan_body(&filing, &body, told, object);
		tables_add_function(tables, &filing.function);
	}
	body_finish(&body);
	return mine;
}

void function_plan_inlined(struct tables *tables, uint32_t module, const struct told *told)
{
	struct filing filing = filing_of(tables, module, told);
	file_refused(&filing, PLAN_INLINED);
	tables_add_function(tables, &filing.function);
}
