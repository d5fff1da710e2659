/*
 * model.c - replay: block lifetimes and what they come to; counting is figures/'s, visits are visits.c's.
 */
#include "model/model.h"

#include "model/live.h"
#include "model/visits.h"

#include <errno.h>
#include <stdlib.h>

struct model {
	struct live live;
	struct live_table inherited; /* by address */
	uint64_t next_block;         /* the least ordinal that may come */
	struct figures figures;
	size_t node_count;
	bool follows_visits;
	struct visits visits;
	/* What the getters give, once model_finish was called. */
	struct model_totals totals;
	struct model_node *results; /* NULL if they are somebody else's */
	const struct model_node *nodes;
};

struct model *model_create(const struct trace_node *nodes, size_t node_count,
			   const struct model_scopes *scopes)
{
	struct model *model = calloc(1, sizeof(*model));
	int error;

	if (!model)
		return NULL;
	model->node_count = node_count;
	model->results = calloc(node_count, sizeof(*model->results));
	model->nodes = model->results;
	error = model->results ? figures_grow(&model->figures, node_count, 0) : -ENOMEM;
	if (!error)
		error = live_init(&model->live);
	if (!error && scopes) {
		error = visits_init(&model->visits, nodes, node_count, scopes);
		model->follows_visits = !error;
	}
	if (error) {
		model_destroy(model);
		errno = ENOMEM;
		return NULL;
	}
	return model;
}

struct model *model_from_summary(const struct figures_summary *summary)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->totals = summary->totals;
	model->nodes = summary->nodes;
	model->node_count = summary->node_count;
	return model;
}

void model_destroy(struct model *model)
{
	if (!model)
		return;
	if (model->follows_visits)
		visits_finish(&model->visits);
	live_finish(&model->live);
	live_table_finish(&model->inherited);
	figures_finish(&model->figures);
	free(model->results);
	free(model);
}

void model_sampled(struct model *model, uint64_t sample_bytes)
{
	model->figures.totals.sample_bytes = sample_bytes;
}

/* A stray free has its address without the low three bits. */
static uint64_t inherited_key(uint64_t address)
{
	return address & ~UINT64_C(7);
}

int model_inherit(struct model *model, const struct trace_inherited *blocks, const uint64_t *sizes_bytes,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct live_block ignored;
		struct live_block block = {
			.key = inherited_key(blocks[i].address), .size_bytes = sizes_bytes[i], .taken = true};

		live_table_take(&model->inherited, block.key, &ignored);
		int error = live_table_put(&model->inherited, &block);
		if (error)
			return error;
	}
	return 0;
}

static struct figures_place place_of(const struct trace_event *event)
{
	return (struct figures_place){event->time_ns, event->node, event->thread};
}

static int on_alloc(struct model *model, const struct trace_event *event)
{
	struct figures_place at = place_of(event);
	struct live_block block = {.key = event->block,
				   .size_bytes = event->size_bytes,
				   .born_ns = event->time_ns,
				   .node = event->node,
				   .taken = true};

	if (event->block < model->next_block)
		return -EBADMSG;
	int error = live_add(&model->live, &block);
	if (error)
		return error;
	model->next_block = event->block + 1;
	figures_alloc(&model->figures, &at, event->block, event->size_bytes);
	return 0;
}

/* A block ends, by a free that was seen or not. */
static int on_end(struct model *model, const struct trace_event *event)
{
	struct figures_place at = place_of(event);
	struct live_block block;

	if (!live_take(&model->live, event->block, &block))
		return -EBADMSG;
	struct figures_block ended = {
		.ordinal = event->block,
		.size_bytes = block.size_bytes,
		.lived_ns = event->time_ns > block.born_ns ? event->time_ns - block.born_ns : 0,
		.node = block.node,
		.temporary = event->temporary,
	};
	figures_end(&model->figures, &at, &ended, event->type == EVENT_LOST);
	return 0;
}

static void on_stray_free(struct model *model, const struct trace_event *event)
{
	struct figures_place at = place_of(event);
	struct live_block block;

	figures_stray_free(&model->figures, &at);
	if (!live_table_take(&model->inherited, inherited_key(event->block), &block))
		return;
	model->figures.totals.inherited_frees++;
	model->figures.totals.inherited_freed_bytes += block.size_bytes;
}

static int on_event(struct model *model, const struct trace_event *event)
{
	int error = figures_reserve(&model->figures, event->node, event->thread);

	if (error)
		return error;
	switch ((enum trace_event_type)event->type) {
	case EVENT_ALLOC:
		return on_alloc(model, event);
	case EVENT_FREE:
	case EVENT_LOST:
		return on_end(model, event);
	case EVENT_STRAY_FREE:
		on_stray_free(model, event);
		return 0;
	}
	return -EBADMSG;
}

int model_events(void *context, const struct trace_event *events, size_t count)
{
	struct model *model = context;

	for (size_t i = 0; i < count; i++) {
		const struct trace_event *event = &events[i];
		uint64_t before = model->figures.totals.live_bytes;
		int error = on_event(model, event);
		if (error)
			return error;
		/* A block that ended unseen says nothing of where its thread stands. */
		if (model->follows_visits && event->type != EVENT_LOST)
			error = visits_event(&model->visits, event->thread, event->node, before,
					     model->figures.totals.live_bytes);
		if (error)
			return error;
	}
	return 0;
}

void model_finish(struct model *model)
{
	for (size_t i = 0; i < model->node_count; i++)
		model->results[i] = figures_node(&model->figures, i);
	model->totals = figures_totals(&model->figures);
	if (model->follows_visits)
		visits_end(&model->visits);
}

const struct model_totals *model_totals(const struct model *model)
{
	return &model->totals;
}

const struct model_node *model_node(const struct model *model, uint32_t node)
{
	return &model->nodes[node];
}

const struct model_scope *model_scope(const struct model *model, uint32_t scope)
{
	return &model->visits.results[scope];
}
