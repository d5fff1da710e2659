/*
 * run.c - the run as a whole: the lines that people read first, and the keys and totals that programs have.
 */
#include "base/number.h"
#include "base/signal_name.h"
#include "formats/cells.h"
#include "profile/window.h"
#include "views/parts.h"
#include "views/places.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *part_count(struct document *document, uint64_t count, const char *noun)
{
	return pool_format(&document->pool, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

const char *part_size(struct document *document, const struct request *request, uint64_t size_bytes,
		      uint64_t error_bytes)
{
	int precision = (int)request->output.precision;
	char size[NUMBER_BYTES], error[NUMBER_BYTES];

	number_size(size, sizeof(size), size_bytes, precision);
	number_size(error, sizeof(error), error_bytes, precision);
	return pool_format(&document->pool, "%s%s%s", size, error_bytes > 0 ? " +/- " : "",
			   error_bytes > 0 ? error : "");
}

/* What a line is made of. */
struct telling {
	struct document *document;
	struct profile *profile;
	const struct overview *run;
	const struct request *request;
};

struct run_lines {
	const char *command, *run, *window, *sampled, *peak, *rss, *leaked, *allocations, *collections,
		*filtered;
	const char *const *warnings;
};

static const char *size_of(const struct telling *telling, enum figure figure)
{
	return part_size(telling->document, telling->request, figure_of(&telling->run->total, figure),
			 figure_error(&telling->run->total, figure, telling->run->sample_bytes));
}

static const char *plain_size(const struct telling *telling, uint64_t size_bytes)
{
	return part_size(telling->document, telling->request, size_bytes, 0);
}

const char *part_end(struct document *document, const struct overview *run)
{
	char number[32];

	if (run->complete)
		return "";
	if (run->recording)
		return " (still recording)";
	if (run->cut_off)
		return " (its trace is cut off)";
	if (run->end_signal > 0)
		return pool_format(&document->pool, " (ended by %s)", signal_name(run->end_signal, number));
	return run->end_unknown ? " (how it ended is unknown)" : " (did not end)";
}

static const char *run_line(const struct telling *telling)
{
	const struct overview *run = telling->run;
	char started[NUMBER_BYTES], duration[NUMBER_BYTES];
	const char *threads = run->thread_count > 0
				      ? part_count(telling->document, run->thread_count, "thread")
				      : "in which no thread allocated";

	number_time(started, sizeof(started), run->started_realtime_ns);
	number_duration(duration, sizeof(duration), run->duration_ns);
	return pool_format(&telling->document->pool, "pid %d, started %s, %s%s, %s%s", run->pid, started,
			   duration, part_end(telling->document, run), threads,
			   run->aggregate ? ", recorded as sums" : "");
}

/* "load (0.512 s)", "1.500 s". */
static const char *moment(struct document *document, const char *asked, uint64_t time_ns)
{
	char time[NUMBER_BYTES] = "0 s";

	if (time_ns > 0)
		number_pause(time, sizeof(time), time_ns);
	return strspn(asked, "0123456789.") > 0 ? pool_format(&document->pool, "%s", time)
						: pool_format(&document->pool, "%s (%s)", asked, time);
}

const char *part_figure_title(const struct overview *run, enum figure figure)
{
	const struct window *window = run->window;

	if (!window || (figure != FIGURE_PEAK && figure != FIGURE_LEAKED))
		return figure_infos[figure].title;
	if (window->moment)
		return "heap";
	if (figure == FIGURE_PEAK)
		return figure_infos[figure].title;
	return window->begins ? "still live" : "grown by";
}

const char *part_window(struct document *document, const struct window *window)
{
	if (!window)
		return "";
	if (window->moment)
		return pool_format(&document->pool, "at %s", moment(document, window->to, window->to_ns));
	return pool_format(&document->pool, "from %s to %s", moment(document, window->from, window->from_ns),
			   moment(document, window->to, window->to_ns));
}

/* As it was asked for; a bare number is of bytes. */
static const char *asked_size(struct document *document, const char *text)
{
	return pool_format(&document->pool, "%s%s", text, text[strspn(text, "0123456789")] ? "" : " B");
}

const char *part_blocks(struct document *document, const struct block_selection *blocks)
{
	const char *sizes = "blocks";

	if (!blocks)
		return "";
	if (blocks->least_text && blocks->most_text)
		sizes = pool_format(&document->pool, "blocks of %s to %s",
				    asked_size(document, blocks->least_text),
				    asked_size(document, blocks->most_text));
	else if (blocks->least_text)
		sizes = pool_format(&document->pool, "blocks of %s and more",
				    asked_size(document, blocks->least_text));
	else if (blocks->most_text)
		sizes = pool_format(&document->pool, "blocks of at most %s",
				    asked_size(document, blocks->most_text));
	return pool_format(&document->pool, "%s%s%s", sizes, blocks->thread ? " allocated by thread " : "",
			   blocks->thread ? blocks->thread : "");
}

/* What the figures are of, if not of all. */
static const char *window_line(struct document *document, const struct overview *run)
{
	const struct window *window = run->window;
	const char *blocks = part_blocks(document, run->blocks);
	bool near = window && window->near;

	return pool_format(&document->pool, "%s%s%s%s", blocks, *blocks && window ? " " : "",
			   part_window(document, window),
			   near ? "; the nearest that the recording has figures of (--exact reads all events)"
				: "");
}

static const char *sampled_line(const struct telling *telling)
{
	char mean[NUMBER_BYTES];

	if (telling->run->sample_bytes == 0)
		return "";
	number_size(mean, sizeof(mean), telling->run->sample_bytes, 0);
	return pool_format(&telling->document->pool,
			   "one byte in %s, and the blocks of such bytes: all figures are estimates, +/- is "
			   "the margin that holds in 95 cases of 100",
			   mean);
}

const char *part_rss(struct document *document, const struct request *request, const struct overview *run)
{
	return pool_format(&document->pool, "%s%s", run->rss_may_be_more ? "at least " : "",
			   part_size(document, request, run->peak_rss_bytes, 0));
}

/* Nothing if it was not sampled. */
static const char *rss_line(const struct telling *telling)
{
	const struct overview *run = telling->run;

	if (run->peak_rss_bytes == 0)
		return "";
	if (run->window)
		return plain_size(telling, run->peak_rss_bytes);
	return pool_format(&telling->document->pool, "%s%s%s",
			   part_rss(telling->document, telling->request, run),
			   run->recorder_bytes > 0 ? ", of which mprof itself " : "",
			   run->recorder_bytes > 0 ? plain_size(telling, run->recorder_bytes) : "");
}

/* A command may be a program's whole text. */
static const char *command_line(const struct telling *telling)
{
	return part_command(telling->document, telling->run->command, 2 * place_width(telling->request) - 14);
}

static const char *peak_line(const struct telling *telling)
{
	const struct overview *run = telling->run;
	char when[NUMBER_BYTES];

	number_duration(when, sizeof(when), run->peak_time_ns);
	if (run->window && run->window->moment)
		return pool_format(&telling->document->pool, "%s in %s", size_of(telling, FIGURE_PEAK),
				   part_count(telling->document, run->total.peak_blocks, "block"));
	return pool_format(&telling->document->pool, "%s in %s, at %s", size_of(telling, FIGURE_PEAK),
			   part_count(telling->document, run->total.peak_blocks, "block"), when);
}

/* What else was not freed, and why that is no leak. */
static const char *leaked_line(const struct telling *telling)
{
	const struct amounts *total = &telling->run->total;
	const char *kept = "", *suppressed = "";

	if (total->kept_bytes > 0)
		kept = pool_format(&telling->document->pool, ", and %s that libraries keep",
				   plain_size(telling, total->kept_bytes));
	if (total->suppressed_bytes > 0)
		suppressed = pool_format(&telling->document->pool, ", and %s suppressed",
					 plain_size(telling, total->suppressed_bytes));
	return pool_format(&telling->document->pool, "%s in %s%s%s", size_of(telling, FIGURE_LEAKED),
			   part_count(telling->document, total->leaked_blocks, "block"), kept, suppressed);
}

static const char *temporary(const struct telling *telling)
{
	const struct amounts *total = &telling->run->total;
	char share[NUMBER_BYTES];

	if (total->temporary == 0)
		return "";
	number_share(share, sizeof(share), total->temporary, total->allocations);
	return pool_format(&telling->document->pool, "; %" PRIu64 " temporary (%s)", total->temporary, share);
}

/* ", 21.5 MiB/s"; a moment has no rate. */
static const char *rate(const struct telling *telling)
{
	const struct window *window = telling->run->window;
	uint64_t length_ns = window->to_ns - window->from_ns;
	double bytes = (double)figure_of(&telling->run->total, FIGURE_ALLOCATED);

	if (window->moment || length_ns == 0)
		return "";
	return pool_format(&telling->document->pool, ", %s/s",
			   plain_size(telling, (uint64_t)(bytes * 1e9 / (double)length_ns)));
}

static const char *allocations_line(const struct telling *telling)
{
	const struct overview *run = telling->run;
	const char *margin = "";

	if (run->sample_bytes > 0)
		margin = pool_format(&telling->document->pool, " +/- %" PRIu64, run->blocks_error);
	if (run->window && run->window->between)
		return "";
	if (run->window)
		return pool_format(&telling->document->pool, "%" PRIu64 "%s of %s in all%s",
				   run->total.allocations, margin, size_of(telling, FIGURE_ALLOCATED),
				   rate(telling));
	if (run->blocks)
		return pool_format(&telling->document->pool, "%" PRIu64 "%s of %s in all%s",
				   run->total.allocations, margin, size_of(telling, FIGURE_ALLOCATED),
				   temporary(telling));
	return pool_format(&telling->document->pool, "%" PRIu64 "%s of %s in all; %s%s",
			   run->total.allocations, margin, size_of(telling, FIGURE_ALLOCATED),
			   part_count(telling->document, run->total.frees, "free"), temporary(telling));
}

static const char *collections_line(const struct telling *telling)
{
	const struct collection_sum *total;
	char pause[NUMBER_BYTES], longest[NUMBER_BYTES];

	if (telling->run->total.collections == 0 || telling->run->window || telling->run->blocks)
		return "";
	total = &profile_collections_only(telling->profile)->total;
	number_pause(pause, sizeof(pause), total->pause_ns);
	number_pause(longest, sizeof(longest), total->longest_pause_ns);
	return pool_format(&telling->document->pool,
			   "%" PRIu64 ", of %s and %s; paused %s in all, %s at most", total->collections,
			   part_count(telling->document, total->collected, "object"),
			   plain_size(telling, total->freed_bytes), pause, longest);
}

const char *const *part_warnings(struct document *document, const struct request *request, const char **lines,
				 size_t always, size_t count)
{
	if (!request->for_people || request->all_warnings || count <= always + 1)
		return lines;
	lines[always] = pool_format(&document->pool, "%s (and %s: -v)", lines[always],
				    part_count(document, count - always - 1, "other"));
	lines[always + 1] = NULL;
	return lines;
}

static const char *const *warning_lines(const struct telling *telling)
{
	struct warnings warnings = telling->request->all_warnings
					   ? profile_warnings(telling->profile)
					   : profile_warnings_in_brief(telling->profile);
	const char **lines = pool_alloc(&telling->document->pool, (warnings.count + 1) * sizeof(*lines));

	for (size_t i = 0; i < warnings.count; i++)
		lines[i] = warnings.lines[i];
	return part_warnings(telling->document, telling->request, lines, 0, warnings.count);
}

#define LINES ((const struct run_lines *)row)
TABLE_COLUMN(line_command, NULL, "Command", 0, 0, cell_text(LINES->command))
TABLE_COLUMN(line_run, NULL, "Run", 0, 0, cell_text(LINES->run))
TABLE_COLUMN(line_window, NULL, "Figures", 0, 0, cell_text(LINES->window))
TABLE_COLUMN(line_sampled, NULL, "Sampled", 0, 0, cell_text(LINES->sampled))
TABLE_COLUMN(line_peak, NULL, "Peak heap", 0, 0, cell_text(LINES->peak))
TABLE_COLUMN(line_rss, NULL, "Peak RSS", 0, 0, cell_text(LINES->rss))
TABLE_COLUMN(line_leaked, NULL, "Leaked", 0, 0, cell_text(LINES->leaked))
TABLE_COLUMN(line_live, NULL, "Still live", 0, 0, cell_text(LINES->leaked))
TABLE_COLUMN(line_heap, NULL, "Heap", 0, 0, cell_text(LINES->peak))
TABLE_COLUMN(line_grown, NULL, "Grown by", 0, 0, cell_text(LINES->leaked))
TABLE_COLUMN(line_allocations, NULL, "Allocations", 0, 0, cell_text(LINES->allocations))
TABLE_COLUMN(line_collections, NULL, "Collections", 0, 0, cell_text(LINES->collections))
TABLE_COLUMN(line_filtered, NULL, "Filtered", 0, 0, cell_text(LINES->filtered))
TABLE_COLUMN(line_warnings, NULL, "", 0, 0, cell_lines(LINES->warnings))

static const struct column *const ended_columns[] = {
	&line_command, &line_run,         &line_window,      &line_sampled,  &line_peak,     &line_rss,
	&line_leaked,  &line_allocations, &line_collections, &line_filtered, &line_warnings, NULL};
static const struct column *const live_columns[] = {
	&line_command, &line_run,         &line_window,      &line_sampled,  &line_peak,     &line_rss,
	&line_live,    &line_allocations, &line_collections, &line_filtered, &line_warnings, NULL};
static const struct column *const moment_columns[] = {&line_command,  &line_run,      &line_window,
						      &line_sampled,  &line_heap,     &line_allocations,
						      &line_filtered, &line_warnings, NULL};
static const struct column *const begun_columns[] = {
	&line_command, &line_run,         &line_window,   &line_sampled,  &line_peak, &line_rss,
	&line_live,    &line_allocations, &line_filtered, &line_warnings, NULL};
static const struct column *const window_columns[] = {
	&line_command, &line_run,         &line_window,   &line_sampled,  &line_peak, &line_rss,
	&line_grown,   &line_allocations, &line_filtered, &line_warnings, NULL};

static const struct column *const *columns_of(const struct overview *run)
{
	if (!run->window)
		return run->complete ? ended_columns : live_columns;
	if (run->window->moment)
		return moment_columns;
	return run->window->begins ? begun_columns : window_columns;
}

void part_run(struct document *document, struct profile *profile, const struct request *request)
{
	const struct overview *run = profile_overview(profile, true);
	const struct telling telling = {document, profile, run, request};
	const struct run_lines lines = {
		.command = command_line(&telling),
		.run = run_line(&telling),
		.window = window_line(document, run),
		.sampled = sampled_line(&telling),
		.peak = peak_line(&telling),
		.rss = rss_line(&telling),
		.leaked = leaked_line(&telling),
		.allocations = allocations_line(&telling),
		.collections = collections_line(&telling),
		.filtered = part_filtered(document, profile, request),
		.warnings = warning_lines(&telling),
	};

	document_add(document, &(struct section){
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = columns_of(run),
						 .rows = document_keep(document, &lines, sizeof(lines)),
						 .row_count = 1,
						 .row_bytes = sizeof(lines)},
				       .has_warnings = true,
			       });
}

void part_nothing(struct document *document, const char *sentence)
{
	static const struct column *const none[] = {NULL};

	document_add(document, &(struct section){.layout = LAYOUT_FACTS,
						 .table = {.columns = none, .row_count = 1},
						 .note = sentence});
}

void part_line(struct document *document, const struct column *header, const char *text)
{
	const struct column *columns[] = {header, NULL};

	document_add(document, &(struct section){.layout = LAYOUT_FACTS,
						 .table = {document_keep(document, columns, sizeof(columns)),
							   document_keep(document, &text, sizeof(text)), 1,
							   sizeof(text), NULL}});
}

TABLE_COLUMN(figures_of, NULL, "Figures", 0, 0, cell_text(*(const char *const *)row))
TABLE_COLUMN(figures_sampled, NULL, "Sampled", 0, 0, cell_text(*(const char *const *)row))

void part_figures_of(struct document *document, struct profile *profile)
{
	part_line(document, &figures_of, window_line(document, profile_overview(profile, false)));
}

void part_estimates(struct document *document, struct profile *profile)
{
	if (profile_overview(profile, false)->sample_bytes > 0)
		part_line(document, &figures_sampled,
			  "all figures are estimates, from some blocks; report has margins");
}
