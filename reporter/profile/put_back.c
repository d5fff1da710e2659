/*
 * put_back.c - call paths with the frames that jumps left out, as symbolizer_left_out tells them.
 *
 * What lies between two nodes depends on both.  So a node whose call did not enter the function that it calls
 * gets a copy for those children where frames are missing, which has these and its own; where an event takes
 * place at the node itself, the node has them, and the copy has none.  Nodes keep their ids, with their
 * events; copies come behind them.
 */
#include "profile/private.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct work {
	struct profile *profile;
	const struct trace_info *info;                  /* as recorded */
	const struct code_function **called, **entered; /* by code */
	struct trace_node *nodes;
	struct trace_code *codes;
	struct code_frames *frames; /* by code */
	size_t node_count, node_capacity, code_count, code_capacity, frames_capacity;
	struct map copies; /* (node, frames left out) -> id of the copy */
	struct map joined; /* (code, frames left out) -> id of the code */
};

/* ---- code -------------------------------------------------------------------------------------- */

/* Whether any code calls a function that it is known of. */
static bool look_up_codes(struct work *work)
{
	struct symbolizer *symbolizer = work->profile->symbolizer;
	bool any = false;

	for (uint32_t code = 1; code < work->info->code_count; code++) {
		work->called[code] = symbolizer_called(symbolizer, &work->info->codes[code]);
		any |= work->called[code] != NULL;
	}
	for (uint32_t code = 1; any && code < work->info->code_count; code++)
		work->entered[code] = symbolizer_entered(symbolizer, &work->info->codes[code]);
	return any;
}

static struct code_frames concatenated(struct work *work, const struct code_frames *inner, uint32_t code)
{
	const struct source_frame *own;
	size_t count = profile_code(work->profile, code, &own);
	struct source_frame *list =
		pool_alloc(&work->profile->put_back.frames, (inner->count + count) * sizeof(*list));

	memcpy(list, inner->list, inner->count * sizeof(*list));
	memcpy(list + inner->count, own, count * sizeof(*list));
	return (struct code_frames){list, inner->count + count};
}

/* The code with frames within its own; new or known. */
static uint32_t code_with(struct work *work, uint32_t code, const struct code_frames *inner)
{
	uintptr_t known = (uintptr_t)map_get(&work->joined, code, (uintptr_t)inner->list);

	if (inner->count == 0)
		return code;
	if (known)
		return (uint32_t)known;
	work->codes =
		pool_grow(work->codes, &work->code_capacity, work->code_count + 1, sizeof(*work->codes));
	work->frames =
		pool_grow(work->frames, &work->frames_capacity, work->code_count + 1, sizeof(*work->frames));
	work->codes[work->code_count] = work->info->codes[code];
	work->frames[work->code_count] = concatenated(work, inner, code);
	map_put(&work->joined, code, (uintptr_t)inner->list, (void *)work->code_count); // NOLINT
	return (uint32_t)work->code_count++;
}

/* ---- nodes ------------------------------------------------------------------------------------- */

/* What was left out between a node and what its call led to: a child, or with 0 the event itself. */
static struct code_frames left_out(struct work *work, uint32_t node, uint32_t child)
{
	const struct trace_node *nodes = work->info->nodes;
	const struct code_function *called = work->called[nodes[node].code];
	const struct code_function *entered = child > 0 ? work->entered[nodes[child].code] : NULL;
	struct code_frames frames = {0};

	if (!called || called == entered || (child > 0 && trace_code(work->info, child)->label) ||
	    (child == 0 && work->info->cut_paths > 0))
		return frames;
	frames.count = symbolizer_left_out(work->profile->symbolizer, called, entered, &frames.list);
	return frames;
}

static uint32_t copy_of(struct work *work, uint32_t node, const struct code_frames *inner)
{
	uintptr_t frames = inner->count > 0 ? (uintptr_t)inner->list : 1;
	uintptr_t known = (uintptr_t)map_get(&work->copies, node, frames);

	if (known)
		return (uint32_t)known;
	work->nodes =
		pool_grow(work->nodes, &work->node_capacity, work->node_count + 1, sizeof(*work->nodes));
	work->nodes[work->node_count] = (struct trace_node){
		.parent = work->nodes[node].parent,
		.code = code_with(work, work->info->nodes[node].code, inner),
	};
	map_put(&work->copies, node, frames, (void *)work->node_count); // NOLINT
	return (uint32_t)work->node_count++;
}

/* Parents come before their children, so a parent's own parent is settled. */
static void settle(struct work *work, uint32_t node)
{
	uint32_t parent = work->info->nodes[node].parent;

	if (work->called[work->info->nodes[parent].code]) {
		struct code_frames between = left_out(work, parent, node), own = left_out(work, parent, 0);

		if (between.count != own.count || (own.count > 0 && between.list != own.list)) {
			uint32_t copy = copy_of(work, parent, &between); /* may move the nodes */

			work->nodes[node].parent = copy;
		}
	}
	if (work->called[work->nodes[node].code]) {
		struct code_frames own = left_out(work, node, 0);

		work->nodes[node].code = code_with(work, work->nodes[node].code, &own);
	}
}

/* ---- all ----------------------------------------------------------------------------------------- */

static int init(struct work *work)
{
	const struct trace_info *info = work->info;

	work->called = calloc(info->code_count + 1, sizeof(*work->called));
	work->entered = calloc(info->code_count + 1, sizeof(*work->entered));
	work->node_count = info->node_count;
	work->code_count = info->code_count;
	return work->called && work->entered ? 0 : -ENOMEM;
}

static void copy_tables(struct work *work)
{
	const struct trace_info *info = work->info;

	work->nodes = pool_grow(NULL, &work->node_capacity, info->node_count, sizeof(*work->nodes));
	work->codes = pool_grow(NULL, &work->code_capacity, info->code_count, sizeof(*work->codes));
	memcpy(work->nodes, info->nodes, info->node_count * sizeof(*work->nodes));
	memcpy(work->codes, info->codes, info->code_count * sizeof(*work->codes));
	work->frames = pool_grow(NULL, &work->frames_capacity, info->code_count, sizeof(*work->frames));
}

/* What was asked of the symbolizer meanwhile is kept. */
static void take(struct work *work)
{
	struct profile *profile = work->profile;

	memcpy(work->frames, profile->frames, work->info->code_count * sizeof(*work->frames));
	free(profile->frames);
	profile->frames = work->frames;
	profile->put_back.nodes = work->nodes;
	profile->put_back.codes = work->codes;
	profile->put_back.info = *work->info;
	profile->put_back.info.nodes = work->nodes;
	profile->put_back.info.inserted_count = work->node_count - work->info->node_count;
	profile->put_back.info.codes = work->codes;
	profile->put_back.info.code_count = work->code_count;
	profile->info = profile->ownership.source.info = &profile->put_back.info;
}

int profile_put_back(struct profile *profile)
{
	struct work work = {.profile = profile, .info = profile->info};
	int error;

	if (profile->put_back.done)
		return 0;
	profile->put_back.done = true;
	error = init(&work);
	if (!error && look_up_codes(&work)) {
		copy_tables(&work);
		for (uint32_t node = 1; node < work.info->node_count; node++)
			settle(&work, node);
		take(&work);
	}
	free(work.called);
	free(work.entered);
	map_finish(&work.copies);
	map_finish(&work.joined);
	return error;
}

void put_back_finish(struct put_back *put_back)
{
	free(put_back->nodes);
	free(put_back->codes);
	pool_finish(&put_back->frames);
}
