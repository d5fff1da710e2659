/*
 * diff_rows.c - what has changed, row by row, and what is left out.
 */
#include "views/diff_rows.h"

#include "base/number.h"

#include <inttypes.h>
#include <string.h>

const char *const diff_group_names[DIFF_GROUPS] = {
	[DIFF_FUNCTION] = "function", [DIFF_SITE] = "site", [DIFF_FILE] = "file",
	[DIFF_MODULE] = "module",     [DIFF_LINE] = "line",
};

static bool by_bytes(const struct request *request)
{
	return figure_infos[request->figure].bytes;
}

#define ROW ((const struct diff_row *)row)

static const char *const state_names[] = {
	[DIFF_CHANGED] = "changed", [DIFF_NEW] = "new", [DIFF_GONE] = "gone", [DIFF_VAGUE] = "within margin"};

static struct cell line_cell(uint32_t line)
{
	return line > 0 ? cell_count(line) : cell_blank();
}

TABLE_COLUMN(row_name, "name", NULL, 0, 0, cell_text(ROW->name))
TABLE_COLUMN(row_place, "place", NULL, 0, 0, cell_text(ROW->place))
TABLE_COLUMN(row_file, "file", NULL, 0, 0, cell_text(ROW->file))
TABLE_COLUMN(row_old_line, "old_line", NULL, 0, 0, line_cell(ROW->old_line))
TABLE_COLUMN(row_new_line, "new_line", NULL, 0, 0, line_cell(ROW->new_line))
TABLE_COLUMN(row_source, "source", NULL, 0, 0, cell_text(ROW->source))
TABLE_COLUMN(row_module, "module", NULL, 0, 0, cell_text(ROW->module))
TABLE_COLUMN(row_old_bytes, "old_bytes", NULL, 0, 0, cell_count(ROW->old.figure))
TABLE_COLUMN(row_new_bytes, "new_bytes", NULL, 0, 0, cell_count(ROW->new.figure))
TABLE_COLUMN(row_change_bytes, "change_bytes", NULL, 0, 0, cell_count((uint64_t)diff_change(ROW)))
TABLE_COLUMN(row_error, "change_bytes_error", NULL, 0, 0, cell_count(ROW->margin))
TABLE_COLUMN(row_old_blocks, "old_blocks", NULL, 0, 0, cell_count(ROW->old.blocks))
TABLE_COLUMN(row_new_blocks, "new_blocks", NULL, 0, 0, cell_count(ROW->new.blocks))
TABLE_COLUMN(row_change_blocks, "change_blocks", NULL, 0, 0, cell_count((uint64_t)diff_change_blocks(ROW)))
TABLE_COLUMN(row_blocks_error, "change_blocks_error", NULL, 0, 0, cell_count(ROW->margin))
TABLE_COLUMN(row_state, "state", NULL, 0, 0, cell_text(state_names[ROW->state]))

static const struct column *const byte_columns[] = {
	&row_name,       &row_place,         &row_file,   &row_old_line,
	&row_new_line,   &row_source,        &row_module, &row_old_bytes,
	&row_new_bytes,  &row_change_bytes,  &row_error,  &row_old_blocks,
	&row_new_blocks, &row_change_blocks, &row_state,  NULL};
static const struct column *const count_columns[] = {
	&row_name,   &row_place,      &row_file,       &row_old_line,      &row_new_line,     &row_source,
	&row_module, &row_old_blocks, &row_new_blocks, &row_change_blocks, &row_blocks_error, &row_state,
	NULL};

/* A row for people: with the text of its last column. */
struct told {
	struct diff_row row;
	const char *where;
};

#define TOLD ((const struct told *)row)
#define TOLD_ROW (&TOLD->row)

/* The state, where figures do not tell it. */
static const char *state_told(const struct diff_row *row)
{
	return row->state == DIFF_CHANGED ? "" : row->state == DIFF_VAGUE ? "?" : state_names[row->state];
}

TABLE_COLUMN(told_change, NULL, "Change", 0, 11, cell_size_change(diff_change(TOLD_ROW)))
TABLE_COLUMN(told_error, NULL, "+/- 95%", 1, 10, cell_size(TOLD_ROW->margin))
TABLE_COLUMN(told_old, NULL, "Old", 1, 10, cell_size(TOLD_ROW->old.figure))
TABLE_COLUMN(told_new, NULL, "New", 1, 10, cell_size(TOLD_ROW->new.figure))
TABLE_COLUMN(told_blocks, NULL, "Blocks", 1, 8, cell_change(diff_change_blocks(TOLD_ROW)))
TABLE_COLUMN(told_change_count, NULL, "Change", 0, 11, cell_change(diff_change(TOLD_ROW)))
TABLE_COLUMN(told_old_count, NULL, "Old", 1, 10, cell_count(TOLD_ROW->old.figure))
TABLE_COLUMN(told_new_count, NULL, "New", 1, 10, cell_count(TOLD_ROW->new.figure))
TABLE_COLUMN(told_state, NULL, "", 2, -4, cell_text(state_told(TOLD_ROW)))
TABLE_COLUMN(told_function, NULL, "Function", 1, -1, cell_text(TOLD->where))
TABLE_COLUMN(told_site, NULL, "Call site", 1, -1, cell_text(TOLD->where))
TABLE_COLUMN(told_file, NULL, "File", 1, -1, cell_text(TOLD->where))
TABLE_COLUMN(told_module, NULL, "Module", 1, -1, cell_text(TOLD->where))
TABLE_COLUMN(told_line, NULL, "Line", 1, -1, cell_text(TOLD->where))

static const struct column *const place_columns[DIFF_GROUPS] = {
	[DIFF_FUNCTION] = &told_function, [DIFF_SITE] = &told_site, [DIFF_FILE] = &told_file,
	[DIFF_MODULE] = &told_module,     [DIFF_LINE] = &told_line,
};

static bool is_sampled(const struct comparing *of)
{
	return of->runs[OLD]->sample_bytes > 0 || of->runs[NEW]->sample_bytes > 0;
}

static const struct column *const *columns_for_people(const struct comparing *of)
{
	const struct column **columns = pool_alloc(&of->document->pool, 8 * sizeof(*columns));
	bool bytes = by_bytes(of->request);
	size_t count = 0;

	columns[count++] = bytes ? &told_change : &told_change_count;
	if (bytes && is_sampled(of))
		columns[count++] = &told_error;
	columns[count++] = bytes ? &told_old : &told_old_count;
	columns[count++] = bytes ? &told_new : &told_new_count;
	if (bytes)
		columns[count++] = &told_blocks;
	columns[count++] = &told_state;
	columns[count] = place_columns[of->group];
	return columns;
}

/* "grow  src/table.c:12", "src/table.c:12  p = malloc(n);", "libx.so.1", as the group has it. */
static const char *where_of(const struct comparing *of, const struct diff_row *row)
{
	struct pool *pool = &of->document->pool;
	uint32_t line = row->new_line > 0 ? row->new_line : row->old_line;
	const char *place;

	if (of->group == DIFF_MODULE)
		return row->name;
	if (of->group == DIFF_FILE)
		return style_short_path(of->request->style, row->name);
	if (of->group == DIFF_LINE && line > 0 && row->source)
		return pool_format(pool, "%s:%" PRIu32 "  %s",
				   style_short_path(of->request->style, row->file), line,
				   row->source + strspn(row->source, " \t"));
	place = part_place(of->document, of->request, row->place, row->file, line, row->module);
	if (row->old_line > 0 && row->new_line > 0 && row->old_line != row->new_line)
		return pool_format(pool, "%s (was :%" PRIu32 ")", place, row->old_line);
	return place;
}

const char *diff_change_text(const struct comparing *of, enum figure figure, int64_t change)
{
	char text[NUMBER_BYTES];
	uint64_t size = change < 0 ? -(uint64_t)change : (uint64_t)change;

	if (!figure_infos[figure].bytes)
		return pool_format(&of->document->pool, "%+" PRId64, change);
	number_size(text, sizeof(text), size, (int)of->request->output.precision);
	return pool_format(&of->document->pool, "%s%s", change < 0 ? "-" : "+", text);
}

static const char *floor_text(const struct comparing *of)
{
	uint64_t floor = figure_infos[of->request->figure].floor;

	return by_bytes(of->request) ? part_size(of->document, of->request, floor, 0)
				     : pool_format(&of->document->pool, "%" PRIu64, floor);
}

/* "12 of at most 64.0 KiB each, +1.2 KiB in all (--all)", after what there is already. */
static const char *rest_text(const struct comparing *of, const char *before, const struct diff_rest *rest,
			     const char *what, const char *option)
{
	if (rest->count == 0)
		return before;
	return pool_format(&of->document->pool, "%s%s%zu %s, %s in all (%s)", before,
			   *before ? "; " : "Left out: ", rest->count, what,
			   diff_change_text(of, of->request->figure, rest->change), option);
}

static const char *note_of(const struct comparing *of)
{
	struct pool *pool = &of->document->pool;
	const struct diff *diff = &of->diff;
	const char *each = pool_format(pool, "of at most %s", floor_text(of)), *note = "";

	note = rest_text(of, note, &diff->beyond, "smaller ones", "-n");
	note = rest_text(of, note, &diff->below, each, "--all");
	note = rest_text(of, note, &diff->vague, "within the margins of the estimates", "--all");
	if (diff->count > 0)
		return *note ? note : NULL;
	return *note ? pool_format(pool, "No change to tell. %s", note) : "No difference.";
}

static const char *title_of(const struct comparing *of)
{
	const struct overview *run = of->runs[OLD]->window ? of->runs[OLD] : of->runs[NEW];
	const char *title =
		pool_format(&of->document->pool, "Change of %s by %s",
			    part_figure_title(run, of->request->figure), diff_group_names[of->group]);

	return of->normalize
		       ? pool_format(&of->document->pool, "%s, old figures times %.4g so that sums agree",
				     title, (double)of->diff.scale_new / (double)of->diff.scale_old)
		       : title;
}

static void add_rows(const struct comparing *of)
{
	const struct diff *diff = &of->diff;
	struct told *told = pool_alloc(&of->document->pool, (diff->count + 1) * sizeof(*told));

	for (size_t i = 0; i < diff->count; i++)
		told[i] = (struct told){diff->rows[i],
					of->request->for_people ? where_of(of, &diff->rows[i]) : NULL};
	document_add(of->document,
		     &(struct section){.name = "rows",
				       .title = title_of(of),
				       .table = {of->request->for_people ? columns_for_people(of)
						 : by_bytes(of->request) ? byte_columns
									 : count_columns,
						 told, diff->count, sizeof(*told), NULL},
				       .note = note_of(of)});
}

#define REST(id, member)                                                                                     \
	TABLE_COLUMN(id##_rows, #id ".rows", NULL, 0, 0, cell_count(DIFF->member.count))                     \
	TABLE_COLUMN(id##_change, #id ".change", NULL, 0, 0, cell_count((uint64_t)DIFF->member.change))      \
	TABLE_COLUMN(id##_blocks, #id ".change_blocks", NULL, 0, 0,                                          \
		     cell_count((uint64_t)DIFF->member.change_blocks))
#define DIFF ((const struct diff *)row)
REST(below_floor, below)
REST(within_margin, vague)
REST(beyond_top, beyond)

static const struct column *const rest_columns[] = {&below_floor_rows,     &below_floor_change,
						    &below_floor_blocks,   &within_margin_rows,
						    &within_margin_change, &within_margin_blocks,
						    &beyond_top_rows,      &beyond_top_change,
						    &beyond_top_blocks,    NULL};

static void add_rest(const struct comparing *of)
{
	document_add(of->document, &(struct section){.name = "left_out",
						     .layout = LAYOUT_FACTS,
						     .table = {.columns = rest_columns,
							       .rows = document_keep(of->document, &of->diff,
										     sizeof(of->diff)),
							       .row_count = 1,
							       .row_bytes = sizeof(of->diff)},
						     .for_programs = true});
}

void diff_add_rows(const struct comparing *of)
{
	add_rows(of);
	add_rest(of);
}
