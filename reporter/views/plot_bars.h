/* plot_bars.h - histograms as pictures: mprof plot --kind sizes, lifetimes. */
#ifndef MPROF_REPORTER_VIEWS_PLOT_BARS_H
#define MPROF_REPORTER_VIEWS_PLOT_BARS_H

#include "formats/document.h"
#include "plot/bars.h"
#include "profile/profile.h"
#include "views/request.h"

enum plot_kind {
	PLOT_TIME, /* no histogram */
	PLOT_SIZES,
	PLOT_LIFETIMES,
	PLOT_KINDS,
};

/* Fills in a histogram of one recording, which lives as long as the document.  `title`: NULL: the usual one.
 * 0, or -errno with a diagnostic. */
int plot_bars(struct profile *profile, const struct request *request, enum plot_kind kind, const char *title,
	      struct document *document, struct bars *bars, struct diagnostic *diagnostic);

#endif
