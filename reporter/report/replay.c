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
static int inherit(struct report *report, struct diagnostic *diagnostic)
{
	const struct trace_info *info = report->info;
	struct trace_inherited *blocks = NULL;
	struct trace *parent = NULL;
	size_t count = 0;
	int error = 0;

	if (info->fork_id == 0 || !*info->parent_trace)
		return 0;
	if (trace_open(info->parent_trace, &parent, diagnostic) == 0 &&
	    trace_snapshot(parent, info->fork_id, &blocks, &count, diagnostic) == 0 && count > 0)
		error = inherit_blocks(report->model, parent, blocks, count, diagnostic);
	free(blocks);
	trace_close(parent);
	return error == -ENOMEM ? error : 0;
}

int report_replay(struct report *report, const struct model_scopes *scopes, struct diagnostic *diagnostic)
{
	int error;

	model_destroy(report->model);
	report->model = model_create(report->info->nodes, report->info->node_count, scopes);
	if (!report->model)
		return -ENOMEM;
	error = inherit(report, diagnostic);
	diagnostic->message[0] = '\0';
	if (!error)
		error = trace_replay(report->trace, model_events, report->model, diagnostic);
	if (error == -EBADMSG && !diagnostic->message[0])
		return diagnostic_set(diagnostic, EBADMSG, "%s: damaged: a block is freed that does not live",
				      report->info->path);
	if (!error)
		model_finish(report->model);
	return error;
}
