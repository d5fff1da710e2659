/*
 * report.c - mprof report: where memory went, on one screen: the run, the call sites that hold most and who
 * called them, and tables of source lines.
 */
#include "profile/keepers.h"
#include "profile/partial.h"
#include "views/parts.h"
#include "views/processes.h"

#include <stdio.h>

#define SITES_SHOWN 10
#define LEAKS_SHOWN 5
#define PHASES_SHOWN 10
#define PATHS_SHOWN 3   /* of a site */
#define LINES_SHOWN 100 /* where nobody named functions: a screen or two */
#define LINES_OF_RUN 8

enum { KEY_PRINT_SUPPRESSIONS = 0x400, KEY_ALL_LINES, KEY_PATHS, KEY_ALL, KEY_MEMORY_PROFILER };

static const struct argp_option options[] = {
	{"all-lines", KEY_ALL_LINES, NULL, 0, "Show all lines of functions, as memory_profiler does", 1},
	{"memory-profiler", KEY_MEMORY_PROFILER, NULL, 0,
	 "Show memory_profiler's five columns, with executions as Occurrences where lines were traced", 1},
	{"all", KEY_ALL, NULL, 0, "Sum the call sites of all recordings of the run", 1},
	{"paths", KEY_PATHS, NULL, 0, "Give the call paths of every call site (in json)", 1},
	{"print-suppressions", KEY_PRINT_SUPPRESSIONS, NULL, 0,
	 "Print what is known of memory that libraries keep, in LeakSanitizer's syntax", 1},
	{0},
};

enum { ALL_LINES, PRINT_SUPPRESSIONS, PATHS, ALL, MEMORY_PROFILER }; /* request->flags */

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	(void)argument;
	switch (key) {
	case KEY_ALL_LINES:
		return request->flags[ALL_LINES] = true, 0;
	case KEY_MEMORY_PROFILER:
		return request->flags[MEMORY_PROFILER] = request->flags[ALL_LINES] = true, 0;
	case KEY_PATHS:
		return request->flags[PATHS] = true, 0;
	case KEY_ALL:
		return request->flags[ALL] = request->of_run = true, 0;
	case KEY_PRINT_SUPPRESSIONS:
		return request->flags[PRINT_SUPPRESSIONS] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int begin(struct request *request, struct diagnostic *diagnostic)
{
	(void)diagnostic;
	if (request->flags[PRINT_SUPPRESSIONS])
		keepers_print(stdout);
	return request->flags[PRINT_SUPPRESSIONS];
}

/* What lives then is what is not freed. */
static bool is_moment(const struct profile *profile)
{
	return profile_window(profile) && profile_window(profile)->moment;
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	const struct table_choice choice = {(size_t)request->top, request->figure};
	const struct site_choice sites =
		part_site_choice(request, SITES_SHOWN, request->flags[PATHS], PATHS_SHOWN);
	const struct site_choice leaks = {.figure = FIGURE_LEAKED,
					  .limit = request_rows(request, LEAKS_SHOWN),
					  .paths = true,
					  .path_lines = PATHS_SHOWN - 1};
	struct profile *profile = *profiles;
	size_t table_count = 0, used = LINES_OF_RUN;
	struct table_showing showing = {.all_lines = request->flags[ALL_LINES],
					.as_memory_profiler = request->flags[MEMORY_PROFILER]};
	const struct line_table *tables;
	bool named = request->functions.count > 0 || request->files.count > 0 || request->top > 0;

	(void)count;
	if (request->flags[ALL])
		return all_make(profile, request, document, diagnostic);
	bool window = partial_is(profile_overview(profile, false));
	/* Lines' figures are not known of a part of the run, or of some blocks. */
	tables = window ? NULL : profile_tables(profile, &choice, &table_count);
	document->main = window ? "sites" : "functions";
	if (request->for_people && showing.as_memory_profiler && !window) {
		part_tables(document, profile, request, tables, table_count, &showing);
		return 0;
	}
	part_run(document, profile, request);
	part_head(document, profile);
	part_totals(document, profile);
	part_filtered_totals(document, profile, request);
	used += part_sites(document, profile, request, &sites);
	if (request->for_people && request->figure != FIGURE_LEAKED && !is_moment(profile))
		used += part_sites(document, profile, request, &leaks);
	if (window && request->for_people && named)
		part_nothing(document,
			     "Line tables are of the whole run, and of all blocks: ask without --at, --from, "
			     "--to, --min-size, --max-size and --thread.");
	if (window)
		return 0;
	used += part_phases(document, profile, request, PHASES_SHOWN);
	if (!named)
		showing.line_count = used < LINES_SHOWN ? LINES_SHOWN - used : 1;
	part_tables(document, profile, request, tables, table_count, &showing);
	part_collections(document, profile);
	return 0;
}

const struct view view_report = {
	.name = "report",
	.summary = "Show where memory went, line by line",
	.doc = "Shows what a recorded program allocated: a summary, the call sites that hold most with who "
	       "called them, and tables of source lines in the manner of memory_profiler. Without -f and "
	       "--file the tables are of the functions marked MPROF_PROFILE, or else of those where most "
	       "memory's call paths branch.",
	.traces = VIEW_ONE,
	.selects_tables = true,
	.options = options,
	.parse = parse,
	.begin = begin,
	.tells_run = true,
	.make = make,
};
