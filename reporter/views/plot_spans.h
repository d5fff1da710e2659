/* plot_spans.h - what a program noted, in a picture of its heap over time: phases, marks, collectors' pauses.
 */
#ifndef MPROF_REPORTER_VIEWS_PLOT_SPANS_H
#define MPROF_REPORTER_VIEWS_PLOT_SPANS_H

#include "formats/document.h"
#include "plot/chart.h"
#include "profile/profile.h"

/* The chart's spans, or its pauses; they are the document's, names the profile's. */
void plot_phases(struct document *document, struct profile *profile, struct chart *chart);
void plot_pauses(struct document *document, struct profile *profile, struct chart *chart);

#endif
