/*
 * known.c - where a report's figures come from: the trace's summary, what an earlier report kept, or
 * a replay; and the visits that follow from them.
 */
#include "profile/kept.h"
#include "profile/private.h"

#include <errno.h>
#include <stdlib.h>

/* ---- figures ------------------------------------------------------------- */

/* There may have been more moves than the drainer could keep, or more frees of unknown blocks in a fork
 * child; an aggregate trace has nothing better. */
static bool summary_says_all(const struct trace_info *info)
{
	if (!info->summary || info->aggregate)
		return info->summary;
	return info->summary->moves_known &&
	       (info->fork_id == 0 || info->summary->totals.stray_frees == info->stray_count);
}

static int figures_from(struct report *report, const struct figures_summary *summary)
{
	report->model = model_from_summary(summary);
	return report->model ? 0 : -ENOMEM;
}

/* A child's frees of what it inherited are named by its parent's trace, which the drainer has not read. */
static int figures_from_summary(struct report *report, struct diagnostic *diagnostic)
{
	const struct trace_info *info = report->info;
	int error = figures_from(report, info->summary);

	if (!error && info->stray_count > 0)
		error = report_inherit(report, report->model, diagnostic);
	for (size_t i = 0; !error && i < info->stray_count; i++)
		model_inherited_free(report->model, info->strays[i]);
	return error;
}

/* Leaves the model NULL if only a replay can tell. */
static int take_known_figures(struct report *report, struct diagnostic *diagnostic)
{
	if (report->options->replay)
		return 0;
	if (summary_says_all(report->info))
		return figures_from_summary(report, diagnostic);
	if (!kept_figures(report->info, &report->kept))
		return 0;
	report->kept_summary = summary_decoded(&report->kept);
	return figures_from(report, &report->kept_summary);
}

int report_know_figures(struct report *report, struct diagnostic *diagnostic)
{
	int error = take_known_figures(report, diagnostic);

	if (error || report->model)
		return error;
	error = report_replay(report, &report->model, diagnostic);
	if (!error && report->replay_complete && !report->options->replay)
		kept_keep_figures(report->info, model_summary(report->model));
	return error;
}

int report_know_remains(struct report *report)
{
	if (report->ownership.remains)
		return 0;
	return ownership_find_remains(&report->ownership, model_summary(report->model)->nodes,
				      report->remains);
}

/* ---- visits -------------------------------------------------------------- */

int report_know_visits(struct report *report)
{
	const struct model_scopes *scopes = &report->scopes.model;

	/* Only where there is nothing to replay. */
	if (!model_summary(report->model)->moves_known &&
	    report_warn(report,
			"%s: too many different ways through the program were met: Mem usage is not known",
			report->info->path) != 0)
		return -ENOMEM;
	report->visits = calloc((size_t)scopes->scope_count + 1, sizeof(*report->visits));
	if (!report->visits)
		return -ENOMEM;
	return visits_count(model_summary(report->model), report->info->nodes, scopes, report->visits);
}

const struct model_scope *report_visits(const struct report *report, uint32_t function, uint32_t line)
{
	static const struct model_scope none;
	uint32_t scope = report->visits ? scope_find(&report->scopes, function, line) : SCOPE_NONE;

	return scope == SCOPE_NONE ? &none : &report->visits[scope];
}
