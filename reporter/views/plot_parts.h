/*
 * plot_parts.h - what the heap over time was made of: the parts that held most, and all others as one, as
 * areas of a picture and as rows for programs.
 */
#ifndef MPROF_REPORTER_VIEWS_PLOT_PARTS_H
#define MPROF_REPORTER_VIEWS_PLOT_PARTS_H

#include "formats/document.h"
#include "plot/chart.h"

struct plot_part {
	const char *name, *label; /* for programs, and in a picture */
	const uint64_t *bytes;    /* at each point of the heap's curve */
};

struct plot_parts {
	struct plot_part *list; /* greatest first */
	size_t count;
	const uint64_t *rest_bytes; /* of all others */
	size_t rest_count;          /* how many these are */
};

/* The areas of a chart whose first curve and peak are known; without any part there is no rest, either.  They
 * are the document's. */
void plot_parts_draw(struct document *document, const struct plot_parts *parts, struct chart *chart);

/* The rows of one point. */
struct table plot_parts_at(struct document *document, const struct plot_parts *parts, size_t point);

#endif
