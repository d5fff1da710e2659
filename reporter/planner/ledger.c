/* ledger.c - see ledger.h. */
#include "ledger.h"

#include "base/pool.h"

#include <stdlib.h>

#define LINES_MAX 20000 /* rows without code would be more in a function that is spread over a file */

void ledger_finish(struct ledger *ledger)
{
	free(ledger->functions);
	free(ledger->lines);
	free(ledger->sites);
	*ledger = (struct ledger){0};
}

void ledger_add_function(struct ledger *ledger, const struct ledger_function *function)
{
	ledger->functions = pool_grow(ledger->functions, &ledger->function_capacity,
				      ledger->function_count + 1, sizeof(*ledger->functions));
	ledger->functions[ledger->function_count++] = *function;
}

void ledger_add_line(struct ledger *ledger, uint32_t function, uint32_t line, uint32_t facts)
{
	struct ledger_line *last = ledger->line_count ? &ledger->lines[ledger->line_count - 1] : NULL;
	if (last && last->function == function && last->line == line) {
		last->facts |= facts;
		return;
	}
	ledger->lines = pool_grow(ledger->lines, &ledger->line_capacity, ledger->line_count + 1,
				  sizeof(*ledger->lines));
	ledger->lines[ledger->line_count++] = (struct ledger_line){function, line, facts};
}

void ledger_add_site(struct ledger *ledger, uint32_t function, uint32_t line, const struct plan_site *site)
{
	ledger->sites = pool_grow(ledger->sites, &ledger->site_capacity, ledger->site_count + 1,
				  sizeof(*ledger->sites));
	ledger->sites[ledger->site_count] = (struct ledger_site){*site, function, line, ledger->site_count};
	ledger->site_count++;
}

/* ---- rows ------------------------------------------------------------------------ */

static int by_line(const void *left, const void *right)
{
	const struct ledger_line *a = left, *b = right;
	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

/* Each line once, with all that is known of it. */
static void sort_lines(struct ledger *ledger)
{
	size_t count = 0;
	if (ledger->line_count > 0)
		qsort(ledger->lines, ledger->line_count, sizeof(*ledger->lines), by_line);
	for (size_t i = 0; i < ledger->line_count; i++) {
		const struct ledger_line *line = &ledger->lines[i];
		if (count > 0 && by_line(&ledger->lines[count - 1], line) == 0)
			ledger->lines[count - 1].facts |= line->facts;
		else
			ledger->lines[count++] = *line;
	}
	ledger->line_count = count;
}

static void add_row(struct tables *tables, uint32_t index, uint32_t line, enum plan_refusal refusal)
{
	struct plan_row row = {.function = index, .line = line, .refusal = refusal};
	struct plan_function *function = &tables->functions[index];
	tables_add_row(tables, &row);
	function->row_count++;
	if (line > function->last_line)
		function->last_line = line;
}

/* Of the lines from the last row's to this one. */
static void add_rows_without_code(struct tables *tables, uint32_t index, const struct covered *covered,
				  uint32_t end)
{
	const struct plan_function *function = &tables->functions[index];
	uint32_t line = tables->rows[tables->row_count - 1].line;
	if (line < function->first_line)
		line = function->first_line;
	while (++line < end && function->row_count < LINES_MAX)
		if (!covered_has(covered, line))
			add_row(tables, index, line, PLAN_NO_CODE);
}

static enum plan_refusal refusal_of(uint32_t facts)
{
	if (facts & LEDGER_NO_ROOM)
		return PLAN_NO_ROOM;
	return !(facts & LEDGER_UNSEEN) && facts & LEDGER_SURE ? PLAN_TRACED : PLAN_NOT_ALL;
}

/* Those that begin somewhere, and those of which there is code that is not counted. */
static bool has_row(const struct ledger_line *line, uint32_t first_line)
{
	return line->line != first_line &&
	       (line->facts & LEDGER_BEGINS || (line->facts & LEDGER_UNSEEN && line->line > first_line));
}

/* The declaration's, then one for each line that has code or has none at all. */
static void file_rows(struct tables *tables, uint32_t index, const struct ledger_line *lines, size_t count,
		      struct covered *covered)
{
	uint32_t first_line = tables->functions[index].first_line, no_room = 0;
	for (size_t i = 0; i < count; i++) {
		if (lines[i].facts & LEDGER_CODE)
			covered_add(covered, lines[i].line);
		if (lines[i].line == first_line)
			no_room = lines[i].facts & LEDGER_NO_ROOM;
	}
	add_row(tables, index, first_line, no_room ? PLAN_NO_ROOM : PLAN_TRACED);
	for (size_t i = 0; i < count; i++) {
		if (!has_row(&lines[i], first_line))
			continue;
		add_rows_without_code(tables, index, covered, lines[i].line);
		add_row(tables, index, lines[i].line, refusal_of(lines[i].facts));
	}
}

static void file_function(const struct ledger *ledger, struct tables *tables, size_t index, size_t *next,
			  struct sources *sources, struct covered *covered)
{
	const struct ledger_function *function = &ledger->functions[index];
	uint32_t in_tables = (uint32_t)(ledger->first_function + index);
	size_t first = *next;
	while (*next < ledger->line_count && ledger->lines[*next].function == in_tables)
		++*next;
	tables->functions[in_tables].first_row = (uint32_t)tables->row_count;
	if (*next > first)
		covered_choose(covered, function->unit, sources, function->file);
	file_rows(tables, in_tables, ledger->lines + first, *next - first, covered);
}

/* ---- sites ----------------------------------------------------------------------- */

/* The row of a line; of one that begins nowhere, the declaration's. */
static uint32_t row_of(const struct tables *tables, uint32_t index, uint32_t line)
{
	const struct plan_function *function = &tables->functions[index];
	const struct plan_row *rows = tables->rows + function->first_row;
	size_t low = 1, high = function->row_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < function->row_count && rows[low].line == line;
	return function->first_row + (found ? (uint32_t)low : 0);
}

static int by_address(const void *left, const void *right)
{
	const struct ledger_site *a = left, *b = right;
	if (a->site.address != b->site.address)
		return a->site.address < b->site.address ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

void ledger_file(struct ledger *ledger, struct tables *tables, struct sources *sources,
		 struct covered *covered)
{
	size_t next = 0;
	sort_lines(ledger);
	for (size_t i = 0; i < ledger->function_count; i++)
		file_function(ledger, tables, i, &next, sources, covered);
	if (ledger->site_count > 0)
		qsort(ledger->sites, ledger->site_count, sizeof(*ledger->sites), by_address);
	for (size_t i = 0; i < ledger->site_count; i++) {
		struct ledger_site *one = &ledger->sites[i];
		one->site.row = row_of(tables, one->function, one->line);
		tables_add_site(tables, &one->site);
	}
}
