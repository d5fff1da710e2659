/*
 * known.c - where a profile's figures come from: the trace's summary, what an earlier report kept, or
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

static int figures_from(struct profile *profile, const struct figures_summary *summary)
{
	profile->model = model_from_summary(summary);
	return profile->model ? 0 : -ENOMEM;
}

/* A child's frees of what it inherited are named by its parent's trace, which the drainer has not read. */
static int figures_from_summary(struct profile *profile, struct diagnostic *diagnostic)
{
	const struct trace_info *info = profile->info;
	int error = figures_from(profile, info->summary);

	if (!error && info->stray_count > 0)
		error = profile_inherit(profile, profile->model, diagnostic);
	for (size_t i = 0; !error && i < info->stray_count; i++)
		model_inherited_free(profile->model, info->strays[i]);
	return error;
}

/* Leaves the model NULL if only a replay can tell. */
static int take_known_figures(struct profile *profile, struct diagnostic *diagnostic)
{
	if (profile->options->replay)
		return 0;
	if (summary_says_all(profile->info))
		return figures_from_summary(profile, diagnostic);
	if (!kept_figures(profile->info, &profile->kept))
		return 0;
	profile->kept_summary = summary_decoded(&profile->kept);
	return figures_from(profile, &profile->kept_summary);
}

int profile_know_figures(struct profile *profile, struct diagnostic *diagnostic)
{
	int error = take_known_figures(profile, diagnostic);

	if (error || profile->model)
		return error;
	error = profile_replay(profile, &profile->model, diagnostic);
	if (!error && profile->replay_complete && !profile->options->replay)
		kept_keep_figures(profile->info, model_summary(profile->model));
	return error;
}

void profile_know_remains(struct profile *profile)
{
	if (!profile->ownership.remains)
		profile_must(ownership_find_remains(&profile->ownership, model_summary(profile->model)->nodes,
						    &profile->overview.total));
}

/* ---- visits -------------------------------------------------------------- */

int profile_know_visits(struct profile *profile)
{
	const struct model_scopes *scopes = &profile->scopes.model;

	/* Only where there is nothing to replay. */
	if (!model_summary(profile->model)->moves_known &&
	    profile_warn(profile,
			 "%s: too many different ways through the program were met: Mem usage is not known",
			 profile->info->path) != 0)
		return -ENOMEM;
	profile->visits = calloc((size_t)scopes->scope_count + 1, sizeof(*profile->visits));
	if (!profile->visits)
		return -ENOMEM;
	return visits_count(model_summary(profile->model), profile->info->nodes, scopes, profile->visits);
}

const struct model_scope *profile_visits(const struct profile *profile, uint32_t function, uint32_t line)
{
	static const struct model_scope none;
	uint32_t scope = profile->visits ? scope_find(&profile->scopes, function, line) : SCOPE_NONE;

	return scope == SCOPE_NONE ? &none : &profile->visits[scope];
}
