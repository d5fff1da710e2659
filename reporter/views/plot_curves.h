/* plot_curves.h - one recording on its way into the picture: its heap and resident set over time, what held
 * most. */
#ifndef MPROF_REPORTER_VIEWS_PLOT_CURVES_H
#define MPROF_REPORTER_VIEWS_PLOT_CURVES_H

#include "plot/chart.h"
#include "profile/series.h"
#include "views/plot_parts.h"
#include "views/view.h"

struct plotted {
	struct series series;
	struct chart_curve heap, rss;
	struct plot_parts parts;
	const char *name;
};

struct plot_grouping {
	enum grouping by;
	size_t most; /* of the parts that held most */
};

/* All of it is the document's.  0, or -errno with a diagnostic. */
int plot_curves(struct document *document, struct profile *profile, const struct request *request,
		const struct plot_grouping *wanted, struct plotted *out, struct diagnostic *diagnostic);

#endif
