/*
 * flame.h - a flame graph: calls as boxes, each below who called it and as wide as its part of the whole.
 *
 * Plain data, borrowed; names are untrusted, and made clean where they are drawn.
 */
#ifndef MPROF_REPORTER_PLOT_FLAME_H
#define MPROF_REPORTER_PLOT_FLAME_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct flame_box {
	const char *name, *tip; /* what it is called, and all that is said of it */
	double begin, width;    /* of the whole, which is 1 */
	uint32_t depth;         /* the whole's own box is 0 */
	const char *group;      /* boxes of one group have like colours */
	double change;          /* from -1, all of it is gone, to 1, it is new */
};

struct flame {
	const char *title, *subtitle;
	const struct flame_box *boxes; /* callers before those whom they call */
	size_t box_count;
	int by_change; /* colours are of the change, not of groups */
};

/* As SVG that needs nothing else; where scripts may run it zooms at a click, and searches. */
void flame_print_svg(FILE *out, const struct flame *flame);

#endif
