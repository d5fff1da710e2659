/*
 * private.h - what the files of reporter/report share; nobody else includes it.
 */
#ifndef MPROF_REPORTER_REPORT_PRIVATE_H
#define MPROF_REPORTER_REPORT_PRIVATE_H

#include "report/report.h"
#include "report/scopes.h"

struct report {
	struct view_report view;
	const struct report_options *options;
	struct trace *trace;
	const struct trace_info *info;
	struct symbolizer *symbolizer;
	struct sources *sources;
	struct model *model;
	struct scope_map scopes;
	struct scope_sums *sums; /* one per scope */
	bool *chosen;            /* by function id */
	char **warnings;
	const char **globs; /* of the recorded MPROF_FUNCTIONS, in one allocation */
	struct view_function *functions;
	struct view_site *sites;
};

/* Adds a line to the warnings; 0 or -ENOMEM. */
int report_warn(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A frames_fn; the context is the report. */
size_t report_frames(void *report, uint32_t node, const struct source_frame **frames);

/* A figures_fn; the context is the model. */
const struct model_node *report_figures(const void *model, uint32_t node);

/* Replays the trace into a new model, the blocks of a fork's parent included.  replay.c */
int report_replay(struct report *report, const struct model_scopes *scopes, struct diagnostic *diagnostic);

/* Fills report->chosen.  May leave a model behind that knows no scopes.  choose.c */
int report_choose(struct report *report, struct diagnostic *diagnostic);

/* The figure of a function's sums by which it is chosen and ordered. */
uint64_t report_sums_figure(const struct scope_sums *sums, enum view_sort sort);

/* Fill the view.  functions.c, sites.c, summary.c */
int report_fill_functions(struct report *report);
int report_fill_sites(struct report *report);
int report_fill_summary(struct report *report);

#endif
