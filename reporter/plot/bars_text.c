/*
 * bars_text.c - a histogram as lines of text: a line for each class, with a bar of each series.
 */
#include "plot/bars.h"

#include "base/clean.h"

#define VALUE 11  /* columns of a figure */
#define SHARE 7   /* and of its share */
#define BETWEEN 2 /* series */
#define BAR_LEAST 6

/* Of the terminal's own 256. */
static const int colors[BARS_SERIES] = {33, 209};

static void print_padded(FILE *out, const char *text, size_t width)
{
	size_t length = clean_length(text);

	for (size_t i = length; i < width; i++)
		fputc(' ', out);
	clean_print(out, text, width);
}

/* Blocks of an eighth of a character; in ASCII whole ones.  As wide as the share is of the greatest. */
static size_t print_blocks(FILE *out, double part, size_t width, bool ascii)
{
	static const char *const eighths[] = {"",       "\u258f", "\u258e", "\u258d",
					      "\u258c", "\u258b", "\u258a", "\u2589"};
	size_t steps = (size_t)(part * (double)width * 8 + 0.5), whole = steps / 8;

	if (part > 0 && steps == 0)
		steps = 1;
	for (size_t i = 0; i < whole; i++)
		fputs(ascii ? "#" : "\u2588", out);
	if (steps % 8 == 0 || (ascii && whole > 0))
		return whole;
	fputs(ascii ? "." : eighths[steps % 8], out);
	return whole + 1;
}

static void print_bar(FILE *out, const struct bar *bar, size_t series, double top, size_t width,
		      const struct chart_text_style *style, bool last)
{
	char share[32];

	print_padded(out, bar->value[series], VALUE);
	snprintf(share, sizeof(share), "%.1f%%", bar->share[series] * 100);
	print_padded(out, bar->share[series] > 0 ? share : "", SHARE);
	fputc(' ', out);
	if (style->color)
		fprintf(out, "\033[38;5;%dm", colors[series]);
	size_t used = print_blocks(out, top > 0 ? bar->share[series] / top : 0, width, style->ascii);
	if (style->color)
		fputs("\033[0m", out);
	for (size_t i = used; i < width + BETWEEN && !last; i++)
		fputc(' ', out);
}

static size_t label_width(const struct bar_panel *panel)
{
	size_t widest = 0;

	for (size_t i = 0; i < panel->count; i++) {
		size_t length = clean_length(panel->list[i].label);

		widest = length > widest ? length : widest;
	}
	return widest;
}

static void print_head(FILE *out, const struct bar_panel *panel, size_t label, size_t bar)
{
	fputc('\n', out);
	clean_print_between(out, "", panel->title, "\n");
	print_padded(out, "from", label);
	for (size_t s = 0; s < bars_series(panel); s++) {
		print_padded(out, panel->series[s], VALUE);
		for (size_t i = 0; i < SHARE + 1 + bar + BETWEEN && s + 1 < bars_series(panel); i++)
			fputc(' ', out);
	}
	fputc('\n', out);
}

static void print_panel(FILE *out, const struct bar_panel *panel, const struct chart_text_style *style)
{
	size_t label = label_width(panel), series = bars_series(panel);
	size_t fixed = label + series * (VALUE + SHARE + 1 + BETWEEN);
	size_t bar = style->width > fixed + series * BAR_LEAST ? (style->width - fixed) / series : BAR_LEAST;

	label = label > 4 ? label : 4;
	print_head(out, panel, label, bar);
	for (size_t i = 0; i < panel->count; i++) {
		print_padded(out, panel->list[i].label, label);
		for (size_t s = 0; s < series; s++)
			print_bar(out, &panel->list[i], s, bars_top(panel), bar, style, s + 1 == series);
		fputc('\n', out);
	}
	if (panel->count == 0)
		fputs("nothing\n", out);
}

void bars_print_text(FILE *out, const struct bars *bars, const struct chart_text_style *style)
{
	clean_print_between(out, "", bars->title, "\n");
	if (*bars->subtitle)
		clean_print_between(out, "", bars->subtitle, "\n");
	for (size_t i = 0; i < bars->count; i++)
		print_panel(out, &bars->panels[i], style);
}
