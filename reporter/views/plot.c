/*
 * plot.c - mprof plot: the heap over time, and what it was made of, as a picture or as figures.
 */
#include "plot/chart.h"

#include "base/clean.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "profile/instant.h"
#include "profile/measure.h"
#include "profile/series.h"
#include "reader/reader.h"
#include "views/frames.h"
#include "views/pictures.h"
#include "views/histogram_tables.h"
#include "views/places.h"
#include "views/plot_bars.h"
#include "views/plot_curves.h"
#include "views/plot_parts.h"
#include "views/plot_run.h"
#include "views/plot_spans.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_SHOWN 8
#define PARTS_MOST 50
#define TEXT_HEIGHT 16
#define RSS_TIMES 3 /* a resident set beyond so many times the heap would make that a line at the bottom */

enum { KEY_STACK = 0x400, KEY_GROUP_BY, KEY_RSS, KEY_HEAP, KEY_ASCII, KEY_PROCESSES, KEY_KIND };
enum { NO_PHASES, TREND, RSS, HEAP, ASCII, STACK_GIVEN, PROCESSES }; /* of request->flags */
enum { GROUPED_BY, STACK, KIND };                                    /* of request->numbers */
enum { TITLE, WINDOW };                                              /* of request->words */

/* ---- the chart ---------------------------------------------------------------------------------------- */

/* "0,20.5", or any two times: "load,load:end".  Names may have commas, so each is tried. */
static int take_window(struct document *document, struct profile *profile, const char *text,
		       struct chart *chart, struct diagnostic *diagnostic)
{
	struct instant from = {0}, to = {0};
	int error = text ? diagnostic_set(diagnostic, EINVAL, "-w takes FROM,TO, not '%s'", text) : 0;

	for (const char *comma = text ? strchr(text, ',') : NULL; error && comma;
	     comma = strchr(comma + 1, ',')) {
		error = instant_parse(profile, "-w",
				      pool_format(&document->pool, "%.*s", (int)(comma - text), text), &from,
				      diagnostic);
		if (!error)
			error = instant_parse(profile, "-w", comma + 1, &to, diagnostic);
	}
	if (!error && text && from.time_ns >= to.time_ns)
		error = diagnostic_set(diagnostic, EINVAL, "-w %s: the second time is not behind the first",
				       text);
	if (error || !text)
		return error;
	chart->from_ns = from.time_ns;
	chart->to_ns = to.time_ns;
	return 0;
}

static void take_titles(struct document *document, struct profile *const *profiles, size_t count,
			const struct request *request, struct chart *chart)
{
	const struct overview *run = profile_overview(profiles[0], false);
	char peak[NUMBER_BYTES], when[NUMBER_BYTES], started[NUMBER_BYTES], duration[NUMBER_BYTES];

	number_size(peak, sizeof(peak), chart->peak_bytes, NUMBER_PRECISION_DEFAULT);
	number_duration(when, sizeof(when), chart->peak_ns);
	number_time(started, sizeof(started), run->started_realtime_ns);
	number_duration(duration, sizeof(duration), run->duration_ns);
	chart->title = request->words[TITLE] ? request->words[TITLE]
		       : count > 1           ? pool_format(&document->pool, "Heap of %zu recordings", count)
					     : pool_format(&document->pool, "Heap of %s",
							   part_command(document, run->command, 90));
	chart->subtitle = count > 1 ? "each from its own start"
				    : pool_format(&document->pool, "peak %s at %s; pid %d, started %s, %s",
						  peak, when, run->pid, started, duration);
	if (run->blocks)
		chart->subtitle = pool_format(&document->pool, "%s; %s", part_blocks(document, run->blocks),
					      chart->subtitle);
}

/* Told behind the title's figures. */
static void add_trend(struct document *document, struct chart *chart)
{
	chart_fit_trend(chart);
	chart->subtitle = pool_format(&document->pool, "%s; trend %+.1f KiB/s", chart->subtitle,
				      chart->trend_per_ns * 1e9 / 1024);
}

static size_t parts_wanted(const struct request *request)
{
	return request->flags[STACK_GIVEN] ? (size_t)request->numbers[STACK] : PARTS_SHOWN;
}

static struct plot_grouping grouping_wanted(const struct request *request, size_t parts)
{
	return (struct plot_grouping){(enum grouping)request->numbers[GROUPED_BY], parts};
}

static int check_run(size_t count, struct diagnostic *diagnostic)
{
	return count == 1 ? 0
			  : diagnostic_set(diagnostic, EINVAL,
					   "--processes is of one run: name one recording of it, not %zu",
					   count);
}

/* Of a run only the heap is shown: all else is of one process. */
static int make_chart_of_run(struct profile *const *profiles, size_t count, const struct request *request,
			     struct document *document, struct chart *chart, struct diagnostic *diagnostic)
{
	int error = check_run(count, diagnostic);

	if (!error)
		error = plot_run_chart(profiles[0], request, parts_wanted(request), document, chart,
				       diagnostic);
	if (error)
		return error;
	if (request->flags[TREND])
		add_trend(document, chart);
	if (request->words[TITLE])
		chart->title = request->words[TITLE];
	return 0;
}

static int make_chart(struct profile *const *profiles, size_t count, const struct request *request,
		      struct document *document, struct chart *chart, struct diagnostic *diagnostic)
{
	struct plotted *plotted = pool_alloc(&document->pool, count * sizeof(*plotted));
	struct chart_curve *curves = pool_alloc(&document->pool, count * sizeof(*curves));
	const struct plot_grouping wanted = grouping_wanted(request, count > 1 ? 0 : parts_wanted(request));
	uint64_t rss_at;
	int error = 0;

	*chart = (struct chart){.curves = curves, .curve_count = count};
	for (size_t i = 0; !error && i < count; i++) {
		error = plot_curves(document, profiles[i], request, &wanted, &plotted[i], diagnostic);
		if (error)
			return error;
		curves[i] = plotted[i].heap;
		uint64_t end = profile_overview(profiles[i], false)->duration_ns;
		chart->to_ns = end > chart->to_ns ? end : chart->to_ns;
	}
	error = take_window(document, profiles[0], request->words[WINDOW], chart, diagnostic);
	if (error)
		return error;
	chart->peak_bytes =
		(uint64_t)chart_highest(curves, curves->bytes, chart->from_ns, chart->to_ns, &chart->peak_ns);
	if (count == 1) {
		plot_parts_draw(document, &plotted->parts, chart);
		if (!request->flags[NO_PHASES])
			plot_phases(document, profiles[0], chart);
		plot_pauses(document, profiles[0], chart);
	}
	uint64_t rss = (uint64_t)chart_highest(&plotted->rss, plotted->rss.bytes, chart->from_ns,
					       chart->to_ns, &rss_at);
	if (count == 1 && !request->flags[HEAP] && rss > 0 &&
	    (request->flags[RSS] || rss / RSS_TIMES <= chart->peak_bytes))
		chart->rss = &plotted->rss;
	take_titles(document, profiles, count, request, chart);
	if (request->flags[TREND])
		add_trend(document, chart);
	return 0;
}

/* ---- drawn -------------------------------------------------------------------------------------------- */

static void print_svg(FILE *out, const void *chart)
{
	chart_print_svg(out, chart);
}

static struct chart_text_style text_style(const struct request *request)
{
	return (struct chart_text_style){
		.width = place_width(request),
		.height = TEXT_HEIGHT,
		.color = request->style->color,
		.ascii = request->flags[ASCII] || strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
	};
}

static int check_one(size_t count, struct diagnostic *diagnostic)
{
	return count == 1 ? 0 : diagnostic_set(diagnostic, EINVAL, "--kind: a histogram is of one recording");
}

static void print_bars_svg(FILE *out, const void *bars)
{
	bars_print_svg(out, bars);
}

static int draw_bars(struct profile *profile, const struct request *request, FILE *out,
		     struct diagnostic *diagnostic)
{
	const struct chart_text_style style = text_style(request);
	struct document document = {0};
	struct bars bars = {0};
	int error = plot_bars(profile, request, (enum plot_kind)request->numbers[KIND], request->words[TITLE],
			      &document, &bars, diagnostic);

	if (!error && picture_of(request) != PICTURE_NONE)
		error = picture_write(request, out, print_bars_svg, &bars, diagnostic);
	else if (!error)
		bars_print_text(out, &bars, &style);
	document_finish(&document);
	return error;
}

static int make_histogram(struct profile *profile, const struct request *request, struct document *document,
			  struct diagnostic *diagnostic)
{
	struct histograms histograms;
	int error = profile_histograms(profile, &histograms, diagnostic);

	if (error)
		return error;
	document->main = request->numbers[KIND] == PLOT_SIZES ? "sizes" : "lifetimes";
	part_head(document, profile);
	if (request->numbers[KIND] == PLOT_SIZES)
		part_sizes(document, request, &histograms);
	else
		part_lifetimes(document, &histograms);
	return 0;
}

static int draw(struct profile *const *profiles, size_t count, const struct request *request, FILE *out,
		struct diagnostic *diagnostic)
{
	struct document document = {0};
	struct chart chart;
	const struct chart_text_style style = text_style(request);

	if (request->numbers[KIND] != PLOT_TIME) {
		int error = check_one(count, diagnostic);

		return error ? error : draw_bars(profiles[0], request, out, diagnostic);
	}
	int error = request->flags[PROCESSES]
			    ? make_chart_of_run(profiles, count, request, &document, &chart, diagnostic)
			    : make_chart(profiles, count, request, &document, &chart, diagnostic);

	if (!error && picture_of(request) != PICTURE_NONE) {
		error = picture_write(request, out, print_svg, &chart, diagnostic);
	} else if (!error) {
		if (!request->flags[RSS])
			chart.rss = NULL;
		chart_print_text(out, &chart, &style);
	}
	document_finish(&document);
	return error;
}

/* ---- for programs -----------------------------------------------------------------------------------------
 */

struct point_row {
	const struct series *series;
	size_t at;
	struct table parts;
};

#define ROW ((const struct point_row *)row)
#define SERIES (ROW->series)
TABLE_COLUMN(point_time, "time_ns", NULL, 0, 0, cell_count(SERIES->time_ns[ROW->at]))
TABLE_COLUMN(kind, "kind", NULL, 0, 0, cell_text(ROW->at == 0 ? "start" : ROW->at % 2 ? "peak" : "boundary"))
TABLE_COLUMN(heap, "heap_bytes", NULL, 0, 0, cell_count(SERIES->heap_bytes[ROW->at]))
TABLE_COLUMN(rss, "rss_bytes", NULL, 0, 0,
	     SERIES->rss_bytes[ROW->at] > 0 ? cell_count(SERIES->rss_bytes[ROW->at]) : cell_blank())
TABLE_COLUMN(allocated, "allocated_bytes", NULL, 0, 0,
	     ROW->at > 0 && ROW->at % 2 == 0 ? cell_count(SERIES->allocated_bytes[ROW->at]) : cell_blank())
TABLE_COLUMN(parts, "parts", NULL, 0, 0, cell_rows(&ROW->parts))
static const struct column *const point_columns[] = {&point_time, &kind,  &heap, &rss,
						     &allocated,  &parts, NULL};

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	size_t used = 0, points = 0;

	if (request->numbers[KIND] != PLOT_TIME) {
		int error = check_one(count, diagnostic);

		return error ? error : make_histogram(profiles[0], request, document, diagnostic);
	}
	if (request->flags[PROCESSES]) {
		int error = check_run(count, diagnostic);

		return error ? error
			     : plot_run_make(profiles[0], request, parts_wanted(request), document,
					     diagnostic);
	}
	const struct plot_grouping wanted = grouping_wanted(request, parts_wanted(request));

	document->main = "points";
	for (size_t i = 0; i < count; i++) {
		struct plotted *plotted = pool_alloc(&document->pool, sizeof(*plotted));
		int error = plot_curves(document, profiles[i], request, &wanted, plotted, diagnostic);
		const struct series *series = &plotted->series;
		struct point_row *rows;

		if (error)
			return error;
		rows = pool_alloc(&document->pool, (series->count + 1) * sizeof(*rows));
		for (size_t k = 0; k < series->count; k++)
			rows[k] = (struct point_row){series, k, plot_parts_at(document, &plotted->parts, k)};
		points = series->count;
		part_head(document, profiles[i]);
		document_add(document,
			     &(struct section){
				     .name = count == 1 ? "points"
							: pool_format(&document->pool, "points_%zu", used++),
				     .table = {point_columns, rows, points, sizeof(*rows), NULL}});
		if (count == 1)
			part_phases(document, profiles[i], request, 0);
	}
	return 0;
}

/* ---- the view ---------------------------------------------------------------------------------------------
 */

static const struct argp_option options[] = {
	{"kind", KEY_KIND, "KIND", 0,
	 "What is drawn: time (default), or a histogram of one recording's blocks: sizes or lifetimes", 1},
	{"title", 't', "TEXT", 0, "The picture's title", 1},
	{"window", 'w', "FROM,TO", 0, "Only from one time to another: 0,20.5 or load,load:end", 1},
	{"no-phases", 'n', NULL, 0, "Leave out phases and marks", 1},
	{"slope", 's', NULL, 0, "Show the line that fits the heap best, and what it rises by", 1},
	{"stack", KEY_STACK, "N", 0, "Show the N that held most, one on the other (default 8; 0: none)", 1},
	{"group-by", KEY_GROUP_BY, "WHAT", 0, "These by site (default), path, function, file, module or type",
	 1},
	{"rss", KEY_RSS, NULL, 0, "Show the resident set, however much more it is", 1},
	{"heap", KEY_HEAP, NULL, 0, "Show the heap alone", 1},
	{"processes", KEY_PROCESSES, NULL, 0,
	 "Show the heap of all processes of the run, one program's on the other's", 1},
	{"ascii", KEY_ASCII, NULL, 0, "Draw with characters of ASCII, for terminals without others", 1},
	{0},
};

static error_t parse_group(struct argp_state *state, struct request *request, const char *argument)
{
	request->numbers[GROUPED_BY] = (long)grouping_find(argument);
	if (request->numbers[GROUPED_BY] < GROUP_THREAD)
		return 0;
	return options_error(state, "--group-by takes site, path, function, file, module or type, not '%s'",
			     argument);
}

static error_t parse_kind(struct argp_state *state, struct request *request, const char *argument)
{
	static const char *const names[PLOT_KINDS] = {
		[PLOT_TIME] = "time", [PLOT_SIZES] = "sizes", [PLOT_LIFETIMES] = "lifetimes"};

	for (request->numbers[KIND] = 0; request->numbers[KIND] < PLOT_KINDS; request->numbers[KIND]++)
		if (strcmp(names[request->numbers[KIND]], argument) == 0)
			return 0;
	return options_error(state, "--kind takes time, sizes or lifetimes, not '%s'", argument);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		request->numbers[GROUPED_BY] = GROUP_SITE;
		return 0;
	case KEY_KIND:
		return parse_kind(state, request, argument);
	case 't':
		return request->words[TITLE] = argument, 0;
	case 'w':
		return request->words[WINDOW] = argument, 0;
	case 'n':
		return request->flags[NO_PHASES] = true, 0;
	case 's':
		return request->flags[TREND] = true, 0;
	case KEY_STACK:
		request->flags[STACK_GIVEN] = true;
		return option_number(state, "--stack", argument, 0, PARTS_MOST, &request->numbers[STACK]);
	case KEY_GROUP_BY:
		return parse_group(state, request, argument);
	case KEY_RSS:
		return request->flags[RSS] = true, 0;
	case KEY_HEAP:
		return request->flags[HEAP] = true, 0;
	case KEY_PROCESSES:
		return request->flags[PROCESSES] = request->of_run = true, 0;
	case KEY_ASCII:
		clean_cut_by_dots();
		return request->flags[ASCII] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Whether nothing is asked for that only a curve has. */
static bool may_be_histogram(const struct request *request)
{
	static const unsigned others[] = {NO_PHASES, TREND, RSS, HEAP, STACK_GIVEN, PROCESSES};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (request->flags[others[i]])
			return false;
	return !request->words[WINDOW] && request->numbers[GROUPED_BY] == GROUP_SITE;
}

static int begin(struct request *request, struct diagnostic *diagnostic)
{
	if (request->flags[PROCESSES] &&
	    (request->words[WINDOW] || request->flags[RSS] || request->numbers[GROUPED_BY] != GROUP_SITE))
		return diagnostic_set(
			diagnostic, EINVAL,
			"--processes is the heap by program, of the whole run: it goes with neither "
			"--window, --group-by nor --rss");
	if (request->numbers[KIND] != PLOT_TIME && !may_be_histogram(request))
		return diagnostic_set(
			diagnostic, EINVAL,
			"--kind sizes and lifetimes are of the whole run: they go with --title, --ascii, "
			"-f and the like alone");
	return picture_check(request, diagnostic);
}

const struct view view_plot = {
	.name = "plot",
	.summary = "Draw the heap over time",
	.doc = "Draws the heap of one or several recordings over time: on the terminal, or with -o FILE.svg "
	       "as a picture. Of one it shows what held most, one on the other, the resident set, phases "
	       "and marks, and collections. Each point is exact: the highest heap of an interval, or its "
	       "end; "
	       "with --processes it is the sum of what each process had at the last of its points.",
	.traces = VIEW_MANY,
	.lacks = VIEW_LACKS_SORT | VIEW_LACKS_TOP | VIEW_LACKS_TIME,
	.options = options,
	.parse = parse,
	.begin = begin,
	.make = make,
	.draw = draw,
};
