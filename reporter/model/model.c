/*
 * model.c - replay: block lifetimes, per-node figures and the exact peak; visits are visits.c's.
 *
 * Peak.  Copying every node's live bytes at each new peak would cost nodes x peaks.  Instead each
 * new peak starts an epoch, and a node's first change in an epoch saves what the node held until
 * then: its contribution to the peak that began the epoch.  A node that has not changed since holds
 * its contribution still; model_finish saves that.
 */
#include "model/model.h"

#include "model/live.h"
#include "model/visits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What an allocation touches, on one cache line; and so for the node of the block that a free ends. */
struct counters {
	uint64_t allocations, allocated_bytes;
	uint64_t live_bytes, live_blocks;
	uint64_t peak_bytes, peak_blocks; /* of the epoch's peak, if epoch is the current one */
	uint64_t epoch;
	uint64_t lifetime_ns;
};
_Static_assert(sizeof(struct counters) == 64, "one cache line");

/* What a free touches at its own node. */
struct free_counters {
	uint64_t frees, freed_bytes, stray_frees, temporary;
};

struct model {
	struct live live;
	struct live_table inherited; /* by address */
	uint64_t next_block;         /* the least ordinal that may come */
	uint64_t epoch;              /* how many peaks there were */
	uint64_t *last_alloc;        /* per thread: ordinal + 1 of its last allocation, 0: none */
	size_t thread_count;
	struct counters *counters; /* these three per node */
	struct free_counters *free_counters;
	struct model_node *results; /* filled in by model_finish */
	size_t node_count;
	bool follows_visits;
	struct visits visits;
	struct model_totals totals; /* sums over nodes only after model_finish */
};

struct model *model_create(const struct trace_node *nodes, size_t node_count,
			   const struct model_scopes *scopes)
{
	struct model *model = calloc(1, sizeof(*model));
	int error = 0;

	if (!model)
		return NULL;
	model->node_count = node_count;
	model->counters = aligned_alloc(64, node_count * sizeof(*model->counters));
	model->free_counters = calloc(node_count, sizeof(*model->free_counters));
	model->results = calloc(node_count, sizeof(*model->results));
	if (!model->counters || !model->free_counters || !model->results)
		error = -ENOMEM;
	else
		memset(model->counters, 0, node_count * sizeof(*model->counters));
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

void model_destroy(struct model *model)
{
	if (!model)
		return;
	if (model->follows_visits)
		visits_finish(&model->visits);
	live_finish(&model->live);
	live_table_finish(&model->inherited);
	free(model->last_alloc);
	free(model->counters);
	free(model->free_counters);
	free(model->results);
	free(model);
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

static int add_threads(struct model *model, size_t count)
{
	uint64_t *last = reallocarray(model->last_alloc, count, sizeof(*last));

	if (!last)
		return -ENOMEM;
	memset(last + model->thread_count, 0, (count - model->thread_count) * sizeof(*last));
	model->last_alloc = last;
	model->thread_count = count;
	return 0;
}

static void save_peak(struct counters *counters, uint64_t epoch)
{
	if (counters->epoch == epoch)
		return;
	counters->epoch = epoch;
	counters->peak_bytes = counters->live_bytes;
	counters->peak_blocks = counters->live_blocks;
}

static int on_alloc(struct model *model, const struct trace_event *event, uint64_t index)
{
	struct counters *counters = &model->counters[event->node];
	struct model_totals *totals = &model->totals;
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
	model->last_alloc[event->thread] = event->block + 1;
	save_peak(counters, model->epoch);
	counters->allocations++;
	counters->allocated_bytes += event->size_bytes;
	counters->live_bytes += event->size_bytes;
	counters->live_blocks++;
	totals->live_bytes += event->size_bytes;
	totals->live_blocks++;
	if (totals->live_bytes > totals->peak_bytes) {
		totals->peak_bytes = totals->live_bytes;
		totals->peak_blocks = totals->live_blocks;
		totals->peak_time_ns = event->time_ns;
		totals->peak_event = index;
		model->epoch++;
	}
	return 0;
}

/* A block ends, by a free that was seen or not. */
static int on_end(struct model *model, const struct trace_event *event)
{
	struct free_counters *here = &model->free_counters[event->node];
	struct live_block block;

	if (!live_take(&model->live, event->block, &block))
		return -EBADMSG;
	struct counters *origin = &model->counters[block.node];
	save_peak(origin, model->epoch);
	origin->live_bytes -= block.size_bytes;
	origin->live_blocks--;
	origin->lifetime_ns += event->time_ns > block.born_ns ? event->time_ns - block.born_ns : 0;
	here->frees++;
	here->freed_bytes += block.size_bytes;
	model->totals.live_bytes -= block.size_bytes;
	model->totals.live_blocks--;
	if (event->type == EVENT_LOST)
		model->totals.lost_frees++;
	else if (model->last_alloc[event->thread] == event->block + 1)
		model->free_counters[block.node].temporary++;
	return 0;
}

static void on_stray_free(struct model *model, const struct trace_event *event)
{
	struct live_block block;

	model->free_counters[event->node].stray_frees++;
	if (!live_table_take(&model->inherited, inherited_key(event->block), &block))
		return;
	model->totals.inherited_frees++;
	model->totals.inherited_freed_bytes += block.size_bytes;
}

static int on_event(struct model *model, const struct trace_event *event, uint64_t index)
{
	if (event->thread >= model->thread_count) {
		int error = add_threads(model, (size_t)event->thread + 1);
		if (error)
			return error;
	}
	switch ((enum trace_event_type)event->type) {
	case EVENT_ALLOC:
		return on_alloc(model, event, index);
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
		uint64_t before = model->totals.live_bytes;
		int error = on_event(model, event, model->totals.events);
		if (error)
			return error;
		model->totals.events++;
		/* A block that ended unseen says nothing of where its thread stands. */
		if (model->follows_visits && event->type != EVENT_LOST)
			error = visits_event(&model->visits, event->thread, event->node, before,
					     model->totals.live_bytes);
		if (error)
			return error;
	}
	return 0;
}

static void finish_node(struct model *model, size_t index)
{
	struct counters *counters = &model->counters[index];
	const struct free_counters *here = &model->free_counters[index];

	save_peak(counters, model->epoch);
	model->results[index] = (struct model_node){
		.allocations = counters->allocations,
		.allocated_bytes = counters->allocated_bytes,
		.frees = here->frees,
		.freed_bytes = here->freed_bytes,
		.own_frees = counters->allocations - counters->live_blocks,
		.own_freed_bytes = counters->allocated_bytes - counters->live_bytes,
		.live_bytes = counters->live_bytes,
		.live_blocks = counters->live_blocks,
		.peak_bytes = counters->peak_bytes,
		.peak_blocks = counters->peak_blocks,
		.temporary = here->temporary,
		.stray_frees = here->stray_frees,
		.lifetime_ns = counters->lifetime_ns,
	};
}

void model_finish(struct model *model)
{
	struct model_totals *totals = &model->totals;

	totals->allocations = totals->frees = totals->temporary = totals->stray_frees = 0;
	totals->allocated_bytes = totals->freed_bytes = 0;
	for (size_t i = 0; i < model->node_count; i++) {
		finish_node(model, i);
		const struct model_node *node = &model->results[i];
		totals->allocations += node->allocations;
		totals->allocated_bytes += node->allocated_bytes;
		totals->frees += node->frees;
		totals->freed_bytes += node->freed_bytes;
		totals->temporary += node->temporary;
		totals->stray_frees += node->stray_frees;
	}
	if (model->follows_visits)
		visits_end(&model->visits);
}

const struct model_totals *model_totals(const struct model *model)
{
	return &model->totals;
}

const struct model_node *model_node(const struct model *model, uint32_t node)
{
	return &model->results[node];
}

const struct model_scope *model_scope(const struct model *model, uint32_t scope)
{
	return &model->visits.results[scope];
}
