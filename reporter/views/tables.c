/*
 * tables.c - line tables, in the manner of memory_profiler: of each function its lines with figures and what
 * stands around them.
 */
#include "base/memory.h"
#include "base/number.h"
#include "formats/cells.h"
#include "views/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_LINES 40 /* a function of so many lines is shown whole */
#define LINES_AROUND 2 /* those with figures, in a longer one */
#define LINES_LEAST 12 /* shown of a table before it is left out for want of room */
#define LINES_ABOVE 5  /* a table: blank, headline, file name, blank, headers and rule */

struct line_row {
	const struct table_line *line;
	uint64_t sample_bytes;
	const char *const *note; /* below the line; for people */
};

struct table_row {
	const struct line_table *table;
	const char *headline, *path; /* for people */
	struct line_row *lines;
	size_t line_count;
};

/* ---- lines ------------------------------------------------------------------------------------ */

#define ROW ((const struct line_row *)row)
#define LINE (ROW->line)

/* Only what was measured has figures, so that other lines stay blank. */
#define IF_MEASURED(value) (LINE->measured ? value : cell_blank())
#define COUNT(id, name, header, shown, value)                                                                \
	TABLE_COLUMN_SHOWN(id, name, header, 2, 11, shown, IF_MEASURED(cell_count(value)))
#define BYTES(id, name, header, shown, value)                                                                \
	TABLE_COLUMN_SHOWN(id, name, header, 1, 12, shown, IF_MEASURED(cell_bytes((int64_t)(value))))
#define ERROR(id, name, value)                                                                               \
	TABLE_COLUMN(id, name, NULL, 0, 0,                                                                   \
		     IF_MEASURED(cell_bytes((int64_t)weight_error_bytes(value, ROW->sample_bytes))))

TABLE_COLUMN(number, "line", NULL, 0, 0, cell_count(LINE->line))
TABLE_COLUMN(source, "source", NULL, 0, 0, cell_text(LINE->source))
TABLE_COLUMN(number_text, NULL, "Line #", 0, 6, LINE->line > 0 ? cell_count(LINE->line) : cell_text("?"))
TABLE_COLUMN(source_text, NULL, "Line Contents", 3, -1,
	     cell_text(LINE->line > 0 ? LINE->source : "(code that stands at none of these lines alone)"))
TABLE_COLUMN(note, NULL, NULL, 0, 0, cell_lines(ROW->note))
TABLE_COLUMN_SHOWN(mem, "mem_bytes", "Mem usage", 1, 12, COLUMN_USUALLY,
		   LINE->has_mem ? cell_bytes((int64_t)LINE->mem_bytes) : cell_blank())
/* A line that ran and under which nothing happened added nothing. */
TABLE_COLUMN_SHOWN(increment, "increment_bytes", "Increment", 1, 12, COLUMN_USUALLY,
		   LINE->has_mem
			   ? cell_bytes((int64_t)(LINE->amounts.allocated_bytes - LINE->amounts.freed_bytes))
			   : cell_blank())
TABLE_COLUMN_SHOWN(occurrences, "occurrences", "Occurrences", 2, 10, COLUMN_USUALLY,
		   IF_MEASURED(cell_count(LINE->occurrences)))
static const char *why_not_counted(const struct table_line *line)
{
	if (line->gone)
		return "optimised away";
	if (!line->traced || table_line_is_counted(line))
		return NULL;
	return line->refused ? "not traced" : "not known";
}

/* Of traced lines; what could not be traced is not 0. */
#define IF_COUNTED(value) (table_line_is_counted(LINE) ? value : cell_blank())
#define FOR_PEOPLE(value) (why_not_counted(LINE) ? cell_text(why_not_counted(LINE)) : IF_COUNTED(value))
TABLE_COLUMN(hits, "hits", NULL, 0, 0, IF_COUNTED(cell_count(LINE->hits)))
TABLE_COLUMN(not_counted, "not_counted", NULL, 0, 0, cell_text(why_not_counted(LINE)))
TABLE_COLUMN(time_ns, "time_ns", NULL, 0, 0, IF_COUNTED(cell_count(LINE->ns)))
TABLE_COLUMN(own_time_ns, "own_time_ns", NULL, 0, 0, IF_COUNTED(cell_count(LINE->own_ns)))
TABLE_COLUMN_SHOWN(rss, "rss_bytes", "RSS", 1, 12, COLUMN_ON_REQUEST,
		   LINE->rss_bytes > 0 ? cell_bytes((int64_t)LINE->rss_bytes) : cell_blank())
TABLE_COLUMN_ASKED(hits_text, NULL, "hits", "Hits", 2, 10, COLUMN_USUALLY, FOR_PEOPLE(cell_count(LINE->hits)))
TABLE_COLUMN_ASKED(time_text, NULL, "time", "Time", 2, 9, COLUMN_USUALLY, IF_COUNTED(cell_pause(LINE->ns)))
TABLE_COLUMN_ASKED(own_time_text, NULL, "own_time", "Own time", 2, 9, COLUMN_ON_REQUEST,
		   IF_COUNTED(cell_pause(LINE->own_ns)))
/* As memory_profiler counts them. */
TABLE_COLUMN(executions, "occurrences", "Occurrences", 2, 10,
	     LINE->traced
		     ? (table_line_is_counted(LINE) && LINE->hits > 0 ? cell_count(LINE->hits) : cell_blank())
		     : IF_MEASURED(cell_count(LINE->occurrences)))
COUNT(allocations, "allocations", "Allocations", COLUMN_ON_REQUEST, LINE->amounts.allocations)
COUNT(frees, "frees", "Frees", COLUMN_ON_REQUEST, LINE->amounts.frees)
BYTES(allocated, "allocated_bytes", "Allocated", COLUMN_ON_REQUEST, LINE->amounts.allocated_bytes)
BYTES(freed, "freed_bytes", "Freed", COLUMN_ON_REQUEST, LINE->amounts.freed_bytes)
BYTES(peak, "peak_bytes", "Peak", COLUMN_ON_REQUEST, LINE->amounts.peak_bytes)
BYTES(leaked, "leaked_bytes", "Leaked", COLUMN_ON_REQUEST, LINE->amounts.leaked_bytes)
BYTES(kept, "kept_bytes", "Kept", COLUMN_ON_REQUEST, LINE->amounts.kept_bytes)
COUNT(temporary, "temporary", "Temporary", COLUMN_ON_REQUEST, LINE->amounts.temporary)
COUNT(collections, "collections", "Collections", COLUMN_ON_REQUEST, LINE->gc.collections)
COUNT(collected, "collected_bytes", NULL, COLUMN_ALWAYS, LINE->gc.freed_bytes)
COUNT(collected_objects, "collected_objects", NULL, COLUMN_ALWAYS, LINE->gc.collected)
COUNT(pause, "pause_ns", NULL, COLUMN_ALWAYS, LINE->gc.pause_ns)
COUNT(longest_pause, "longest_pause_ns", NULL, COLUMN_ALWAYS, LINE->gc.longest_pause_ns)
BYTES(by_collector, "freed_by_collector_bytes", NULL, COLUMN_ALWAYS, LINE->amounts.collected_bytes)
COUNT(by_collector_blocks, "freed_by_collector_blocks", NULL, COLUMN_ALWAYS, LINE->amounts.collected_blocks)
ERROR(mem_error, "mem_bytes_error", LINE->mem_bytes)
ERROR(increment_error, "increment_bytes_error", LINE->amounts.allocated_vague + LINE->amounts.freed_vague)
ERROR(peak_error, "peak_bytes_error", LINE->amounts.peak_vague)
ERROR(leaked_error, "leaked_bytes_error", LINE->amounts.leaked_vague)

/* clang-format off */
#define FIRST_COLUMNS &number, &source, &number_text, &mem, &increment, &occurrences
#define TRACED_COLUMNS &hits, &hits_text, &time_ns, &time_text, &own_time_ns, &own_time_text, &rss, &not_counted
#define OTHER_COLUMNS &peak, &leaked, &allocations, &temporary, &frees, &allocated, &freed, &kept, &collections, \
		      &collected, &mem_error, &increment_error, &peak_error, &leaked_error, &collected_objects, &pause, \
		      &longest_pause, &by_collector_blocks, &by_collector, &source_text, &note
/* clang-format on */

static const struct column *const line_columns[] = {FIRST_COLUMNS, OTHER_COLUMNS, NULL};
static const struct column *const traced_columns[] = {FIRST_COLUMNS, TRACED_COLUMNS, OTHER_COLUMNS, NULL};
static const struct column *const memory_profiler_columns[] = {&number,    &source,     &number_text, &mem,
							       &increment, &executions, &source_text, NULL};

/* ---- which of them people see ------------------------------------------------------------------ */

/* That a line never ran is one, too. */
static bool has_figures(const struct table_line *line)
{
	return line->measured || line->gone || line->traced;
}

/* People see lines that never ran where they are near others. */
static bool is_worth_a_look(const struct table_line *line)
{
	return line->measured || line->gone ||
	       (line->traced && (line->hits > 0 || !table_line_is_counted(line)));
}

static uint64_t figure_of_line(const struct table_line *line, enum figure figure)
{
	uint64_t value = figure_of(&line->amounts, figure);

	return value > 0 ? value : line->amounts.allocated_bytes + line->amounts.freed_bytes > 0;
}

struct ranked {
	size_t line;
	uint64_t figure;
};

static int by_figure(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->figure != b->figure)
		return a->figure > b->figure ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* Of those shown, the first one and the `most` that have most of a figure. */
static void keep_greatest(const struct line_table *table, bool *shown, size_t most, enum figure figure)
{
	struct ranked *ranked = memory_zeroed(table->line_count, sizeof(*ranked));
	size_t count = 0;

	for (size_t i = 1; i < table->line_count; i++)
		if (shown[i])
			ranked[count++] = (struct ranked){i, figure_of_line(&table->lines[i], figure)};
	qsort(ranked, count, sizeof(*ranked), by_figure);
	for (size_t i = most; i < count; i++)
		shown[ranked[i].line] = false;
	free(ranked);
}

/* Each line that is worth a look, and those around it; `most` of the former. */
static void choose_lines(const struct line_table *table, bool *shown, size_t most, enum figure figure)
{
	bool *around = memory_zeroed(table->line_count, sizeof(*around));

	for (size_t i = 0; i < table->line_count; i++)
		shown[i] = is_worth_a_look(&table->lines[i]);
	if (most > 0)
		keep_greatest(table, shown, most, figure);
	for (size_t i = 0; i < table->line_count; i++)
		for (size_t k = i < LINES_AROUND ? 0 : i - LINES_AROUND;
		     k <= i + LINES_AROUND && k < table->line_count; k++)
			around[i] |= shown[k];
	memcpy(shown, around, table->line_count * sizeof(*shown));
	free(around);
}

/* Below a line under which collections ran. */
static const char *const *collection_note(struct document *document, const struct collection_sum *gc)
{
	char size[NUMBER_BYTES], pauses[NUMBER_BYTES], longest[NUMBER_BYTES];
	const char *generations, *text;

	if (gc->collections == 0)
		return NULL;
	number_size(size, sizeof(size), gc->freed_bytes, NUMBER_PRECISION_DEFAULT);
	number_pause(pauses, sizeof(pauses), gc->pause_ns);
	number_pause(longest, sizeof(longest), gc->longest_pause_ns);
	if (gc->youngest == gc->oldest)
		generations = pool_format(&document->pool, " %" PRIu32, gc->oldest);
	else
		generations =
			pool_format(&document->pool, "s %" PRIu32 " to %" PRIu32, gc->youngest, gc->oldest);
	text = pool_format(&document->pool, "^ %s of generation%s: %s, %s given back; paused %s, %s at most",
			   part_count(document, gc->collections, "collection"), generations,
			   part_count(document, gc->collected, "object"), size, pauses, longest);
	return document_words(document, &text, 1);
}

static void add_line(struct table_row *out, struct document *document, const struct table_line *line,
		     uint64_t sample_bytes)
{
	out->lines[out->line_count++] =
		(struct line_row){line, sample_bytes, collection_note(document, &line->gc)};
}

/* What all tables are made for. */
struct making {
	struct document *document;
	const struct request *request;
	const struct table_showing *showing;
	uint64_t sample_bytes;
};

/* Programs get the lines that have figures. */
static void add_lines(const struct making *making, struct table_row *out, size_t most)
{
	const struct line_table *table = out->table;
	bool people = making->request->for_people;
	bool has_text = making->request->output.format->print == format_as_csv; /* a sheet has it all */
	bool whole = making->showing->all_lines || (table->line_count <= WHOLE_LINES && most == 0);
	struct pool *pool = &making->document->pool;
	bool *shown = pool_alloc(pool, table->line_count + 1);

	out->lines = pool_alloc(pool, (table->line_count + 1) * sizeof(*out->lines));
	if (people && !whole)
		choose_lines(table, shown, most, making->request->figure);
	for (size_t i = 0; i < table->line_count; i++)
		if (people ? whole || shown[i] : has_text || has_figures(&table->lines[i]))
			add_line(out, making->document, &table->lines[i], making->sample_bytes);
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define TABLE ((const struct table_row *)row)
TABLE_COLUMN(table_headline, NULL, "", 0, 0, cell_text(TABLE->headline))
TABLE_COLUMN(table_path, NULL, "Filename: ", 0, 0, cell_text(TABLE->path))
TABLE_COLUMN(table_function, "function", NULL, 0, 0, cell_text(TABLE->table->name))
TABLE_COLUMN(table_file, "file", NULL, 0, 0, cell_text(TABLE->table->file))
TABLE_COLUMN(table_first_line, "first_line", NULL, 0, 0, cell_count(TABLE->table->first_line))
TABLE_COLUMN(table_peak, "total.peak_bytes", NULL, 0, 0, cell_count(TABLE->table->amounts.peak_bytes))
TABLE_COLUMN(table_leaked, "total.leaked_bytes", NULL, 0, 0, cell_count(TABLE->table->amounts.leaked_bytes))
TABLE_COLUMN(table_allocations, "total.allocations", NULL, 0, 0,
	     cell_count(TABLE->table->amounts.allocations))

static const struct column *const table_columns[] = {&table_headline, &table_path,       &table_function,
						     &table_file,     &table_first_line, NULL};
static const struct column *const data_columns[] = {&table_file, &table_function, &table_first_line,
						    &table_peak, &table_leaked,   &table_allocations,
						    NULL};

static struct table lines_of(const struct table_row *of, const struct column *const *columns)
{
	return (struct table){columns, of ? of->lines : NULL, of ? of->line_count : 0,
			      sizeof(struct line_row), NULL};
}

static struct table inner(const void *row)
{
	return lines_of(row, line_columns);
}

static struct table inner_traced(const void *row)
{
	return lines_of(row, traced_columns);
}

static struct table inner_as_memory_profiler(const void *row)
{
	return lines_of(row, memory_profiler_columns);
}

/* All tables have the same columns. */
static struct table (*inner_for(const struct table_showing *showing, const struct line_table *tables,
				size_t count))(const void *row)
{
	if (showing->as_memory_profiler)
		return inner_as_memory_profiler;
	for (size_t i = 0; i < count; i++)
		if (tables[i].traced)
			return inner_traced;
	return inner;
}

static bool follows(const void *before, const void *row)
{
	return ROW->line->line <= ((const struct line_row *)before)->line->line + 1;
}

/* In the columns that are usually shown. */
static uint64_t greatest_bytes(const struct table_row *row)
{
	uint64_t greatest = 0;

	for (size_t i = 0; i < row->line_count; i++) {
		const struct table_line *line = row->lines[i].line;
		int64_t added = (int64_t)(line->amounts.allocated_bytes - line->amounts.freed_bytes);
		uint64_t change = (uint64_t)(added < 0 ? -added : added);

		if (!line->has_mem)
			continue;
		greatest = line->mem_bytes > greatest ? line->mem_bytes : greatest;
		greatest = change > greatest ? change : greatest;
	}
	return greatest;
}

/* The unit is MiB, in which small programs' lines are all 0.0 or 0.1. */
static const char *hint_at_unit(const struct making *making, const struct table_row *row)
{
	const struct style *style = making->request->style;
	uint64_t greatest = greatest_bytes(row);

	return style->unit == UNIT_AUTO && style->precision <= NUMBER_PRECISION_DEFAULT &&
			       greatest < UINT64_C(1) << 20 && greatest > 0 &&
			       cells_unit_of(greatest, style) == UNIT_MIB
		       ? " (--unit KiB shows more)"
		       : "";
}

static const char *headline(const struct making *making, const struct table_row *row)
{
	const struct amounts *amounts = &row->table->amounts;
	struct document *document = making->document;

	return pool_format(&document->pool, "%s: %s at the peak, %s leaked, %s%s", row->table->name,
			   part_size(document, making->request, amounts->peak_bytes, 0),
			   part_size(document, making->request, amounts->leaked_bytes, 0),
			   part_count(document, amounts->allocations, "allocation"),
			   hint_at_unit(making, row));
}

static struct table_row row_of(const struct making *making, const struct line_table *table, size_t most)
{
	struct table_row row = {.table = table};

	add_lines(making, &row, most);
	if (making->request->for_people) {
		row.headline = making->showing->as_memory_profiler ? NULL : headline(making, &row);
		row.path = style_short_path(making->request->style, table->file);
	}
	return row;
}

/* With gaps between lines, which have lines of their own. */
static size_t height_of(const struct table_row *row)
{
	size_t height = LINES_ABOVE + row->line_count;

	for (size_t i = 1; i < row->line_count; i++)
		height += !follows(&row->lines[i - 1], &row->lines[i]);
	return height;
}

/* The table in so many lines, or all of it where that is 0; none if it would be too little to show. */
static bool fit(const struct making *making, const struct line_table *table, size_t line_count,
		struct table_row *out)
{
	*out = row_of(making, table, 0);
	for (size_t most = line_count; line_count > 0 && height_of(out) > line_count; most = most * 2 / 3) {
		if (line_count < LINES_ABOVE + LINES_LEAST || most < 2)
			return false;
		*out = row_of(making, table, most);
	}
	return true;
}

/* How much of what is left the next table may take; 0: as much as it takes.  More than one is to be seen. */
static size_t room_for(const struct making *making, size_t taken, bool first_of_several)
{
	size_t all = making->showing->line_count, left = all > taken ? all - taken : 1;

	if (!making->request->for_people || all == 0 || making->showing->all_lines)
		return 0;
	return first_of_several ? left * 2 / 3 : left;
}

void part_tables(struct document *document, struct profile *profile, const struct request *request,
		 const struct line_table *tables, size_t count, const struct table_showing *showing)
{
	const struct making making = {document, request, showing,
				      profile_overview(profile, false)->sample_bytes};
	struct table_row *rows = pool_alloc(&document->pool, (count + 1) * sizeof(*rows));
	const char *left_out = NULL;
	size_t used = 0, height = 0;

	while (used < count &&
	       fit(&making, &tables[used], room_for(&making, height, used == 0 && count > 1), &rows[used]))
		height += height_of(&rows[used++]);
	if (used < count)
		left_out = pool_format(&document->pool, "(%s left out: --all-lines shows all)",
				       part_count(document, count - used, "table"));
	document_add(document, &(struct section){
				       .name = "functions",
				       .layout = LAYOUT_BLOCKS,
				       .table = {request->for_people ? table_columns : data_columns, rows,
						 used, sizeof(*rows), NULL},
				       .inner = inner_for(showing, tables, count),
				       .follows = follows,
				       .note = left_out,
			       });
}
