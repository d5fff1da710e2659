/*
 * replay.c - events into a model; for a fork child, with the blocks that it inherited.
 */
#include "report/private.h"

#include <errno.h>
#include <stdlib.h>

/* The sizes of the parent's blocks, in the order of `wanted`, which is by block. */
struct sizes {
	const struct trace_inherited **wanted;
	const struct trace_inherited *first;
	uint64_t *bytes; /* by index in the snapshot */
	size_t count, next;
	uint64_t allocations;
};

static int by_block(const void *left, const void *right)
{
	const struct trace_inherited *a = *(const struct trace_inherited *const *)left;
	const struct trace_inherited *b = *(const struct trace_inherited *const *)right;

	return a->block < b->block ? -1 : a->block > b->block;
}

static int collect_sizes(void *context, const struct trace_event *events, size_t count)
{
	struct sizes *sizes = context;

	for (size_t i = 0; i < count; i++) {
		if (events[i].type != EVENT_ALLOC)
			continue;
		while (sizes->next < sizes->count && sizes->wanted[sizes->next]->block == events[i].block)
			sizes->bytes[sizes->wanted[sizes->next++] - sizes->first] = events[i].size_bytes;
	}
	return 0;
}

static int inherit_blocks(struct model *model, struct trace *parent, const struct trace_inherited *blocks,
			  size_t count, struct diagnostic *diagnostic)
{
	struct sizes sizes = {.first = blocks, .count = count};
	int error = -ENOMEM;

	sizes.wanted = calloc(count, sizeof(*sizes.wanted));
	sizes.bytes = calloc(count, sizeof(*sizes.bytes));
	if (sizes.wanted && sizes.bytes) {
		for (size_t i = 0; i < count; i++)
			sizes.wanted[i] = &blocks[i];
		qsort(sizes.wanted, count, sizeof(*sizes.wanted), by_block);
		error = trace_replay(parent, collect_sizes, &sizes, diagnostic);
		if (!error)
			error = model_inherit(model, blocks, sizes.bytes, count);
	}
	free(sizes.wanted);
	free(sizes.bytes);
	return error;
}

/* Without the parent's trace the child's frees of inherited blocks stay unmatched: counted, not fatal. */
static int inherit(struct report *report, struct model *model, struct diagnostic *diagnostic)
{
	const struct trace_info *info = report->info;
	struct trace_inherited *blocks = NULL;
	struct trace *parent = NULL;
	size_t count = 0;
	int error = 0;

	report->replay_complete = true;
	if (info->fork_id == 0 || !*info->parent_trace)
		return 0;
	error = trace_open(info->parent_trace, &parent, diagnostic);
	if (!error)
		error = trace_snapshot(parent, info->fork_id, &blocks, &count, diagnostic);
	if (!error && count > 0)
		error = inherit_blocks(model, parent, blocks, count, diagnostic);
	report->replay_complete = error == 0;
	free(blocks);
	trace_close(parent);
	return error == -ENOMEM ? error : 0;
}

/* Events on their way to the model, counted for whoever waits. */
struct stream {
	const struct report *report;
	struct model *model;
	uint64_t done;
};

static int pass_on(void *context, const struct trace_event *events, size_t count)
{
	struct stream *stream = context;
	const struct report_options *options = stream->report->options;

	stream->done += count;
	if (options->progress)
		options->progress(options->progress_context, stream->done, stream->report->info->event_count);
	return model_events(stream->model, events, count);
}

int report_replay(struct report *report, const struct model_scopes *scopes, struct model **out,
		  struct diagnostic *diagnostic)
{
	struct stream stream = {report, model_create(report->info->nodes, report->info->node_count, scopes),
				0};
	int error;

	*out = stream.model;
	if (!stream.model)
		return -ENOMEM;
	model_sampled(stream.model, report->info->sample_bytes);
	error = inherit(report, stream.model, diagnostic);
	diagnostic->message[0] = '\0';
	if (!error)
		error = trace_replay(report->trace, pass_on, &stream, diagnostic);
	if (error == -EBADMSG && !diagnostic->message[0])
		error = diagnostic_set(diagnostic, EBADMSG,
				       "%s: damaged: a block is freed that does not live",
				       report->info->path);
	if (!error) {
		model_finish(stream.model);
		return 0;
	}
	model_destroy(stream.model);
	*out = NULL;
	return error;
}
