/*
 * report_text.c - the report for people: what happened, where the memory went, then line by line.
 */
#include "base/clean.h"
#include "base/number.h"
#include "view/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SITES_DEFAULT 10

#define NAME_LINES 2 /* of a terminal that the name of a function may fill; in data it is whole */

#define BOLD "\033[1m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

static const char *paint(const struct view_style *style, const char *code)
{
	return style->color ? code : "";
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- summary -------------------------------------------------------------- */

static const char *end_of(const struct view_summary *summary)
{
	if (summary->complete)
		return "";
	return summary->end_unknown ? " (how it ended is unknown)" : " (did not end)";
}

static void print_run(FILE *out, const struct view_summary *summary)
{
	char started[NUMBER_BYTES], duration[NUMBER_BYTES];

	number_time(started, sizeof(started), summary->started_realtime_ns);
	number_duration(duration, sizeof(duration), summary->duration_ns);
	fputs("Command:      ", out);
	view_text_command(out, summary->command);
	fprintf(out, "\nRun:          pid %d, started %s, %s%s, %zu thread%s%s\n", summary->pid, started,
		duration, end_of(summary), summary->thread_count, plural(summary->thread_count),
		summary->aggregate ? ", recorded as sums" : "");
}

/* " +/- 2.0 MiB" where figures are estimates. */
static void print_error(FILE *out, const struct view_summary *summary, uint64_t error_bytes, int precision)
{
	char error[NUMBER_BYTES];

	number_size(error, sizeof(error), error_bytes, precision);
	if (summary->sample_bytes > 0)
		fprintf(out, " +/- %s", error);
}

static void print_sampling(FILE *out, const struct view_summary *summary)
{
	char mean[NUMBER_BYTES];

	number_size(mean, sizeof(mean), summary->sample_bytes, 0);
	if (summary->sample_bytes > 0)
		fprintf(out,
			"Sampled:      one byte in %s, and the blocks of such bytes recorded: all figures "
			"are\n"
			"              estimates; +/- is the margin that holds in 95 cases of 100\n",
			mean);
}

/* In parentheses; nothing if it was not sampled. */
static void print_rss(FILE *out, const struct view_summary *summary, int precision)
{
	char rss[NUMBER_BYTES], own[NUMBER_BYTES];

	if (summary->peak_rss_bytes == 0)
		return;
	number_size(rss, sizeof(rss), summary->peak_rss_bytes, precision);
	fprintf(out, " (peak RSS %s", rss);
	if (summary->recorder_bytes > 0) {
		number_size(own, sizeof(own), summary->recorder_bytes, precision);
		fprintf(out, ", of which mprof itself %s", own);
	}
	fputc(')', out);
}

/* What else was not freed, and why that is no leak. */
static void print_remains(FILE *out, const struct view_summary *summary, int precision)
{
	char size[NUMBER_BYTES];

	if (summary->kept_bytes > 0) {
		number_size(size, sizeof(size), summary->kept_bytes, precision);
		fprintf(out, ", and %s that libraries keep", size);
	}
	if (summary->suppressed_bytes > 0) {
		number_size(size, sizeof(size), summary->suppressed_bytes, precision);
		fprintf(out, ", and %s suppressed", size);
	}
	fputc('\n', out);
}

static void print_heap(FILE *out, const struct view_summary *summary, int precision)
{
	char peak[NUMBER_BYTES], when[NUMBER_BYTES], leaked[NUMBER_BYTES];

	number_size(peak, sizeof(peak), summary->peak_bytes, precision);
	number_size(leaked, sizeof(leaked), summary->leaked_bytes, precision);
	number_duration(when, sizeof(when), summary->peak_time_ns);
	fprintf(out, "Peak heap:    %s", peak);
	print_error(out, summary, summary->peak_error, precision);
	fprintf(out, " in %" PRIu64 " block%s, at %s", summary->peak_blocks, plural(summary->peak_blocks),
		when);
	print_rss(out, summary, precision);
	fprintf(out, "\n%s %s", summary->complete ? "Leaked:      " : "Still live:  ", leaked);
	print_error(out, summary, summary->leaked_error, precision);
	fprintf(out, " in %" PRIu64 " block%s", summary->leaked_blocks, plural(summary->leaked_blocks));
	print_remains(out, summary, precision);
}

static void print_counts(FILE *out, const struct view_summary *summary, int precision)
{
	char allocated[NUMBER_BYTES], share[NUMBER_BYTES];

	number_size(allocated, sizeof(allocated), summary->allocated_bytes, precision);
	number_share(share, sizeof(share), summary->temporary, summary->allocations);
	fprintf(out, "Allocations:  %" PRIu64, summary->allocations);
	if (summary->sample_bytes > 0)
		fprintf(out, " +/- %" PRIu64, summary->blocks_error);
	fprintf(out, " of %s", allocated);
	print_error(out, summary, summary->allocated_error, precision);
	fprintf(out, " in all; %" PRIu64 " free%s", summary->frees, plural(summary->frees));
	if (summary->temporary > 0)
		fprintf(out, "; %" PRIu64 " temporary (%s)", summary->temporary, share);
	fputc('\n', out);
}

static void print_collections(FILE *out, const struct view_gc *gc, int precision)
{
	char freed[NUMBER_BYTES], pause[NUMBER_BYTES], longest[NUMBER_BYTES];

	if (!gc || gc->total.collections == 0)
		return;
	number_size(freed, sizeof(freed), gc->total.freed_bytes, precision);
	number_pause(pause, sizeof(pause), gc->total.pause_ns);
	number_pause(longest, sizeof(longest), gc->total.longest_pause_ns);
	fprintf(out,
		"Collections:  %" PRIu64 ", of %" PRIu64 " object%s and %s; paused %s in all, %s at most\n",
		gc->total.collections, gc->total.collected, plural(gc->total.collected), freed, pause,
		longest);
}

static void print_warnings(FILE *out, const struct view_report *report, const struct view_style *style)
{
	size_t left, shown = view_warnings_shown(report, style->all_warnings, &left);

	for (size_t i = 0; i < shown; i++) {
		fprintf(out, "%s%swarning:%s", i == 0 ? "\n" : "", paint(style, YELLOW), paint(style, PLAIN));
		clean_print_between(out, " ", report->warnings[i], "\n");
	}
	if (left > 0)
		fprintf(out, "%s%swarning:%s " VIEW_WARNINGS_LEFT "\n", shown == 0 ? "\n" : "",
			paint(style, YELLOW), paint(style, PLAIN), left);
}

/* ---- call sites ------------------------------------------------------------ */

static const char *const site_titles[SORT_KEYS] = {
	[SORT_PEAK] = "Call sites that hold most at the peak",
	[SORT_LEAKED] = "Call sites whose blocks were not freed",
	[SORT_ALLOCATED] = "Call sites that allocate most",
	[SORT_ALLOCATIONS] = "Call sites with most allocations",
	[SORT_TEMPORARY] = "Call sites with most temporary allocations",
	[SORT_KEPT] = "Call sites whose blocks libraries keep",
};

/* A site as text shows it: one figure, its share of the whole, the blocks behind it, and where. */
struct site_row {
	struct cell figure, error, share, blocks;
	char *where;
};

#define ROW ((const struct site_row *)row)

TABLE_COLUMN(site_figure, "figure", "Memory", 0, 12, ROW->figure)
TABLE_COLUMN(site_error, "error", "+/- 95%", 1, 10, ROW->error)
TABLE_COLUMN(site_count, "figure", "Count", 0, 12, ROW->figure)
TABLE_COLUMN(site_share, "share", "Share", 1, 7, ROW->share)
TABLE_COLUMN(site_blocks, "blocks", "Blocks", 1, 10, ROW->blocks)
TABLE_COLUMN(site_where, "site", "Call site", 3, -1, cell_text(ROW->where))

static const struct column *const byte_columns[] = {&site_figure, &site_share, &site_blocks, &site_where,
						    NULL};
static const struct column *const sampled_columns[] = {&site_figure, &site_error, &site_share,
						       &site_blocks, &site_where, NULL};
static const struct column *const count_columns[] = {&site_count, &site_share, &site_where, NULL};

/* Code without symbols goes by its module's name, which needs not be said twice. */
static char *site_location(const struct view_site *site, const struct view_style *style)
{
	const char *slash = strrchr(site->module, '/');
	const char *module = slash ? slash + 1 : site->module;
	char *name = clean_copy(site->place, NAME_LINES * style->width), *where = NULL;
	int length = name ? 0 : -1;

	if (name && *site->file && site->line == 0)
		length = asprintf(&where, "%s  %s", name, view_short_path(site->file, style));
	else if (name && *site->file)
		length = asprintf(&where, "%s  %s:%u", name, view_short_path(site->file, style), site->line);
	else if (name && *module && strcmp(module, site->function) != 0)
		length = asprintf(&where, "%s  (%s)", name, module);
	else if (name)
		length = asprintf(&where, "%s", name);
	free(name);
	return length < 0 ? NULL : where;
}

static bool sort_is_bytes(enum view_sort sort)
{
	return sort == SORT_PEAK || sort == SORT_LEAKED || sort == SORT_ALLOCATED || sort == SORT_KEPT;
}

static uint64_t sort_blocks(const struct view_site *site, enum view_sort sort)
{
	if (sort == SORT_PEAK)
		return site->peak_blocks;
	if (sort == SORT_KEPT)
		return site->kept_blocks;
	return sort == SORT_LEAKED ? site->leaked_blocks : site->allocations;
}

static uint64_t sort_error(const struct view_site *site, enum view_sort sort)
{
	if (sort == SORT_PEAK)
		return site->peak_error;
	return sort == SORT_LEAKED ? site->leaked_error : site->allocated_error;
}

static uint64_t sort_whole(const struct view_summary *summary, enum view_sort sort)
{
	const uint64_t whole[SORT_KEYS] = {
		[SORT_PEAK] = summary->peak_bytes,           [SORT_LEAKED] = summary->leaked_bytes,
		[SORT_ALLOCATED] = summary->allocated_bytes, [SORT_ALLOCATIONS] = summary->allocations,
		[SORT_TEMPORARY] = summary->temporary,       [SORT_KEPT] = summary->kept_bytes,
	};

	return whole[sort];
}

static int site_rows_fill(struct site_row *rows, const struct view_site *const *sites, size_t count,
			  enum view_sort sort, const struct view_report *report,
			  const struct view_style *style)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t figure = view_site_figure(sites[i], sort);

		rows[i].figure = sort_is_bytes(sort) ? cell_size(figure) : cell_count(figure);
		rows[i].error = cell_size(sort_error(sites[i], sort));
		rows[i].share = cell_share(figure, sort_whole(&report->summary, sort));
		rows[i].blocks = cell_count(sort_blocks(sites[i], sort));
		rows[i].where = site_location(sites[i], style);
		if (!rows[i].where)
			return -ENOMEM;
	}
	return 0;
}

static const struct column *const *site_columns(enum view_sort sort, bool sampled)
{
	if (!sort_is_bytes(sort))
		return count_columns;
	return sampled ? sampled_columns : byte_columns;
}

static void print_site_rows(FILE *out, const struct site_row *rows, size_t count, enum view_sort sort,
			    bool sampled, const struct view_style *style)
{
	struct table table = {
		.columns = site_columns(sort, sampled),
		.rows = rows,
		.row_count = count,
		.row_bytes = sizeof(*rows),
	};

	view_text_title(out, site_titles[sort], style);
	table_text_header(out, &table, '=');
	table_text_rows(out, &table, style->precision);
}

size_t view_text_sites_shown(size_t asked)
{
	return asked > 0 ? asked : SITES_DEFAULT;
}

int view_text_sites(FILE *out, const struct view_report *report, enum view_sort sort,
		    const struct view_style *style)
{
	size_t count = 0;
	const struct view_site **sites =
		view_sites_sorted(report, sort, view_text_sites_shown(style->sites), &count);
	struct site_row *rows = calloc(count + 1, sizeof(*rows));
	int error = sites && rows ? site_rows_fill(rows, sites, count, sort, report, style) : -ENOMEM;

	if (!error && count > 0)
		print_site_rows(out, rows, count, sort, report->summary.sample_bytes > 0, style);
	for (size_t i = 0; rows && i < count; i++)
		free(rows[i].where);
	free(rows);
	free(sites);
	return error;
}

/* ---- lines ----------------------------------------------------------------- */

/* Below a line under which collections ran. */
static void print_line_note(FILE *out, const void *row, int indent)
{
	const struct view_gc_sum *gc = &((const struct view_line *)row)->gc;
	char freed[NUMBER_BYTES], pause[NUMBER_BYTES], longest[NUMBER_BYTES];

	if (gc->collections == 0)
		return;
	number_size(freed, sizeof(freed), gc->freed_bytes, NUMBER_PRECISION_DEFAULT);
	number_pause(pause, sizeof(pause), gc->pause_ns);
	number_pause(longest, sizeof(longest), gc->longest_pause_ns);
	fprintf(out, "%*s^ %" PRIu64 " collection%s of generation", indent, "", gc->collections,
		plural(gc->collections));
	if (gc->youngest == gc->oldest)
		fprintf(out, " %" PRIu32, gc->oldest);
	else
		fprintf(out, "s %" PRIu32 " to %" PRIu32, gc->youngest, gc->oldest);
	fprintf(out, ": %" PRIu64 " object%s, %s given back; paused %s, %s at most\n", gc->collected,
		plural(gc->collected), freed, pause, longest);
}

static void print_function(FILE *out, const struct view_function *function, const struct view_style *style)
{
	struct table table = {
		.columns = view_line_columns_text,
		.rows = function->lines,
		.row_count = function->line_count,
		.row_bytes = sizeof(*function->lines),
		.context = function,
	};

	fprintf(out, "\n%s", paint(style, BOLD));
	clean_print_between(out, "Filename: ", view_short_path(function->file, style), paint(style, PLAIN));
	fputs("\n\n", out);
	table_text_header(out, &table, '=');
	table_text_rows_with_notes(out, &table, style->precision, print_line_note);
}

int view_report_text(FILE *out, const struct view_report *report, const struct view_style *style)
{
	int error;

	print_run(out, &report->summary);
	print_sampling(out, &report->summary);
	print_heap(out, &report->summary, style->precision);
	print_counts(out, &report->summary, style->precision);
	print_collections(out, report->gc, style->precision);
	print_warnings(out, report, style);
	error = view_text_sites(out, report, report->sort, style);
	if (!error && report->sort != SORT_LEAKED)
		error = view_text_sites(out, report, SORT_LEAKED, style);
	for (size_t i = 0; !error && i < report->function_count; i++)
		print_function(out, &report->functions[i], style);
	return error;
}
