/*
 * chart.h - the heap over time as a picture: what is to be seen, whatever it is drawn on.
 *
 * Plain data, borrowed.  Sizes are bytes, times ns since the start of the run (of the first, where there are
 * several).  Names are untrusted, and made clean where they are drawn.
 */
#ifndef MPROF_REPORTER_PLOT_CHART_H
#define MPROF_REPORTER_PLOT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A curve; between its points it is straight. */
struct chart_curve {
	const char *name;
	const uint64_t *time_ns, *bytes; /* times rise, or are equal */
	size_t count;
};

/* A part of the heap, one on the other; at the times of the first curve. */
struct chart_part {
	const char *name;
	const uint64_t *bytes;
	uint64_t peak_bytes; /* at the highest point */
	bool rest;           /* all others that are not shown by themselves */
};

/* A phase, or, where begin and end are one, a mark; or a collector's pause. */
struct chart_span {
	const char *name;
	uint64_t begin_ns, end_ns;
	uint64_t begin_bytes, end_bytes; /* the heap then */
	size_t kind;                     /* phases of one name have one */
	bool mark, open;                 /* open: it did not end */
};

struct chart {
	const char *title;
	const char *subtitle; /* what the title's figures are */
	uint64_t from_ns, to_ns;
	const struct chart_curve *curves; /* the heap; of several recordings each its own */
	size_t curve_count;
	const struct chart_part
		*parts; /* of the first curve, the greatest at the bottom; the last may be the rest */
	size_t part_count;
	const struct chart_curve *rss; /* NULL: not shown */
	uint64_t peak_ns, peak_bytes;  /* of the first curve, within what is shown */
	const struct chart_span *spans;
	size_t span_count;
	const struct chart_span *pauses;
	size_t pause_count;
	bool trend;                      /* show the line that fits the first curve best */
	double trend_at_0, trend_per_ns; /* bytes */
};

/* The value of a curve at a time: between two points in proportion; before the first and behind the last 0.
 */
double chart_value(const struct chart_curve *curve, const uint64_t *bytes, uint64_t time_ns);

/* The highest of a curve from one time to another, and where first. */
double chart_highest(const struct chart_curve *curve, const uint64_t *bytes, uint64_t from_ns, uint64_t to_ns,
		     uint64_t *at_ns);

/* The line that fits the first curve best, within what is shown: by least squares over its points, each with
 * the time that it stands for. */
void chart_fit_trend(struct chart *chart);

/* The greatest of all that is shown. */
uint64_t chart_top(const struct chart *chart);

/* ---- where it is drawn ------------------------------------------------------------------ */

/* As SVG 1.1 with real text, and tooltips; needs nothing else. */
void chart_print_svg(FILE *out, const struct chart *chart);

struct chart_text_style {
	size_t width;  /* columns, at least 40 */
	size_t height; /* lines of the picture itself */
	bool color;
	bool ascii; /* else braille and blocks */
};

/* As lines of text. */
void chart_print_text(FILE *out, const struct chart *chart, const struct chart_text_style *style);

#endif
