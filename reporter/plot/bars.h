/*
 * bars.h - a histogram as a picture: panels of bars, whatever it is drawn on.
 *
 * Plain data, borrowed.  Names are untrusted, and made clean where they are drawn.
 */
#ifndef MPROF_REPORTER_PLOT_BARS_H
#define MPROF_REPORTER_PLOT_BARS_H

#include "plot/chart.h"

#define BARS_SERIES 2u

/* What one class has, of each series. */
struct bar {
	const char *label;              /* where the class begins */
	const char *range;              /* all of it */
	const char *value[BARS_SERIES]; /* as people read it */
	double share[BARS_SERIES];      /* of all, from 0 to 1 */
};

struct bar_panel {
	const char *title;
	const char *series[BARS_SERIES]; /* NULL: there is one less */
	const struct bar *list;
	size_t count;
};

struct bars {
	const char *title, *subtitle;
	const struct bar_panel *panels;
	size_t count;
};

void bars_print_svg(FILE *out, const struct bars *bars);
void bars_print_text(FILE *out, const struct bars *bars, const struct chart_text_style *style);

/* How many series a panel has. */
static inline size_t bars_series(const struct bar_panel *panel)
{
	return panel->series[1] ? 2 : 1;
}

/* The greatest share of a panel. */
double bars_top(const struct bar_panel *panel);

#endif
