/*
 * diff.c - mprof diff: what a program's memory has become from one recording to another.
 */
#include "profile/diff.h"

#include "base/number.h"
#include "cli/options.h"
#include "formats/cells.h"
#include "profile/measure.h"
#include "views/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 30
#define SCHEMA 1

enum { KEY_GROUP = 0x400, KEY_ALL, KEY_NORMALIZE };

static const struct argp_option options[] = {
	{"group-by", KEY_GROUP, "WHAT", 0, "Compare by function (default), site, file, module or line", 1},
	{"all", KEY_ALL, NULL, 0,
	 "Show changes too that a gate takes for noise, or that are within the margins of sampled recordings",
	 1},
	{"normalize", KEY_NORMALIZE, NULL, 0,
	 "Scale OLD's figures so that their sum is NEW's, and show how the shares have changed", 1},
	{0},
};

enum { ALL, NORMALIZE };     /* request->flags */
enum { GROUP };              /* request->numbers */
enum { OLD, NEW, COMPARED }; /* the recordings */

static const char *const group_names[DIFF_GROUPS] = {
	[DIFF_FUNCTION] = "function", [DIFF_SITE] = "site", [DIFF_FILE] = "file",
	[DIFF_MODULE] = "module",     [DIFF_LINE] = "line",
};

static error_t parse_group(struct argp_state *state, struct request *request, const char *argument)
{
	for (int group = 0; group < DIFF_GROUPS; group++)
		if (strcmp(argument, group_names[group]) == 0)
			return request->numbers[GROUP] = group, 0;
	return options_error(state, "--group-by takes function, site, file, module or line, not '%s'",
			     argument);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_GROUP:
		return parse_group(state, request, argument);
	case KEY_ALL:
		return request->flags[ALL] = true, 0;
	case KEY_NORMALIZE:
		return request->flags[NORMALIZE] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What all sections are made from. */
struct comparing {
	struct document *document;
	const struct request *request;
	struct profile *const *profiles;
	const struct overview *runs[COMPARED];
	struct diff diff;
};

static bool by_bytes(const struct request *request)
{
	return figure_infos[request->figure].bytes;
}

/* ---- rows ------------------------------------------------------------------------------------ */

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

static const struct column *const *columns_for_people(const struct comparing *of, enum diff_group group)
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
	columns[count] = place_columns[group];
	return columns;
}

/* "grow  src/table.c:12", "src/table.c:12  p = malloc(n);", "libx.so.1", as the group has it. */
static const char *where_of(const struct comparing *of, const struct diff_row *row, enum diff_group group)
{
	struct pool *pool = &of->document->pool;
	uint32_t line = row->new_line > 0 ? row->new_line : row->old_line;
	const char *place;

	if (group == DIFF_MODULE)
		return row->name;
	if (group == DIFF_FILE)
		return style_short_path(of->request->style, row->name);
	if (group == DIFF_LINE && line > 0 && row->source)
		return pool_format(pool, "%s:%" PRIu32 "  %s",
				   style_short_path(of->request->style, row->file), line,
				   row->source + strspn(row->source, " \t"));
	place = part_place(of->document, of->request, row->place, row->file, line, row->module);
	if (row->old_line > 0 && row->new_line > 0 && row->old_line != row->new_line)
		return pool_format(pool, "%s (was :%" PRIu32 ")", place, row->old_line);
	return place;
}

/* "+1.2 KiB", or "+3" of what is counted. */
static const char *change_text(const struct comparing *of, int64_t change)
{
	char text[NUMBER_BYTES];
	uint64_t size = change < 0 ? -(uint64_t)change : (uint64_t)change;

	if (!by_bytes(of->request))
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
			   *before ? "; " : "Left out: ", rest->count, what, change_text(of, rest->change),
			   option);
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

static const char *title_of(const struct comparing *of, enum diff_group group)
{
	const char *title = pool_format(&of->document->pool, "Change of %s by %s",
					figure_infos[of->request->figure].title, group_names[group]);

	return of->request->flags[NORMALIZE]
		       ? pool_format(&of->document->pool, "%s, old figures times %.4g so that sums agree",
				     title, (double)of->diff.scale_new / (double)of->diff.scale_old)
		       : title;
}

static void add_rows(const struct comparing *of, enum diff_group group)
{
	const struct diff *diff = &of->diff;
	struct told *told = pool_alloc(&of->document->pool, (diff->count + 1) * sizeof(*told));

	for (size_t i = 0; i < diff->count; i++)
		told[i] = (struct told){diff->rows[i],
					of->request->for_people ? where_of(of, &diff->rows[i], group) : NULL};
	document_add(of->document,
		     &(struct section){.name = "rows",
				       .title = title_of(of, group),
				       .table = {of->request->for_people ? columns_for_people(of, group)
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

/* ---- the whole -------------------------------------------------------------------------------- */

/* A measure of both, for people and programs. */
struct whole {
	const char *lines[FIGURE_COUNT];
	const char *runs[COMPARED];
	const char *const *warnings;
};

static const char *value_text(const struct comparing *of, enum figure figure, size_t which)
{
	const struct amounts *total = which == OLD ? &of->diff.old : &of->diff.new;
	uint64_t value = figure_of(total, figure);

	if (!figure_infos[figure].bytes)
		return pool_format(&of->document->pool, "%" PRIu64, value);
	return part_size(of->document, of->request, value,
			 figure_error(total, figure, of->runs[which]->sample_bytes));
}

/* "183.7 MiB -> 340.5 MiB, +156.8 MiB" */
static const char *whole_line(const struct comparing *of, enum figure figure)
{
	const struct comparing by = {
		.document = of->document,
		.request = &(struct request){.figure = figure, .output = of->request->output}};
	int64_t change = (int64_t)(figure_of(&of->diff.new, figure) - figure_of(&of->diff.old, figure));

	return pool_format(&of->document->pool, "%s -> %s, %s", value_text(of, figure, OLD),
			   value_text(of, figure, NEW), change == 0 ? "no change" : change_text(&by, change));
}

#define COMMAND_SHOWN 40

/* The trace, its command, when and how long it ran. */
static const char *run_line(const struct comparing *of, size_t which)
{
	const struct overview *run = of->runs[which];
	char started[NUMBER_BYTES], duration[NUMBER_BYTES];
	char *words = cells_words(run->command), *command = style_cut(words, COMMAND_SHOWN);
	const char *line;

	number_time(started, sizeof(started), run->started_realtime_ns);
	number_duration(duration, sizeof(duration), run->duration_ns);
	line = pool_format(&of->document->pool, "%s: %s, %s, %s%s",
			   style_short_path(of->request->style, run->path), command, started, duration,
			   run->complete ? "" : " (did not end)");
	free(words);
	free(command);
	return line;
}

static const char *different_programs(const struct comparing *of)
{
	if (of->diff.same_program)
		return NULL;
	return pool_format(&of->document->pool,
			   "two programs, %s and %s: what has one name in both may not be the same",
			   profile_trace(of->profiles[OLD])->exe, profile_trace(of->profiles[NEW])->exe);
}

static bool is_among(const struct warnings *warnings, const char *line)
{
	for (size_t i = 0; i < warnings->count; i++)
		if (strcmp(warnings->lines[i], line) == 0)
			return true;
	return false;
}

/* What is to be said of the pair, of both, and of each; people get the first, or all on request. */
static const char *const *warning_lines(const struct comparing *of)
{
	const struct warnings old = profile_warnings(of->profiles[OLD]),
			      new = profile_warnings(of->profiles[NEW]);
	const char **lines = pool_alloc(&of->document->pool, (old.count + new.count + 2) * sizeof(*lines));
	size_t begin = different_programs(of) != NULL, count = begin;

	lines[0] = different_programs(of);
	for (size_t i = 0; i < old.count; i++)
		lines[count++] = pool_format(&of->document->pool, "%s%s",
					     is_among(&new, old.lines[i]) ? "" : "OLD: ", old.lines[i]);
	for (size_t i = 0; i < new.count; i++)
		if (!is_among(&old, new.lines[i]))
			lines[count++] = pool_format(&of->document->pool, "NEW: %s", new.lines[i]);
	if (of->request->for_people && !of->request->all_warnings && count > begin + 1) {
		lines[begin] = pool_format(&of->document->pool, "%s (and %s: -v)", lines[begin],
					   part_count(of->document, count - begin - 1, "other"));
		lines[begin + 1] = NULL;
	}
	return lines;
}

#define WHOLE ((const struct whole *)row)
#define WHOLE_LINE(id, header, figure) TABLE_COLUMN(id, NULL, header, 0, 0, cell_text(WHOLE->lines[figure]))
TABLE_COLUMN(whole_old, NULL, "Old", 0, 0, cell_text(WHOLE->runs[OLD]))
TABLE_COLUMN(whole_new, NULL, "New", 0, 0, cell_text(WHOLE->runs[NEW]))
WHOLE_LINE(whole_peak, "Peak heap", FIGURE_PEAK)
WHOLE_LINE(whole_leaked, "Leaked", FIGURE_LEAKED)
WHOLE_LINE(whole_allocations, "Allocations", FIGURE_ALLOCATIONS)
WHOLE_LINE(whole_allocated, "Allocated", FIGURE_ALLOCATED)
WHOLE_LINE(whole_temporary, "Temporary", FIGURE_TEMPORARY)
TABLE_COLUMN(whole_warnings, NULL, "", 0, 0, cell_lines(WHOLE->warnings))

static const struct column *const whole_columns[] = {&whole_old,       &whole_new,         &whole_peak,
						     &whole_leaked,    &whole_allocations, &whole_allocated,
						     &whole_temporary, &whole_warnings,    NULL};

static void add_whole(const struct comparing *of)
{
	struct whole whole = {.warnings = warning_lines(of)};

	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++)
		whole.lines[figure] = whole_line(of, figure);
	whole.runs[OLD] = run_line(of, OLD);
	whole.runs[NEW] = run_line(of, NEW);
	document_add(of->document,
		     &(struct section){.layout = LAYOUT_FACTS,
				       .table = {.columns = whole_columns,
						 .rows = document_keep(of->document, &whole, sizeof(whole)),
						 .row_count = 1,
						 .row_bytes = sizeof(whole)},
				       .has_warnings = true});
}

/* ---- for programs ------------------------------------------------------------------------------- */

struct head {
	const struct comparing *of;
	const char *group;
	const char *const *warnings;
};

#define HEAD ((const struct head *)row)
TABLE_COLUMN(head_schema, "schema", NULL, 0, 0, cell_count(SCHEMA))
TABLE_COLUMN(head_measure, "query.measure", NULL, 0, 0,
	     cell_text(figure_infos[HEAD->of->request->figure].name))
TABLE_COLUMN(head_group, "query.group_by", NULL, 0, 0, cell_text(HEAD->group))
TABLE_COLUMN(head_normalize, "query.normalize", NULL, 0, 0, cell_truth(HEAD->of->request->flags[NORMALIZE]))
TABLE_COLUMN(head_scale, "query.scale", NULL, 0, 0,
	     cell_share(HEAD->of->diff.scale_new, HEAD->of->diff.scale_old))
TABLE_COLUMN(head_all, "query.all", NULL, 0, 0, cell_truth(HEAD->of->request->flags[ALL]))
TABLE_COLUMN(head_same, "same_program", NULL, 0, 0, cell_truth(HEAD->of->diff.same_program))
TABLE_COLUMN(head_warnings, "warnings", NULL, 0, 0, cell_words(HEAD->warnings))

static const struct column *const head_columns[] = {&head_schema,    &head_measure,  &head_group,
						    &head_normalize, &head_scale,    &head_all,
						    &head_same,      &head_warnings, NULL};

#define BOTH(id, figure)                                                                                     \
	TABLE_COLUMN(id##_old, #id ".old", NULL, 0, 0, cell_count(figure_of(&DIFF->old, figure)))            \
	TABLE_COLUMN(id##_new, #id ".new", NULL, 0, 0, cell_count(figure_of(&DIFF->new, figure)))
BOTH(peak, FIGURE_PEAK)
BOTH(leaked, FIGURE_LEAKED)
BOTH(leaked_blocks, FIGURE_LEAKED_BLOCKS)
BOTH(allocations, FIGURE_ALLOCATIONS)
BOTH(allocated, FIGURE_ALLOCATED)
BOTH(temporary, FIGURE_TEMPORARY)
BOTH(kept, FIGURE_KEPT)

static const struct column *const total_columns[] = {
	&peak_old,          &peak_new,        &leaked_old,      &leaked_new,    &leaked_blocks_old,
	&leaked_blocks_new, &allocations_old, &allocations_new, &allocated_old, &allocated_new,
	&temporary_old,     &temporary_new,   &kept_old,        &kept_new,      NULL};

static void add_facts(const struct comparing *of, const char *name, const struct column *const *columns,
		      const void *row)
{
	document_add(of->document,
		     &(struct section){.name = name,
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = columns, .rows = row, .row_count = 1},
				       .for_programs = true});
}

/* The keys of a document of one recording, as an object of its own. */
static void add_run(const struct comparing *of, size_t which, const char *name)
{
	part_head(of->document, of->profiles[which]);
	of->document->sections[of->document->count - 1].name = name;
}

static void add_for_programs(const struct comparing *of, enum diff_group group)
{
	const struct comparing *kept = document_keep(of->document, of, sizeof(*of));
	const struct head head = {.of = kept, .group = group_names[group], .warnings = warning_lines(of)};

	add_facts(of, NULL, head_columns, document_keep(of->document, &head, sizeof(head)));
	add_run(of, OLD, "old");
	add_run(of, NEW, "new");
	add_facts(of, "totals", total_columns, &kept->diff);
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	enum diff_group group = (enum diff_group)request->numbers[GROUP];
	const struct diff_choice choice = {
		.group = group,
		.figure = request->figure,
		.all = request->flags[ALL],
		.normalize = request->flags[NORMALIZE],
		.limit = request_rows(request, ROWS_SHOWN),
	};
	struct comparing of = {
		.document = document,
		.request = request,
		.profiles = profiles,
		.runs = {profile_overview(profiles[OLD], true), profile_overview(profiles[NEW], true)},
		.diff = profile_diff(profiles[OLD], profiles[NEW], &choice)};

	(void)count, (void)diagnostic;
	document->main = "rows";
	add_whole(&of);
	add_for_programs(&of, group);
	add_rows(&of, group);
	add_rest(&of);
	diff_finish(&of.diff);
	return 0;
}

const struct view view_diff = {
	.name = "diff",
	.summary = "Compare two recordings",
	.doc = "Shows what has changed from one recording to another: of the whole, then of functions, call "
	       "sites, files, modules or lines, by the figure of --sort. Names are compared, never "
	       "addresses, and lines by their function and text: code that has only moved is no change. "
	       "Changes that are no greater than what 'mprof check' takes for noise are summed up. The "
	       "status is "
	       "0 whether there are changes or not: gates are 'mprof check'.",
	.traces = VIEW_TWO,
	.options = options,
	.parse = parse,
	.make = make,
};
