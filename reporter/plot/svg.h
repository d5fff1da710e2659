/*
 * svg.h - SVG, element by element: numbers whatever the locale, and text that can be no markup.
 */
#ifndef MPROF_REPORTER_PLOT_SVG_H
#define MPROF_REPORTER_PLOT_SVG_H

#include <stdio.h>

/* A picture of so many pixels, on white. */
void svg_begin(FILE *out, int width, int height, const char *title);
void svg_end(FILE *out);

/* Text between tags: clean, and escaped. */
void svg_escape(FILE *out, const char *text);

/* "12.5": with a blank before it. */
void svg_number(FILE *out, double number);

void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *color, const char *extra);

/* `extra`: more attributes, or "".  `tip`: shown when the pointer is on it; NULL: nothing. */
void svg_rectangle(FILE *out, double x, double y, double width, double height, const char *color,
		   const char *extra, const char *tip);

/* `anchor`: start, middle or end. */
void svg_text(FILE *out, double x, double y, int size, const char *anchor, const char *color,
	      const char *text);

#endif
