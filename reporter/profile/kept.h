/*
 * kept.h - what a replay found out, kept for the next report of the same trace.
 *
 * Keyed by what is in the trace, not by paths or names: a file that does not fit, is damaged or was
 * made by hand is as good as absent.
 */
#ifndef MPROF_REPORTER_PROFILE_KEPT_H
#define MPROF_REPORTER_PROFILE_KEPT_H

#include "figures/summary.h"
#include "reader/reader.h"

/* Figures and moves.  True: `out` is complete, and the caller's to finish. */
bool kept_figures(const struct trace_info *info, struct summary_decoder *out);
void kept_keep_figures(const struct trace_info *info, const struct figures_summary *summary);

/* Forgets all about the trace in this file, which is about to go. */
void kept_forget(const char *path);

#endif
