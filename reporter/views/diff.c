/*
 * diff.c - mprof diff: what a program's memory has become from one recording to another.
 */
#include "views/diff_rows.h"

#include "base/number.h"
#include "formats/cells.h"
#include "profile/measure.h"

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

enum { ALL, NORMALIZE }; /* request->flags */
enum { GROUP };          /* request->numbers */

static error_t parse_group(struct argp_state *state, struct request *request, const char *argument)
{
	for (int group = 0; group < DIFF_GROUPS; group++)
		if (strcmp(argument, diff_group_names[group]) == 0)
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

	if (!figure_infos[figure].bytes && (of->runs[which]->sample_bytes == 0 || figure_infos[figure].exact))
		return pool_format(&of->document->pool, "%" PRIu64, value);
	if (!figure_infos[figure].bytes)
		return pool_format(&of->document->pool, "%" PRIu64 " +/- %" PRIu64, value,
				   of->runs[which]->blocks_error);
	return part_size(of->document, of->request, value,
			 figure_error(total, figure, of->runs[which]->sample_bytes));
}

/* "183.7 MiB -> 340.5 MiB, +156.8 MiB" */
static const char *whole_line(const struct comparing *of, enum figure figure)
{
	int64_t change = (int64_t)(figure_of(&of->diff.new, figure) - figure_of(&of->diff.old, figure));

	return pool_format(&of->document->pool, "%s -> %s, %s", value_text(of, figure, OLD),
			   value_text(of, figure, NEW),
			   change == 0 ? "no change" : diff_change_text(of, figure, change));
}

#define COMMAND_SHOWN 40

/* The trace, its command, when and how long it ran. */
static const char *run_line(const struct comparing *of, size_t which)
{
	const struct overview *run = of->runs[which];
	char started[NUMBER_BYTES], duration[NUMBER_BYTES];

	number_time(started, sizeof(started), run->started_realtime_ns);
	number_duration(duration, sizeof(duration), run->duration_ns);
	return pool_format(&of->document->pool, "%s: %s, %s, %s%s%s%s%s%s",
			   style_short_path(of->request->style, run->path),
			   part_command(of->document, run->command, COMMAND_SHOWN), started, duration,
			   part_end(of->document, run), run->window ? "; " : "",
			   part_window(of->document, run->window), run->blocks ? "; " : "",
			   part_blocks(of->document, run->blocks));
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
	return part_warnings(of->document, of->request, lines, begin, count);
}

#define DIFF ((const struct diff *)row)
#define WHOLE ((const struct whole *)row)
#define WHOLE_LINE(id, header, figure) TABLE_COLUMN(id, NULL, header, 0, 0, cell_text(WHOLE->lines[figure]))
TABLE_COLUMN(whole_old, NULL, "Old", 0, 0, cell_text(WHOLE->runs[OLD]))
TABLE_COLUMN(whole_new, NULL, "New", 0, 0, cell_text(WHOLE->runs[NEW]))
WHOLE_LINE(whole_peak, "Peak heap", FIGURE_PEAK)
WHOLE_LINE(whole_heap, "Heap", FIGURE_PEAK)
WHOLE_LINE(whole_leaked, "Leaked", FIGURE_LEAKED)
WHOLE_LINE(whole_allocations, "Allocations", FIGURE_ALLOCATIONS)
WHOLE_LINE(whole_allocated, "Allocated", FIGURE_ALLOCATED)
WHOLE_LINE(whole_temporary, "Temporary", FIGURE_TEMPORARY)
TABLE_COLUMN(whole_warnings, NULL, "", 0, 0, cell_lines(WHOLE->warnings))

static const struct column *const whole_columns[] = {&whole_old,       &whole_new,         &whole_peak,
						     &whole_leaked,    &whole_allocations, &whole_allocated,
						     &whole_temporary, &whole_warnings,    NULL};

static const struct column *const moment_columns[] = {
	&whole_old, &whole_new, &whole_heap, &whole_allocations, &whole_allocated, &whole_warnings, NULL};
static const struct column *const between_columns[] = {&whole_old, &whole_new, &whole_heap, &whole_warnings,
						       NULL};

static bool is_between(const struct overview *run)
{
	return run->window && run->window->between;
}

/* Of moments not all is known, and what is not freed is what lives. */
static const struct column *const *columns_of(const struct comparing *of)
{
	if (is_between(of->runs[OLD]) || is_between(of->runs[NEW]))
		return between_columns;
	return of->runs[OLD]->window || of->runs[NEW]->window ? moment_columns : whole_columns;
}

static void add_whole(const struct comparing *of)
{
	struct whole whole = {.warnings = warning_lines(of)};

	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++)
		whole.lines[figure] = whole_line(of, figure);
	whole.runs[OLD] = run_line(of, OLD);
	whole.runs[NEW] = run_line(of, NEW);
	document_add(of->document,
		     &(struct section){.layout = LAYOUT_FACTS,
				       .table = {.columns = columns_of(of),
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
TABLE_COLUMN(head_normalize, "query.normalize", NULL, 0, 0, cell_truth(HEAD->of->normalize))
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

static void add_for_programs(const struct comparing *of)
{
	const struct comparing *kept = document_keep(of->document, of, sizeof(*of));
	const struct head head = {
		.of = kept, .group = diff_group_names[of->group], .warnings = warning_lines(of)};

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
		.group = group,
		.normalize = choice.normalize,
		.request = request,
		.profiles = profiles,
		.runs = {profile_overview(profiles[OLD], true), profile_overview(profiles[NEW], true)},
		.diff = profile_diff(profiles[OLD], profiles[NEW], &choice)};

	(void)count, (void)diagnostic;
	document->main = "rows";
	add_whole(&of);
	add_for_programs(&of);
	diff_add_rows(&of);
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
	       "status is 0 whether there are changes or not: gates are 'mprof check'.",
	.traces = VIEW_TWO,
	.lacks = VIEW_LACKS_TIME,
	.options = options,
	.parse = parse,
	.tells_run = true,
	.make = make,
};
