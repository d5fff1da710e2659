/*
 * known.c - where a report's figures come from: the trace's summary, what an earlier report kept, or
 * a replay.
 *
 * Only visits need the order of events.  To replay once for all reports, the lines of all functions of
 * the program's own are followed, not just those that this report shows.
 */
#include "report/kept.h"
#include "report/private.h"

#include <errno.h>
#include <stdlib.h>

#define FOLLOWED_MAX (UINT64_C(32) << 20) /* scopes x threads; 4 bytes each */

/* ---- figures ------------------------------------------------------------- */

/* A child's frees of what it inherited are named by its parent's trace, which the drainer has not read. */
static bool summary_says_all(const struct trace_info *info)
{
	return info->summary &&
	       (info->fork_id == 0 || !*info->parent_trace || info->summary->totals.stray_frees == 0);
}

static int figures_from(struct report *report, const struct figures_summary *summary)
{
	report->model = model_from_summary(summary);
	return report->model ? 0 : -ENOMEM;
}

/* Leaves the model NULL if only a replay can tell. */
static int take_known_figures(struct report *report)
{
	if (report->options->replay)
		return 0;
	if (summary_says_all(report->info))
		return figures_from(report, report->info->summary);
	if (!kept_figures(report->info, &report->kept))
		return 0;
	report->kept_summary =
		(struct figures_summary){report->kept.totals, report->kept.nodes, report->kept.node_count};
	return figures_from(report, &report->kept_summary);
}

/* What was replayed becomes the figures, unless they are known: then it was for its visits. */
static void take_replayed_figures(struct report *report, struct model *model)
{
	if (report->model) {
		model_destroy(model);
		return;
	}
	report->model = model;
	if (report->replay_complete && !report->options->replay)
		kept_keep_figures(report->info, model);
}

int report_know_figures(struct report *report, struct diagnostic *diagnostic)
{
	struct model *model;
	int error = report->model ? 0 : take_known_figures(report);

	if (error || report->model)
		return error;
	error = report_replay(report, NULL, &model, diagnostic);
	if (!error)
		take_replayed_figures(report, model);
	return error;
}

/* ---- visits -------------------------------------------------------------- */

static bool is_followed(const struct report *report, const struct source_function *function)
{
	return report->chosen[function->id] || (report_is_own(function) && !report->follow_chosen_only);
}

static int follow_functions(struct report *report)
{
	const struct source_function *const *functions;
	size_t count = symbolizer_functions(report->symbolizer, &functions);
	struct frame_source source = {report_frames, report};
	bool *followed = calloc(count + 1, sizeof(*followed));
	int error;

	if (!followed)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		followed[i] = is_followed(report, functions[i]);
	scope_map_finish(&report->followed);
	error = scope_map_init(&report->followed, report->info->node_count, source, followed, true);
	free(followed);
	return error;
}

static bool is_affordable(const struct report *report)
{
	return (uint64_t)report->followed.model.scope_count * report->info->thread_count <= FOLLOWED_MAX;
}

static int replay_visits(struct report *report, struct diagnostic *diagnostic)
{
	const struct model_scopes *scopes = &report->followed.model;
	struct model *model;
	int error = report_replay(report, scopes, &model, diagnostic);

	if (error)
		return error;
	for (uint32_t i = 0; i < scopes->scope_count; i++)
		report->visits[i] = *model_scope(model, i);
	if (!report->options->replay)
		kept_keep_visits(report->info, scopes, report->visits);
	take_replayed_figures(report, model);
	return 0;
}

static bool shows_any(const struct report *report)
{
	const struct source_function *const *functions;
	size_t count = symbolizer_functions(report->symbolizer, &functions);

	for (size_t i = 0; i < count; i++)
		if (report->chosen[i])
			return true;
	return false;
}

int report_know_lines(struct report *report, struct diagnostic *diagnostic)
{
	const struct model_scopes *scopes = &report->followed.model;
	int error;

	if (!shows_any(report))
		return report_know_figures(report, diagnostic);
	error = follow_functions(report);
	if (!error && !is_affordable(report)) {
		report->follow_chosen_only = true;
		error = report_know_figures(report, diagnostic);
		if (!error)
			error = report_narrow(report);
		if (!error)
			error = follow_functions(report);
	}
	if (!error && !report->model)
		error = take_known_figures(report);
	if (error)
		return error;
	report->visits = calloc((size_t)scopes->scope_count + 1, sizeof(*report->visits));
	if (!report->visits)
		return -ENOMEM;
	if (scopes->scope_count == 0)
		return report_know_figures(report, diagnostic);
	if (!report->options->replay && report->model &&
	    kept_visits(report->info, scopes, model_totals(report->model), report->visits))
		return 0;
	return replay_visits(report, diagnostic);
}

const struct model_scope *report_visits(const struct report *report, uint32_t function, uint32_t line)
{
	static const struct model_scope none;
	uint32_t scope = scope_find(&report->followed, function, line);

	return scope == SCOPE_NONE ? &none : &report->visits[scope];
}
