/* plot_run.h - mprof plot --processes: the heap of all processes of a run over time, by program. */
#ifndef MPROF_REPORTER_VIEWS_PLOT_RUN_H
#define MPROF_REPORTER_VIEWS_PLOT_RUN_H

#include "plot/chart.h"
#include "views/view.h"

/* The run that a recording belongs to, with the `most` programs that held most at any time: as a chart whose
 * parts are the document's, or as a table for programs.  0, or -errno with a diagnostic. */
int plot_run_chart(struct profile *profile, const struct request *request, size_t most,
		   struct document *document, struct chart *chart, struct diagnostic *diagnostic);
int plot_run_make(struct profile *profile, const struct request *request, size_t most,
		  struct document *document, struct diagnostic *diagnostic);

#endif
