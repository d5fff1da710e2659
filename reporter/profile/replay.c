/*
 * replay.c - events into a model; for a fork child, with the blocks that it inherited.
 */
#include "profile/private.h"

#include "trace/events_run.h"

#include <errno.h>
#include <stdlib.h>

int profile_inherit(struct profile *profile, struct model *model, struct diagnostic *diagnostic)
{
	const struct trace_info *info = profile->info;
	struct trace_inherited *blocks = NULL;
	struct trace *parent = NULL;
	size_t count = 0;
	int error = 0;

	profile->replay_complete = true;
	if (info->fork_id == 0 || !*info->parent_trace)
		return 0;
	error = trace_open(info->parent_trace, &parent, diagnostic);
	if (!error)
		error = trace_snapshot(parent, info->fork_id, &blocks, &count, diagnostic);
	if (!error && count > 0)
		error = model_inherit(model, blocks, count);
	profile->replay_complete = error == 0;
	free(blocks);
	trace_close(parent);
	return error == -ENOMEM ? error : 0;
}

/* Events on their way to the model, counted for whoever waits. */
struct stream {
	const struct profile *profile;
	struct model *model;
	uint64_t done;
};

static int pass_on(void *context, struct events_run *run)
{
	struct stream *stream = context;
	const struct profile_options *options = stream->profile->options;

	stream->done += (uint64_t)(run->end - run->first);
	if (options->progress)
		options->progress(options->progress_context, stream->done,
				  stream->profile->info->event_count);
	return model_run(stream->model, run);
}

int profile_replay(struct profile *profile, struct model **out, struct diagnostic *diagnostic)
{
	struct stream stream = {profile, model_create(profile->info->node_count), 0};
	int error;

	*out = stream.model;
	if (!stream.model)
		return -ENOMEM;
	model_sampled(stream.model, profile->info->sample_bytes);
	error = profile_inherit(profile, stream.model, diagnostic);
	diagnostic->message[0] = '\0';
	if (!error)
		error = trace_replay_runs(profile->trace, pass_on, &stream, diagnostic);
	if (!error)
		error = model_finish(stream.model);
	if (error == -EBADMSG && !diagnostic->message[0])
		error = diagnostic_set(diagnostic, EBADMSG,
				       "%s: damaged: a block is freed that does not live",
				       profile->info->path);
	if (!error)
		return 0;
	model_destroy(stream.model);
	*out = NULL;
	return error;
}
