/*
 * chart_text.c - a chart as lines of text: the heap in dots of braille, two by four a character, with phases
 * below, and what it was made of with a line of its own for each part.
 */
#include "plot/chart.h"

#include "base/clean.h"
#include "base/memory.h"
#include "base/number.h"
#include "formats/style.h"
#include "plot/spark.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define LABEL 12 /* columns of the figures at the left, with the axis */
#define SPARK 20 /* columns of a part's own line */
#define LANES_MOST 4
#define ROWS_APART 4 /* of figures at the left */
#define CELL_WIDTH 2
#define CELL_HEIGHT 4

/* Of the terminal's own 256. */
static const int colors[] = {33, 209, 71, 176, 220, 38, 161, 107, 141, 180};
#define COLORS (sizeof(colors) / sizeof(*colors))
#define REST_COLOR 245

struct canvas {
	FILE *out;
	const struct chart *chart;
	const struct chart_text_style *style;
	size_t width; /* columns of the picture */
	double top;
};

static uint64_t time_at(const struct canvas *canvas, size_t dot, size_t dots)
{
	const struct chart *chart = canvas->chart;

	return chart->from_ns +
	       (uint64_t)((double)(chart->to_ns - chart->from_ns) * (double)dot / (double)dots);
}

/* How many of so many dots the highest heap within the column of dots fills; where something is, at least
 * one. */
static size_t height_at(const struct canvas *canvas, const struct chart_curve *curve, const uint64_t *bytes,
			size_t dot, size_t dots, size_t most, double top)
{
	uint64_t at;
	double highest =
		chart_highest(curve, bytes, time_at(canvas, dot, dots), time_at(canvas, dot + 1, dots), &at);
	size_t height = top > 0 ? (size_t)(highest / top * (double)most + 0.5) : 0;

	return height == 0 && highest >= 1 ? 1 : height > most ? most : height;
}

/* ---- the picture ------------------------------------------------------------------------------ */

static void print_braille(FILE *out, unsigned dots)
{
	unsigned code = 0x2800 + dots;

	fputc((int)(0xe0 | code >> 12), out);
	fputc((int)(0x80 | (code >> 6 & 0x3f)), out);
	fputc((int)(0x80 | (code & 0x3f)), out);
}

/* The dots of a character whose two columns are filled so high from its lower edge. */
static unsigned braille(size_t left, size_t right)
{
	static const unsigned char left_dots[] = {0, 0x40, 0x44, 0x46, 0x47};
	static const unsigned char right_dots[] = {0, 0x80, 0xa0, 0xb0, 0xb8};

	return left_dots[left] | right_dots[right];
}

static size_t within(size_t height, size_t base, size_t most)
{
	return height <= base ? 0 : height - base > most ? most : height - base;
}

/* Which part is there in the middle of a character. */
static int color_at(const struct canvas *canvas, size_t column, size_t row)
{
	const struct chart *chart = canvas->chart;
	double bytes = ((double)row + 0.5) / (double)canvas->style->height * canvas->top, sum = 0;
	uint64_t at;

	if (chart->curve_count == 0)
		return REST_COLOR;
	(void)chart_highest(chart->curves, chart->curves->bytes, time_at(canvas, column, canvas->width),
			    time_at(canvas, column + 1, canvas->width), &at);
	for (size_t i = 0; i < chart->part_count; i++) {
		sum += chart_value(chart->curves, chart->parts[i].bytes, at);
		if (bytes <= sum)
			return chart->parts[i].rest ? REST_COLOR : colors[i % COLORS];
	}
	return REST_COLOR;
}

static void print_cell(const struct canvas *canvas, size_t column, size_t row)
{
	const struct chart_curve *curve = canvas->chart->curves;
	size_t dots = canvas->width * CELL_WIDTH, most = canvas->style->height * CELL_HEIGHT;
	size_t heights[CELL_WIDTH], base = row * CELL_HEIGHT;

	for (size_t i = 0; i < CELL_WIDTH; i++)
		heights[i] = within(height_at(canvas, curve, curve->bytes, column * CELL_WIDTH + i, dots,
					      most, canvas->top),
				    base, CELL_HEIGHT);
	if (canvas->style->ascii) {
		fputc(" .:##"[(heights[0] + heights[1] + 1) / 2], canvas -> out);
		return;
	}
	if (heights[0] + heights[1] == 0) {
		fputc(' ', canvas->out);
		return;
	}
	if (canvas->style->color && canvas->chart->part_count > 0)
		fprintf(canvas->out, "\033[38;5;%dm", color_at(canvas, column, row));
	print_braille(canvas->out, braille(heights[0], heights[1]));
}

static void print_row(const struct canvas *canvas, size_t row)
{
	size_t rows = canvas->style->height;
	char label[NUMBER_BYTES] = "";
	bool labelled = (rows - 1 - row) % ROWS_APART == 0;

	/* The upper edge of the uppermost row is the top. */
	if (labelled)
		number_size(label, sizeof(label),
			    (uint64_t)(canvas->top * (double)(row + 1) / (double)rows + 0.5),
			    NUMBER_PRECISION_DEFAULT);
	fprintf(canvas->out, "%*s %s", LABEL - 2, label,
		canvas->style->ascii ? (labelled ? "+" : "|") : (labelled ? "\u2524" : "\u2502"));
	for (size_t column = 0; column < canvas->width; column++)
		print_cell(canvas, column, row);
	fputs(canvas->style->color ? "\033[0m\n" : "\n", canvas->out);
}

static void print_axis(const struct canvas *canvas)
{
	const struct chart *chart = canvas->chart;
	char from[NUMBER_BYTES], to[NUMBER_BYTES];

	fprintf(canvas->out, "%*s%s", LABEL - 1, "", canvas->style->ascii ? "+" : "\u2514");
	for (size_t column = 0; column < canvas->width; column++)
		fputs(canvas->style->ascii ? "-" : "\u2500", canvas->out);
	if (chart->from_ns > 0)
		number_pause(from, sizeof(from), chart->from_ns);
	else
		snprintf(from, sizeof(from), "0 s");
	number_pause(to, sizeof(to), chart->to_ns);
	fprintf(canvas->out, "\n%*s%s%*s\n", LABEL, "", from, (int)(canvas->width - strlen(from)), to);
}

/* ---- phases and marks ---------------------------------------------------------------------------- */

static size_t column_of(const struct canvas *canvas, uint64_t time_ns)
{
	const struct chart *chart = canvas->chart;
	double span = (double)(chart->to_ns - chart->from_ns);
	size_t column;

	if (time_ns <= chart->from_ns || span <= 0)
		return 0;
	column = (size_t)((double)(time_ns - chart->from_ns) / span * (double)canvas->width);
	return column < canvas->width ? column : canvas->width - 1;
}

/* A line of characters, some of which take several bytes. */
struct lane {
	char (*cells)[MB_LEN_MAX + 1];
	size_t end; /* behind what is there */
};

/* The next character of a text if it is one column wide, else a question mark; *text moves on. */
static void take_character(const struct canvas *canvas, const char **text, char cell[MB_LEN_MAX + 1])
{
	wchar_t character;
	int bytes = mbtowc(&character, *text, MB_LEN_MAX);
	bool fits = bytes > 0 && wcwidth(character) == 1 && (bytes == 1 || !canvas->style->ascii);

	memcpy(cell, fits ? *text : "?", fits ? (size_t)bytes : 1);
	cell[fits ? bytes : 1] = '\0';
	*text += bytes > 0 ? bytes : 1;
}

/* From a column up to another; how many columns it took. */
static size_t put_text(const struct canvas *canvas, struct lane *lane, size_t begin, size_t end,
		       const char *text)
{
	size_t at = begin;

	for (; *text && at < end; at++)
		take_character(canvas, &text, lane->cells[at]);
	return at - begin;
}

/* "[load 0.035 s   ]", "|ready"; what does not fit is cut.  False: something is there already. */
static bool put_span(const struct canvas *canvas, const struct chart_span *span, struct lane *lane)
{
	size_t begin = column_of(canvas, span->begin_ns), last = column_of(canvas, span->end_ns);
	char length[NUMBER_BYTES], label[256], *clean = clean_copy(span->name, 100);

	if (!clean || begin < lane->end) {
		free(clean);
		return false;
	}
	number_duration(length, sizeof(length), span->end_ns - span->begin_ns);
	if (span->mark) {
		snprintf(label, sizeof(label), "|%s", clean);
		lane->end = begin + put_text(canvas, lane, begin, canvas->width, label) + 1;
	} else {
		snprintf(label, sizeof(label), "%s %s", clean, length);
		put_text(canvas, lane, begin + 1, last, label);
		put_text(canvas, lane, last, last + 1, span->open ? ">" : last > begin ? "]" : "[");
		put_text(canvas, lane, begin, begin + 1, "[");
		lane->end = last + 1;
	}
	free(clean);
	return true;
}

static bool overlaps(const struct chart *chart, const struct chart_span *span)
{
	return span->end_ns >= chart->from_ns && span->begin_ns <= chart->to_ns;
}

static void print_lane(const struct canvas *canvas, const struct lane *lane)
{
	fprintf(canvas->out, "%*s", LABEL, "");
	for (size_t i = 0; i < lane->end && i < canvas->width; i++)
		fputs(*lane->cells[i] ? lane->cells[i] : " ", canvas->out);
	fputc('\n', canvas->out);
}

static void print_spans(const struct canvas *canvas)
{
	const struct chart *chart = canvas->chart;
	struct lane lanes[LANES_MOST] = {0};
	size_t left_out = 0;

	for (size_t i = 0; i < LANES_MOST; i++)
		lanes[i].cells = memory_zeroed(canvas->width + 1, sizeof(*lanes[i].cells));
	for (size_t i = 0; i < chart->span_count; i++) {
		size_t lane = 0;

		if (!overlaps(chart, &chart->spans[i]))
			continue;
		while (lane < LANES_MOST && !put_span(canvas, &chart->spans[i], &lanes[lane]))
			lane++;
		left_out += lane == LANES_MOST;
	}
	for (size_t i = 0; i < LANES_MOST; i++) {
		if (lanes[i].end > 0)
			print_lane(canvas, &lanes[i]);
		free(lanes[i].cells);
	}
	if (left_out > 0)
		fprintf(canvas->out, "%*s... and %zu more phases and marks\n", LABEL, "", left_out);
}

/* ---- what it was made of ---------------------------------------------------------------------------- */

static void print_spark(const struct canvas *canvas, const struct chart_part *part)
{
	const struct chart_curve *curve = canvas->chart->curves;
	uint64_t at;
	double top = chart_highest(curve, part->bytes, canvas->chart->from_ns, canvas->chart->to_ns, &at);

	for (size_t i = 0; i < SPARK; i++) {
		size_t height = height_at(canvas, curve, part->bytes, i, SPARK, SPARK_HEIGHT, top);

		fputs(spark_text(height, canvas->style->ascii), canvas->out);
	}
}

static void print_part(const struct canvas *canvas, size_t index)
{
	const struct chart_part *part = &canvas->chart->parts[index];
	size_t taken = 10 + 8 + 2 + SPARK + 2,
	       room = canvas->style->width > taken + 20 ? canvas->style->width - taken : 20;
	char size[NUMBER_BYTES], share[NUMBER_BYTES], *name = style_cut(part->name, room);

	number_size(size, sizeof(size), part->peak_bytes, NUMBER_PRECISION_DEFAULT);
	number_share(share, sizeof(share), part->peak_bytes, canvas->chart->peak_bytes);
	fprintf(canvas->out, "%10s %7s  ", size, share);
	if (canvas->style->color)
		fprintf(canvas->out, "\033[38;5;%dm", part->rest ? REST_COLOR : colors[index % COLORS]);
	print_spark(canvas, part);
	fputs(canvas->style->color ? "\033[0m  " : "  ", canvas->out);
	clean_print(canvas->out, name, 0);
	fputc('\n', canvas->out);
	free(name);
}

/* Of several recordings there is no common picture in one colour: a line each. */
static void print_curve(const struct canvas *canvas, const struct chart_curve *curve)
{
	struct chart_part part = {.name = curve->name, .bytes = curve->bytes};
	struct chart alone = *canvas->chart;
	struct canvas own = *canvas;
	uint64_t at;

	part.peak_bytes = (uint64_t)chart_highest(curve, curve->bytes, alone.from_ns, alone.to_ns, &at);
	alone.curves = curve;
	alone.parts = &part;
	alone.part_count = 1;
	alone.peak_bytes = chart_top(canvas->chart);
	own.chart = &alone;
	print_part(&own, 0);
}

void chart_print_text(FILE *out, const struct chart *chart, const struct chart_text_style *style)
{
	size_t width = style->width > 40 ? style->width : 40;
	struct canvas canvas = {.out = out,
				.chart = chart,
				.style = style,
				.width = width - LABEL,
				.top = (double)chart_top(chart)};

	clean_print(out, chart->title, 0);
	fputc('\n', out);
	clean_print(out, chart->subtitle, 0);
	fputs("\n\n", out);
	for (size_t row = style->height; row > 0 && chart->curve_count == 1; row--)
		print_row(&canvas, row - 1);
	if (chart->curve_count == 1) {
		print_axis(&canvas);
		print_spans(&canvas);
	}
	if (chart->part_count > 0)
		fputs("\n   At peak   Share  Over time             Of\n", out);
	for (size_t i = 0; i < chart->part_count; i++)
		print_part(&canvas, i);
	for (size_t i = 0; chart->curve_count > 1 && i < chart->curve_count; i++)
		print_curve(&canvas, &chart->curves[i]);
}
