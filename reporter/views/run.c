/*
 * run.c - the run as a whole: the lines that people read first, and the keys and totals that programs have.
 */
#include "base/number.h"
#include "formats/cells.h"
#include "profile/window.h"
#include "views/parts.h"
#include "views/places.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA 1

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

/* ---- for people ----------------------------------------------------------------------------- */

/* What a line is made of. */
struct telling {
	struct document *document;
	struct profile *profile;
	const struct overview *run;
	const struct request *request;
};

struct run_lines {
	const char *command, *run, *window, *sampled, *peak, *rss, *leaked, *allocations, *collections;
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

static const char *end_of(const struct overview *run)
{
	if (run->complete)
		return "";
	return run->end_unknown ? " (how it ended is unknown)" : " (did not end)";
}

static const char *run_line(const struct telling *telling)
{
	const struct overview *run = telling->run;
	char started[NUMBER_BYTES], duration[NUMBER_BYTES];

	number_time(started, sizeof(started), run->started_realtime_ns);
	number_duration(duration, sizeof(duration), run->duration_ns);
	return pool_format(&telling->document->pool, "pid %d, started %s, %s%s, %s%s", run->pid, started,
			   duration, end_of(run), part_count(telling->document, run->thread_count, "thread"),
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

/* Nothing if it was not sampled. */
static const char *rss_line(const struct telling *telling)
{
	const struct overview *run = telling->run;

	if (run->peak_rss_bytes == 0)
		return "";
	if (run->window)
		return plain_size(telling, run->peak_rss_bytes);
	return pool_format(&telling->document->pool, "%s%s%s", plain_size(telling, run->peak_rss_bytes),
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
TABLE_COLUMN(line_warnings, NULL, "", 0, 0, cell_lines(LINES->warnings))

static const struct column *const ended_columns[] = {
	&line_command, &line_run,         &line_window,      &line_sampled,  &line_peak, &line_rss,
	&line_leaked,  &line_allocations, &line_collections, &line_warnings, NULL};
static const struct column *const live_columns[] = {
	&line_command, &line_run,         &line_window,      &line_sampled,  &line_peak, &line_rss,
	&line_live,    &line_allocations, &line_collections, &line_warnings, NULL};
static const struct column *const moment_columns[] = {&line_command,  &line_run,  &line_window,
						      &line_sampled,  &line_heap, &line_allocations,
						      &line_warnings, NULL};
static const struct column *const begun_columns[] = {
	&line_command, &line_run,  &line_window,      &line_sampled,  &line_peak,
	&line_rss,     &line_live, &line_allocations, &line_warnings, NULL};
static const struct column *const window_columns[] = {
	&line_command, &line_run,   &line_window,      &line_sampled,  &line_peak,
	&line_rss,     &line_grown, &line_allocations, &line_warnings, NULL};

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

void part_figures_of(struct document *document, struct profile *profile)
{
	static const struct column *const figures_columns[] = {&line_window, NULL};
	const struct run_lines lines = {.window = window_line(document, profile_overview(profile, false))};

	document_add(document, &(struct section){.layout = LAYOUT_FACTS,
						 .table = {figures_columns,
							   document_keep(document, &lines, sizeof(lines)), 1,
							   sizeof(lines), NULL}});
}

/* ---- for programs --------------------------------------------------------------------------- */

struct head {
	const struct overview *run;
	const char *const *warnings;
};

#define HEAD ((const struct head *)row)
TABLE_COLUMN(head_schema, "schema", NULL, 0, 0, cell_count(SCHEMA))
TABLE_COLUMN(head_command, "command", NULL, 0, 0, cell_words(HEAD->run->command))
TABLE_COLUMN(head_pid, "pid", NULL, 0, 0, cell_count((uint64_t)HEAD->run->pid))
TABLE_COLUMN(head_duration, "duration_ns", NULL, 0, 0, cell_count(HEAD->run->duration_ns))
TABLE_COLUMN(head_complete, "complete", NULL, 0, 0, cell_truth(HEAD->run->complete))
TABLE_COLUMN(head_lost, "lost_events", NULL, 0, 0, cell_count(HEAD->run->lost_events))
TABLE_COLUMN(head_sampled, "sample_bytes", NULL, 0, 0, cell_count(HEAD->run->sample_bytes))
TABLE_COLUMN(head_aggregate, "aggregate", NULL, 0, 0, cell_truth(HEAD->run->aggregate))
TABLE_COLUMN(head_trace, "trace", NULL, 0, 0, cell_text(HEAD->run->path))
TABLE_COLUMN(head_started, "started_realtime_ns", NULL, 0, 0, cell_count(HEAD->run->started_realtime_ns))
TABLE_COLUMN(head_warnings, "warnings", NULL, 0, 0, cell_words(HEAD->warnings))

TABLE_COLUMN(query_from, "query.from_ns", NULL, 0, 0, cell_count(HEAD->run->window->from_ns))
TABLE_COLUMN(query_to, "query.to_ns", NULL, 0, 0, cell_count(HEAD->run->window->to_ns))
TABLE_COLUMN(query_moment, "query.moment", NULL, 0, 0, cell_truth(HEAD->run->window->moment))
TABLE_COLUMN(query_near, "query.near", NULL, 0, 0, cell_truth(HEAD->run->window->near))

TABLE_COLUMN(query_least, "query.min_size_bytes", NULL, 0, 0, cell_count(HEAD->run->blocks->least))
TABLE_COLUMN(query_most, "query.max_size_bytes", NULL, 0, 0, cell_count(HEAD->run->blocks->most))
TABLE_COLUMN(query_thread, "query.thread", NULL, 0, 0, cell_text(HEAD->run->blocks->thread))

static const struct column *const head_columns[] = {
	&head_schema,  &head_command,   &head_pid,   &head_duration, &head_complete, &head_lost,
	&head_sampled, &head_aggregate, &head_trace, &head_started,  &head_warnings, NULL};
static const struct column *const window_head_columns[] = {&query_from, &query_to, &query_moment, &query_near,
							   NULL};
static const struct column *const blocks_head_columns[] = {&query_least, &query_most, &query_thread, NULL};
static const struct column *const no_columns[] = {NULL};

/* With what was asked for. */
static const struct column *const *head_columns_of(struct document *document, const struct overview *run)
{
	const struct column *const *const lists[] = {head_columns,
						     run->window ? window_head_columns : no_columns,
						     run->blocks ? blocks_head_columns : no_columns};
	const struct column **columns =
		pool_alloc(&document->pool,
			   sizeof(head_columns) + sizeof(window_head_columns) + sizeof(blocks_head_columns));
	size_t count = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (size_t k = 0; lists[i][k]; k++)
			columns[count++] = lists[i][k];
	columns[count] = NULL;
	return columns;
}

void part_head(struct document *document, struct profile *profile)
{
	const struct warnings warnings = profile_warnings(profile);
	const struct head head = {profile_overview(profile, false),
				  document_words(document, warnings.lines, warnings.count)};

	document_add(document, &(struct section){
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = head_columns_of(document, head.run),
						 .rows = document_keep(document, &head, sizeof(head)),
						 .row_count = 1,
						 .row_bytes = sizeof(head)},
				       .for_programs = true,
			       });
}

#define RUN ((const struct overview *)row)
#define TOTAL(field) TABLE_COLUMN(total_##field, #field, NULL, 0, 0, cell_count(RUN->total.field))
#define TOTAL_ERROR(id, name, figure)                                                                        \
	TABLE_COLUMN(id, name, NULL, 0, 0, cell_count(figure_error(&RUN->total, figure, RUN->sample_bytes)))

TOTAL(allocations)
TOTAL(frees)
TOTAL(allocated_bytes)
TOTAL(freed_bytes)
TOTAL(peak_bytes)
TOTAL(peak_blocks)
TABLE_COLUMN(total_peak_time, "peak_time_ns", NULL, 0, 0, cell_count(RUN->peak_time_ns))
TOTAL(leaked_bytes)
TOTAL(leaked_blocks)
TOTAL(kept_bytes)
TOTAL(kept_blocks)
TOTAL(suppressed_bytes)
TOTAL(suppressed_blocks)
TABLE_COLUMN(total_temporary, "temporary_allocations", NULL, 0, 0, cell_count(RUN->total.temporary))
TABLE_COLUMN(total_unmatched, "unmatched_frees", NULL, 0, 0, cell_count(RUN->unmatched_frees))
TOTAL(collections)
TABLE_COLUMN(total_rss, "peak_rss_bytes", NULL, 0, 0, cell_count(RUN->peak_rss_bytes))
TABLE_COLUMN(total_recorder, "recorder_bytes", NULL, 0, 0, cell_count(RUN->recorder_bytes))
TABLE_COLUMN(total_children, "unrecorded_children", NULL, 0, 0, cell_count(RUN->unrecorded_children))
TABLE_COLUMN(total_threads, "threads", NULL, 0, 0, cell_count(RUN->thread_count))
TABLE_COLUMN(total_blocks_error, "blocks_error", NULL, 0, 0, cell_count(RUN->blocks_error))
TOTAL_ERROR(total_allocated_error, "allocated_bytes_error", FIGURE_ALLOCATED)
TOTAL_ERROR(total_peak_error, "peak_bytes_error", FIGURE_PEAK)
TOTAL_ERROR(total_leaked_error, "leaked_bytes_error", FIGURE_LEAKED)

static const struct column *const total_columns[] = {&total_allocations,
						     &total_frees,
						     &total_allocated_bytes,
						     &total_freed_bytes,
						     &total_peak_bytes,
						     &total_peak_blocks,
						     &total_peak_time,
						     &total_leaked_bytes,
						     &total_leaked_blocks,
						     &total_kept_bytes,
						     &total_kept_blocks,
						     &total_suppressed_bytes,
						     &total_suppressed_blocks,
						     &total_temporary,
						     &total_unmatched,
						     &total_collections,
						     &total_rss,
						     &total_recorder,
						     &total_children,
						     &total_threads,
						     &total_blocks_error,
						     &total_allocated_error,
						     &total_peak_error,
						     &total_leaked_error,
						     NULL};

void part_totals(struct document *document, struct profile *profile)
{
	document_add(document, &(struct section){
				       .name = "totals",
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = total_columns,
						 .rows = profile_overview(profile, true),
						 .row_count = 1,
						 .row_bytes = sizeof(struct overview)},
				       .for_programs = true,
			       });
}
