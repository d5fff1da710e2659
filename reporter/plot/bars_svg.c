/*
 * bars_svg.c - a histogram as SVG: bars of the share that each class has, with what they are as tooltips.
 */
#include "plot/bars.h"

#include "base/clean.h"
#include "plot/svg.h"

#include <math.h>

#define WIDTH 960
#define LEFT 64
#define RIGHT 24
#define HEAD 56
#define PANEL_HEAD 52
#define PANEL_HEIGHT 220
#define PANEL_FOOT 44
#define PLOT_WIDTH (WIDTH - LEFT - RIGHT)
#define PANEL (PANEL_HEAD + PANEL_HEIGHT + PANEL_FOOT)
#define CHARACTER 6.2 /* of 11 pixels, about */
#define GAP 0.2       /* of a class's width: between its bars and the next one's */
#define TICKS 4
#define TIP_BYTES 256
#define INK "#222"
#define FAINT "#ddd"
#define GREY "#777"

/* Told apart by eyes that see colours differently (Paul Tol's "muted"). */
static const char *const colors[BARS_SERIES] = {"#332288", "#cc6677"};

struct drawing {
	FILE *out;
	const struct bar_panel *panel;
	double top; /* share at the upper edge */
	int base;   /* pixels: where the bars stand */
};

double bars_top(const struct bar_panel *panel)
{
	double top = 0;

	for (size_t i = 0; i < panel->count; i++)
		for (size_t s = 0; s < bars_series(panel); s++)
			top = panel->list[i].share[s] > top ? panel->list[i].share[s] : top;
	return top;
}

/* The next whole share of so many that ticks divide well. */
static double round_top(double top)
{
	static const double tops[] = {0.02, 0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8, 1};

	for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++)
		if (top <= tops[i])
			return tops[i];
	return 1;
}

static double y_of(const struct drawing *drawing, double share)
{
	return drawing->base - share / drawing->top * PANEL_HEIGHT;
}

static void draw_axes(const struct drawing *drawing)
{
	for (int i = 0; i <= TICKS; i++) {
		double share = drawing->top * i / TICKS, y = y_of(drawing, share);
		char text[32];

		snprintf(text, sizeof(text), "%d%s%%", (int)(share * 1000 + 0.5) / 10,
			 (int)(share * 1000 + 0.5) % 10 ? ".5" : "");
		if (i > 0)
			svg_line(drawing->out, LEFT, y, WIDTH - RIGHT, y, FAINT, "");
		svg_text(drawing->out, LEFT - 8, y + 4, 11, "end", INK, text);
	}
	svg_line(drawing->out, LEFT, drawing->base, WIDTH - RIGHT, drawing->base, INK, "");
}

/* Labels as often as they fit. */
static size_t label_step(const struct bar_panel *panel)
{
	size_t longest = 1;

	for (size_t i = 0; i < panel->count; i++) {
		size_t length = clean_length(panel->list[i].label);

		longest = length > longest ? length : longest;
	}
	double slot = (double)PLOT_WIDTH / (double)panel->count;
	return (size_t)ceil(((double)longest * CHARACTER + 8) / slot);
}

static void draw_bar(const struct drawing *drawing, const struct bar *bar, double x, double width)
{
	size_t series = bars_series(drawing->panel);

	for (size_t s = 0; s < series; s++) {
		char tip[TIP_BYTES];
		double y = y_of(drawing, bar->share[s]);

		/* What is there is seen. */
		if (bar->share[s] > 0 && y > drawing->base - 1)
			y = drawing->base - 1;
		snprintf(tip, sizeof(tip), "%s: %s (%.1f%%)", bar->range, bar->value[s], bar->share[s] * 100);
		svg_rectangle(drawing->out, x + width * (double)s, y, width, drawing->base - y, colors[s], "",
			      tip);
	}
}

static void draw_bars(const struct drawing *drawing)
{
	const struct bar_panel *panel = drawing->panel;
	double slot = (double)PLOT_WIDTH / (double)panel->count;
	double width = slot * (1 - GAP) / (double)bars_series(panel);
	size_t step = label_step(panel);

	for (size_t i = 0; i < panel->count; i++) {
		double x = LEFT + slot * ((double)i + GAP / 2);

		draw_bar(drawing, &panel->list[i], x, width);
		if (i % step == 0)
			svg_text(drawing->out, LEFT + slot * ((double)i + 0.5), drawing->base + 16, 11,
				 "middle", INK, panel->list[i].label);
	}
}

static void draw_legend(const struct drawing *drawing)
{
	double x = LEFT, y = drawing->base - PANEL_HEIGHT - 18;

	svg_text(drawing->out, x, y - 16, 13, "start", INK, drawing->panel->title);
	for (size_t s = 0; s < bars_series(drawing->panel); s++) {
		svg_rectangle(drawing->out, x, y - 5, 10, 10, colors[s], "", NULL);
		svg_text(drawing->out, x + 15, y + 4, 11, "start", INK, drawing->panel->series[s]);
		x += 40 + (double)clean_length(drawing->panel->series[s]) * CHARACTER;
	}
}

void bars_print_svg(FILE *out, const struct bars *bars)
{
	svg_begin(out, WIDTH, HEAD + PANEL * (int)bars->count, bars->title);
	svg_text(out, LEFT, 24, 16, "start", INK, bars->title);
	svg_text(out, LEFT, 44, 12, "start", GREY, bars->subtitle);
	for (size_t i = 0; i < bars->count; i++) {
		const struct drawing drawing = {
			.out = out,
			.panel = &bars->panels[i],
			.top = round_top(bars_top(&bars->panels[i])),
			.base = HEAD + PANEL * (int)i + PANEL_HEAD + PANEL_HEIGHT,
		};

		draw_legend(&drawing);
		draw_axes(&drawing);
		if (bars->panels[i].count > 0)
			draw_bars(&drawing);
		else
			svg_text(out, WIDTH / 2.0, drawing.base - PANEL_HEIGHT / 2.0, 12, "middle", GREY,
				 "nothing");
	}
	svg_end(out);
}
