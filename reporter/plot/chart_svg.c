/*
 * chart_svg.c - a chart as SVG: areas one on the other, curves, the peak, phases as bars below with brackets
 * in the curve, marks, collectors' pauses, and what colours mean.
 */
#include "plot/chart.h"

#include "base/clean.h"
#include "base/number.h"
#include "formats/style.h"
#include "plot/svg.h"
#include "plot/ticks.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 960
#define LEFT 84
#define RIGHT 24
#define TOP 64
#define PLOT_HEIGHT 320
#define LANE_HEIGHT 16
#define LANES_MOST 6
#define LEGEND_LINE 18
#define CHARACTER 6.2 /* of 11 pixels, about */
#define TIP_BYTES 256
#define MARK_CHARACTERS 24
#define CHARACTERS_LEAST 3 /* of a name: fewer say nothing */
#define BRACKETS_MOST 60   /* phases and marks: more would hide the curve */
#define PLOT_WIDTH (WIDTH - LEFT - RIGHT)

#define INK "#222"
#define FAINT "#ddd"
#define GREY "#777"
#define PEAK_COLOR "#c00"
#define TREND_COLOR "#0b7285"
#define RSS_COLOR "#e67700"
#define PAUSE_COLOR "#000"

/* Told apart by eyes that see colours differently (Paul Tol's "muted"); the rest is grey. */
static const char *const colors[] = {"#332288", "#88ccee", "#44aa99", "#117733", "#999933",
				     "#ddcc77", "#cc6677", "#882255", "#aa4499", "#661100"};
#define COLORS (sizeof(colors) / sizeof(*colors))
#define REST_COLOR "#bbbbbb"

struct drawing {
	FILE *out;
	const struct chart *chart;
	double top; /* bytes at the upper edge */
	int lanes;  /* of phases, below the axis */
	int base;   /* pixels: where the axis of time is */
};

static const char *color_of(const struct chart *chart, size_t part)
{
	return chart->parts[part].rest ? REST_COLOR : colors[part % COLORS];
}

static double x_of(const struct drawing *drawing, uint64_t time_ns)
{
	const struct chart *chart = drawing->chart;
	double span = (double)(chart->to_ns - chart->from_ns);

	return LEFT + (span > 0 ? (double)(time_ns - chart->from_ns) / span * PLOT_WIDTH : 0);
}

static double y_of(const struct drawing *drawing, double bytes)
{
	return drawing->base - (drawing->top > 0 ? bytes / drawing->top * PLOT_HEIGHT : 0);
}

static bool is_shown(const struct chart *chart, uint64_t time_ns)
{
	return time_ns >= chart->from_ns && time_ns <= chart->to_ns;
}

static void point(const struct drawing *drawing, uint64_t time_ns, double bytes)
{
	svg_number(drawing->out, x_of(drawing, time_ns));
	fputc(',', drawing->out);
	svg_number(drawing->out, y_of(drawing, bytes));
	fputc(' ', drawing->out);
}

/* ---- axes ---------------------------------------------------------------------------------- */

static void draw_axes(const struct drawing *drawing)
{
	const struct chart *chart = drawing->chart;
	struct tick ticks[TICKS_MOST];
	size_t count = ticks_of_bytes((uint64_t)drawing->top, 6, ticks);

	for (size_t i = 0; i < count; i++) {
		double y = y_of(drawing, (double)ticks[i].at);

		svg_line(drawing->out, LEFT, y, WIDTH - RIGHT, y, FAINT, "");
		svg_text(drawing->out, LEFT - 8, y + 4, 11, "end", INK, ticks[i].text);
	}
	count = ticks_of_time(chart->from_ns, chart->to_ns, 8, ticks);
	for (size_t i = 0; i < count; i++) {
		double x = x_of(drawing, ticks[i].at);

		svg_line(drawing->out, x, drawing->base, x, drawing->base + 4, INK, "");
		svg_text(drawing->out, x, drawing->base + 17, 11, "middle", INK, ticks[i].text);
	}
	svg_line(drawing->out, LEFT, drawing->base, WIDTH - RIGHT, drawing->base, INK, "");
	svg_line(drawing->out, LEFT, TOP, LEFT, drawing->base, INK, "");
}

/* ---- curves ---------------------------------------------------------------------------------- */

static double stacked(const struct chart *chart, size_t parts, size_t at)
{
	double sum = 0;

	for (size_t i = 0; i < parts; i++)
		sum += (double)chart->parts[i].bytes[at];
	return sum;
}

static double stacked_between(const struct chart *chart, size_t parts, uint64_t time_ns)
{
	double sum = 0;

	for (size_t i = 0; i < parts; i++)
		sum += chart_value(chart->curves, chart->parts[i].bytes, time_ns);
	return sum;
}

/* The upper edge of so many parts, from left to right or back. */
static void edge(const struct drawing *drawing, size_t parts, bool back)
{
	const struct chart *chart = drawing->chart;
	const struct chart_curve *curve = chart->curves;
	uint64_t ends[2] = {chart->from_ns, chart->to_ns};

	point(drawing, ends[back], stacked_between(chart, parts, ends[back]));
	for (size_t i = 0; i < curve->count; i++) {
		size_t at = back ? curve->count - 1 - i : i;

		if (is_shown(chart, curve->time_ns[at]))
			point(drawing, curve->time_ns[at], stacked(chart, parts, at));
	}
	point(drawing, ends[!back], stacked_between(chart, parts, ends[!back]));
}

static void draw_parts(const struct drawing *drawing)
{
	const struct chart *chart = drawing->chart;
	char size[NUMBER_BYTES];

	for (size_t i = 0; i < chart->part_count; i++) {
		fputs("<polygon points=\"", drawing->out);
		edge(drawing, i, false);
		edge(drawing, i + 1, true);
		fprintf(drawing->out, "\" fill=\"%s\" fill-opacity=\"0.85\"><title>", color_of(chart, i));
		svg_escape(drawing->out, chart->parts[i].name);
		number_size(size, sizeof(size), chart->parts[i].peak_bytes, NUMBER_PRECISION_DEFAULT);
		fprintf(drawing->out, ": %s at the peak</title></polygon>\n", size);
	}
}

static void draw_curve(const struct drawing *drawing, const struct chart_curve *curve, const char *color,
		       const char *extra)
{
	const struct chart *chart = drawing->chart;

	fputs("<polyline points=\"", drawing->out);
	if (curve->count > 0 && curve->time_ns[0] < chart->from_ns)
		point(drawing, chart->from_ns, chart_value(curve, curve->bytes, chart->from_ns));
	for (size_t i = 0; i < curve->count; i++)
		if (is_shown(chart, curve->time_ns[i]))
			point(drawing, curve->time_ns[i], (double)curve->bytes[i]);
	if (curve->count > 0 && curve->time_ns[curve->count - 1] > chart->to_ns)
		point(drawing, chart->to_ns, chart_value(curve, curve->bytes, chart->to_ns));
	fprintf(drawing->out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"%s%s><title>", color,
		*extra ? " " : "", extra);
	svg_escape(drawing->out, curve->name);
	fputs("</title></polyline>\n", drawing->out);
}

static void draw_curves(const struct drawing *drawing)
{
	const struct chart *chart = drawing->chart;

	draw_parts(drawing);
	for (size_t i = 0; i < chart->curve_count; i++)
		draw_curve(drawing, &chart->curves[i], chart->part_count > 0 ? INK : colors[i % COLORS], "");
	if (chart->rss)
		draw_curve(drawing, chart->rss, RSS_COLOR, "stroke-dasharray=\"2 2\"");
	if (chart->trend) {
		const uint64_t times[] = {chart->from_ns, chart->to_ns};
		uint64_t values[2];

		for (size_t i = 0; i < 2; i++) {
			double value = chart->trend_at_0 + chart->trend_per_ns * (double)times[i];
			values[i] = value > 0 ? (uint64_t)value : 0;
		}
		draw_curve(drawing, &(struct chart_curve){"trend", times, values, 2}, TREND_COLOR,
			   "stroke-dasharray=\"8 4\"");
	}
}

static void draw_peak(const struct drawing *drawing)
{
	const struct chart *chart = drawing->chart;
	double x = x_of(drawing, chart->peak_ns), y = y_of(drawing, (double)chart->peak_bytes);
	char size[NUMBER_BYTES];
	bool left = x > LEFT + 90;

	if (chart->peak_bytes == 0 || chart->curve_count > 1)
		return;
	svg_line(drawing->out, LEFT, y, WIDTH - RIGHT, y, PEAK_COLOR, "stroke-dasharray=\"4 3\"");
	svg_line(drawing->out, x, TOP, x, drawing->base, PEAK_COLOR, "stroke-dasharray=\"4 3\"");
	number_size(size, sizeof(size), chart->peak_bytes, NUMBER_PRECISION_DEFAULT);
	svg_text(drawing->out, left ? x - 5 : x + 5, y - 5, 11, left ? "end" : "start", PEAK_COLOR, size);
}

/* ---- phases and marks ----------------------------------------------------------------------------- */

static void span_tip(const struct chart_span *span, char tip[TIP_BYTES])
{
	char begin[NUMBER_BYTES], length[NUMBER_BYTES];

	number_duration(begin, sizeof(begin), span->begin_ns);
	number_duration(length, sizeof(length), span->end_ns - span->begin_ns);
	if (span->mark)
		snprintf(tip, TIP_BYTES, "%.100s: at %s", span->name, begin);
	else
		snprintf(tip, TIP_BYTES, "%.100s: %s, from %s", span->name, length, begin);
}

/* As much of a text's beginning as fits so many pixels; NULL: not even a little does.  The caller's to
 * free(). */
static char *fitting(const char *text, double pixels)
{
	size_t most = pixels > 0 ? (size_t)(pixels / CHARACTER) : 0, count = 0;
	char *clean = most < CHARACTERS_LEAST ? NULL : clean_copy(text, 0), *end = clean;

	for (; end && *end; end++)
		/* Bytes that continue a character of UTF-8 are none of their own. */
		if (((unsigned char)*end & 0xc0) != 0x80 && count++ == most)
			break;
	if (end)
		*end = '\0';
	return clean;
}

/* As memory_profiler has them: where a function began, and where it ended, at what the heap was then. */
static void draw_bracket(const struct drawing *drawing, uint64_t time_ns, uint64_t bytes, const char *color,
			 int direction)
{
	double x = x_of(drawing, time_ns), y = y_of(drawing, (double)bytes);

	if (!is_shown(drawing->chart, time_ns))
		return;
	svg_line(drawing->out, x, y - 7, x, y + 7, color, "stroke-width=\"2\"");
	svg_line(drawing->out, x, y - 7, x + 4 * direction, y - 7, color, "stroke-width=\"2\"");
	svg_line(drawing->out, x, y + 7, x + 4 * direction, y + 7, color, "stroke-width=\"2\"");
}

static void draw_phase(const struct drawing *drawing, const struct chart_span *span, int lane,
		       const char *color)
{
	const struct chart *chart = drawing->chart;
	uint64_t begin = span->begin_ns > chart->from_ns ? span->begin_ns : chart->from_ns;
	uint64_t end = span->end_ns < chart->to_ns ? span->end_ns : chart->to_ns;
	double x = x_of(drawing, begin), width = x_of(drawing, end) - x;
	double y = drawing->base + 28 + lane * LANE_HEIGHT;
	char tip[TIP_BYTES], length[NUMBER_BYTES], label[TIP_BYTES];
	char *text;

	span_tip(span, tip);
	svg_rectangle(drawing->out, x, y, width > 1 ? width : 1, LANE_HEIGHT - 3, color,
		      "fill-opacity=\"0.35\" rx=\"2\"", tip);
	number_duration(length, sizeof(length), span->end_ns - span->begin_ns);
	snprintf(label, sizeof(label), "%.100s %s", span->name, length);
	/* The name is worth more than how long it took. */
	text = (double)clean_length(label) * CHARACTER <= width - 6 ? fitting(label, width - 6)
								    : fitting(span->name, width - 6);
	if (text)
		svg_text(drawing->out, x + 4, y + LANE_HEIGHT - 6, 11, "start", INK, text);
	free(text);
	if (chart->span_count > BRACKETS_MOST)
		return;
	draw_bracket(drawing, span->begin_ns, span->begin_bytes, color, 1);
	if (!span->open)
		draw_bracket(drawing, span->end_ns, span->end_bytes, color, -1);
}

/* Phases that would overlap stand in lanes, the first that is free. */
static int lane_of(const struct chart_span *span, uint64_t ends[LANES_MOST])
{
	for (int lane = 0; lane < LANES_MOST; lane++)
		if (ends[lane] <= span->begin_ns) {
			ends[lane] = span->end_ns;
			return lane;
		}
	return -1;
}

static bool overlaps(const struct chart *chart, const struct chart_span *span)
{
	return span->end_ns >= chart->from_ns && span->begin_ns <= chart->to_ns;
}

static int count_lanes(const struct chart *chart)
{
	uint64_t ends[LANES_MOST] = {0};
	int lanes = 0;

	for (size_t i = 0; i < chart->span_count; i++) {
		int lane = chart->spans[i].mark || !overlaps(chart, &chart->spans[i])
				   ? -1
				   : lane_of(&chart->spans[i], ends);
		lanes = lane >= lanes ? lane + 1 : lanes;
	}
	return lanes;
}

static const char *span_color(const struct chart_span *span)
{
	return colors[(span->kind * 3 + 2) % COLORS];
}

/* Its name stands at the right of its line, or at the left where that would be beyond the edge, if there is
 * room behind the name before. */
static void draw_mark(const struct drawing *drawing, const struct chart_span *span, double *text_end)
{
	double x = x_of(drawing, span->begin_ns);
	char *text = style_cut(span->name, MARK_CHARACTERS), tip[TIP_BYTES];
	double width = (double)clean_length(text) * CHARACTER;
	bool left = x + width > WIDTH;

	span_tip(span, tip);
	svg_line(drawing->out, x, TOP, x, drawing->base, GREY, "stroke-dasharray=\"1 3\"");
	svg_rectangle(drawing->out, x - 2, TOP, 4, PLOT_HEIGHT, GREY, "fill-opacity=\"0\"", tip);
	if ((left ? x - width : x) > *text_end) {
		svg_text(drawing->out, left ? x - 2 : x + 2, TOP - 4, 11, left ? "end" : "start", GREY, text);
		*text_end = (left ? x : x + width) + 8;
	}
	free(text);
}

static void draw_spans(const struct drawing *drawing)
{
	const struct chart *chart = drawing->chart;
	uint64_t ends[LANES_MOST] = {0};
	double text_end = 0;

	for (size_t i = 0; i < chart->span_count; i++) {
		const struct chart_span *span = &chart->spans[i];
		int lane;

		if (!overlaps(chart, span))
			continue;
		if (span->mark) {
			draw_mark(drawing, span, &text_end);
			continue;
		}
		lane = lane_of(span, ends);
		if (lane >= 0)
			draw_phase(drawing, span, lane, span_color(span));
	}
	for (size_t i = 0; i < chart->pause_count; i++) {
		const struct chart_span *pause = &chart->pauses[i];
		double x, width;
		char tip[TIP_BYTES];

		if (!overlaps(chart, pause))
			continue;
		x = x_of(drawing, pause->begin_ns > chart->from_ns ? pause->begin_ns : chart->from_ns);
		width = x_of(drawing, pause->end_ns < chart->to_ns ? pause->end_ns : chart->to_ns) - x;
		span_tip(pause, tip);
		svg_rectangle(drawing->out, x, drawing->base - 8, width > 1 ? width : 1, 8, PAUSE_COLOR,
			      "fill-opacity=\"0.5\"", tip);
	}
}

/* ---- what is what ----------------------------------------------------------------------------------- */

/* Two columns: a colour, a name that fits, and its figure at the right. */
static void draw_key(const struct drawing *drawing, int index, const char *color, const char *name,
		     const char *figure)
{
	int line = index / 2;
	double column = (WIDTH - LEFT - RIGHT) / 2.0, x = LEFT + (index % 2) * column;
	double y = drawing->base + 40 + drawing->lanes * LANE_HEIGHT + line * LEGEND_LINE;
	size_t most = (size_t)((column - 40) / CHARACTER) - strlen(figure) - 2;
	char *text = style_cut(name, most);

	svg_rectangle(drawing->out, x, y, 11, 11, color, "fill-opacity=\"0.85\"", name);
	svg_text(drawing->out, x + 17, y + 10, 11, "start", INK, text);
	svg_text(drawing->out, x + column - 16, y + 10, 11, "end", GREY, figure);
	free(text);
}

/* Of figures in the legend. */
static void draw_caption(const struct drawing *drawing)
{
	if (drawing->chart->part_count > 0)
		svg_text(drawing->out, WIDTH - RIGHT - 16, drawing->base + 36 + drawing->lanes * LANE_HEIGHT,
			 10, "end", GREY, "at the peak");
}

static void draw_legend(const struct drawing *drawing)
{
	const struct chart *chart = drawing->chart;
	char size[NUMBER_BYTES], share[NUMBER_BYTES], figure[2 * NUMBER_BYTES + 4];
	int index = 0;

	for (size_t i = 0; i < chart->part_count; i++) {
		number_size(size, sizeof(size), chart->parts[i].peak_bytes, NUMBER_PRECISION_DEFAULT);
		number_share(share, sizeof(share), chart->parts[i].peak_bytes, chart->peak_bytes);
		snprintf(figure, sizeof(figure), "%s  %s", size, share);
		draw_key(drawing, index++, color_of(chart, i), chart->parts[i].name, figure);
	}
	for (size_t i = 0; chart->part_count == 0 && i < chart->curve_count; i++) {
		uint64_t at;

		number_size(size, sizeof(size),
			    (uint64_t)chart_highest(&chart->curves[i], chart->curves[i].bytes, chart->from_ns,
						    chart->to_ns, &at),
			    NUMBER_PRECISION_DEFAULT);
		draw_key(drawing, index++, colors[i % COLORS], chart->curves[i].name, size);
	}
	if (chart->rss)
		draw_key(drawing, index++, RSS_COLOR, "resident set (RSS)", "");
	if (chart->pause_count > 0) {
		snprintf(figure, sizeof(figure), "%zu", chart->pause_count);
		draw_key(drawing, index++, PAUSE_COLOR, "collections, for as long as they took", figure);
	}
}

static int legend_count(const struct chart *chart)
{
	return (int)(chart->part_count > 0 ? chart->part_count : chart->curve_count) + (chart->rss != NULL) +
	       (chart->pause_count > 0);
}

void chart_print_svg(FILE *out, const struct chart *chart)
{
	struct drawing drawing = {.out = out,
				  .chart = chart,
				  .top = (double)chart_top(chart) * 1.04,
				  .lanes = count_lanes(chart),
				  .base = TOP + PLOT_HEIGHT};
	int height =
		drawing.base + 60 + drawing.lanes * LANE_HEIGHT + (legend_count(chart) + 1) / 2 * LEGEND_LINE;

	svg_begin(out, WIDTH, height, chart->title);
	svg_text(out, LEFT, 22, 15, "start", INK, chart->title);
	svg_text(out, LEFT, 40, 12, "start", GREY, chart->subtitle);
	draw_axes(&drawing);
	draw_curves(&drawing);
	draw_spans(&drawing);
	draw_peak(&drawing);
	draw_caption(&drawing);
	draw_legend(&drawing);
	svg_end(out);
}
