/*
 * kept.h - what a replay found out, kept for the next report of the same trace.
 *
 * Keyed by what is in the trace and by which lines were followed, not by paths or names: a file
 * that does not fit, is damaged or was made by hand is as good as absent.
 */
#ifndef MPROF_REPORTER_REPORT_KEPT_H
#define MPROF_REPORTER_REPORT_KEPT_H

#include "figures/summary.h"
#include "model/model.h"

/* All figures.  True: `out` is complete, and the caller's to finish. */
bool kept_figures(const struct trace_info *info, struct summary_decoder *out);
void kept_keep_figures(const struct trace_info *info, const struct model *model);

/* Visits, one per scope.  False: there are none, and their contents are undefined. */
bool kept_visits(const struct trace_info *info, const struct model_scopes *scopes,
		 const struct model_totals *totals, struct model_scope *visits);
void kept_keep_visits(const struct trace_info *info, const struct model_scopes *scopes,
		      const struct model_scope *visits);

/* Forgets all about the trace in this file, which is about to go. */
void kept_forget(const char *path);

#endif
