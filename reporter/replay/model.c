/*
 * model.c - see model.h: checks that events make sense, and has figures/ count them.
 */
#include "replay/model.h"

#include "figures/summary.h"
#include "replay/tally.h"

#include <errno.h>
#include <stdlib.h>

/* A block of the parent's; a stray free has its address without the low three bits. */
struct inherited {
	uint64_t key, size_bytes;
	bool taken;
};

struct model {
	struct inherited *inherited; /* by key */
	size_t inherited_count;
	struct figures figures;
	struct numbering begins; /* by which figures know where blocks begin */
	struct tally tally;      /* what figures have not got yet */
	size_t node_count;
	bool replays;                   /* or else figures are somebody else's */
	struct figures_nodes results;   /* of a replay */
	struct figures_summary summary; /* what the getters give */
};

struct model *model_create(size_t node_count)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->node_count = node_count;
	model->replays = true;
	return model;
}

struct model *model_from_summary(const struct figures_summary *summary)
{
	struct model *model = calloc(1, sizeof(*model));

	if (model)
		model->summary = *summary;
	return model;
}

void model_destroy(struct model *model)
{
	if (!model)
		return;
	figures_finish(&model->figures);
	numbering_finish(&model->begins);
	tally_finish(&model->tally);
	figures_nodes_finish(&model->results);
	free(model->inherited);
	free(model);
}

void model_sampled(struct model *model, uint64_t sample_bytes)
{
	model->figures.totals.sample_bytes = sample_bytes;
}

/* ---- what a fork child inherited ------------------------------------------ */

static uint64_t inherited_key(uint64_t address)
{
	return address & ~UINT64_C(7);
}

static int by_key(const void *left, const void *right)
{
	const struct inherited *a = left, *b = right;

	return a->key < b->key ? -1 : a->key > b->key;
}

int model_inherit(struct model *model, const struct trace_inherited *blocks, size_t count)
{
	model->inherited = calloc(count + 1, sizeof(*model->inherited));
	if (!model->inherited)
		return -ENOMEM;
	model->inherited_count = count;
	for (size_t i = 0; i < count; i++)
		model->inherited[i] = (struct inherited){.key = inherited_key(blocks[i].address),
							 .size_bytes = blocks[i].size_bytes};
	qsort(model->inherited, count, sizeof(*model->inherited), by_key);
	return 0;
}

void model_inherited_free(struct model *model, uint64_t address)
{
	struct model_totals *totals = model->replays ? &model->figures.totals : &model->summary.totals;
	const struct inherited key = {.key = inherited_key(address)};
	struct inherited *block = NULL;

	if (model->inherited_count > 0)
		block = bsearch(&key, model->inherited, model->inherited_count, sizeof(key), by_key);
	if (!block || block->taken)
		return;
	block->taken = true;
	totals->inherited_frees++;
	totals->inherited_freed_bytes += block->size_bytes;
}

/* ---- events ---------------------------------------------------------------- */

/* Finds the numbers by which figures know the places of an event, with room for them.  0 or -ENOMEM. */
static int find_place(struct model *model, enum operation_type type, struct figures_place *at,
		      uint32_t origin, struct figures_block *block)
{
	at->number = type == OPERATION_ALLOC ? numbering_number(&model->begins, at->node)
					     : figures_free_number(&model->figures, at->node);
	if (at->number > 0 && (type == OPERATION_FREE || type == OPERATION_LOST))
		block->origin = numbering_number(&model->begins, origin);
	bool missing = at->number == 0 || figures_reserve(&model->figures, model->begins.count) != 0;
	return missing ? -ENOMEM : 0;
}

static int end_block(struct model *model, const struct figures_place *at, const struct figures_block *block)
{
	const struct figures_counters *origin = &model->figures.counters[block->origin];
	struct weight weight = weight_of(block->size_bytes, model->figures.totals.sample_bytes);

	if (origin->live_blocks < weight.blocks || origin->live_bytes < weight.bytes)
		return -EBADMSG;
	figures_end(&model->figures, at, block);
	return 0;
}

static int on_event(struct model *model, const struct trace_event *event)
{
	static const enum operation_type types[] = {
		[EVENT_ALLOC] = OPERATION_ALLOC,
		[EVENT_FREE] = OPERATION_FREE,
		[EVENT_STRAY_FREE] = OPERATION_STRAY_FREE,
		[EVENT_LOST] = OPERATION_LOST,
	};
	struct figures_place at = {.time_ns = event->time_ns, .node = event->node, .thread = event->thread};
	struct figures_block block = {
		.size_bytes = event->size_bytes,
		.temporary = event->temporary,
		.lost = event->type == EVENT_LOST,
		.collected = event->collected,
	};

	if (event->type > EVENT_LOST)
		return -EBADMSG;
	int error = figures_reserve_thread(&model->figures, event->thread);

	if (!error)
		error = find_place(model, types[event->type], &at, event->origin, &block);
	if (error)
		return error;
	switch ((enum trace_event_type)event->type) {
	case EVENT_ALLOC:
		figures_alloc(&model->figures, &at, event->size_bytes);
		return 0;
	case EVENT_FREE:
	case EVENT_LOST:
		return end_block(model, &at, &block);
	case EVENT_STRAY_FREE:
		figures_stray_free(&model->figures, &at);
		model_inherited_free(model, event->size_bytes);
		return 0;
	}
	return -EBADMSG;
}

int model_events(void *context, const struct trace_event *events, size_t count)
{
	struct model *model = context;

	for (size_t i = 0; i < count; i++) {
		int error = on_event(model, &events[i]);
		if (error)
			return error;
	}
	return model->figures.moves.failed ? -ENOMEM : 0;
}

/* ---- runs ------------------------------------------------------------------ */

/* Where the tally counts, it knows whose blocks there are; here they must live at all. */
static int end_block_beside_tally(struct model *model, const struct figures_place *at,
				  const struct figures_block *block)
{
	const struct model_totals *totals = &model->figures.totals;

	if (totals->live_blocks == 0 || totals->live_bytes < block->size_bytes)
		return -EBADMSG;
	figures_end(&model->figures, at, block);
	return 0;
}

static int on_step(struct model *model, struct figures_place *at, const struct events_step *step)
{
	uint32_t type = step->operation->type;
	struct figures_block block = {
		.size_bytes = step->size_bytes,
		.temporary = (type & OPERATION_TEMPORARY) != 0,
		.lost = (type & OPERATION_TYPE_MASK) == OPERATION_LOST,
		.collected = (type & OPERATION_COLLECTED) != 0,
	};

	if (find_place(model, type & OPERATION_TYPE_MASK, at, step->origin->node, &block) != 0)
		return -ENOMEM;
	switch ((enum operation_type)(type & OPERATION_TYPE_MASK)) {
	case OPERATION_ALLOC:
		figures_alloc(&model->figures, at, step->size_bytes);
		return 0;
	case OPERATION_FREE:
	case OPERATION_LOST:
		return model->figures.totals.sample_bytes > 0 ? end_block(model, at, &block)
							      : end_block_beside_tally(model, at, &block);
	case OPERATION_STRAY_FREE:
		figures_stray_free(&model->figures, at);
		model_inherited_free(model, step->address);
		return 0;
	}
	return -EBADMSG;
}

/* Only the peak's time is of interest, and it is known once the run is over. */
static void time_peak(struct model *model, const struct events_run *run)
{
	struct model_totals *totals = &model->figures.totals;

	if (totals->peak_event >= run->before && totals->peak_bytes > 0)
		totals->peak_time_ns = events_run_time_ns(run, totals->peak_event - run->before);
}

/* Some are counted one by one: what the tally does not take, and all where blocks are sampled. */
static int count_run(struct model *model, struct events_run *run)
{
	struct figures_place at = {.thread = run->thread};
	struct events_step step;
	bool sampled = model->figures.totals.sample_bytes > 0;
	int error = 0;

	while (error == 0 && run->next < run->end && !run->failed) {
		if (!sampled)
			error = tally_run(&model->tally, &model->figures, run);
		if (error || !events_run_step(run, &step))
			continue;
		at.node = step.operation->node;
		error = on_step(model, &at, &step);
	}
	return error;
}

int model_run(void *context, struct events_run *run)
{
	struct model *model = context;
	int error = figures_reserve_thread(&model->figures, run->thread);

	if (error == 0)
		error = tally_prepare(&model->tally, run);
	if (error == 0)
		error = count_run(model, run);
	if (error == 0)
		error = tally_check(&model->tally, run);
	if (error)
		return error;
	time_peak(model, run);
	return model->figures.moves.failed ? -ENOMEM : 0;
}

/* ---- results ---------------------------------------------------------------- */

static int pack_results(struct model *model)
{
	int error = 0;

	for (uint32_t node = 0; !error && node < model->node_count; node++) {
		struct model_node figures =
			figures_node(&model->figures, node, numbering_find(&model->begins, node));
		error = figures_nodes_add(&model->results, node, &figures);
	}
	return error;
}

int model_finish(struct model *model)
{
	struct moves *moves = &model->figures.moves;
	int error = tally_fold(&model->tally, &model->figures, &model->begins);

	if (!error)
		error = pack_results(model);
	if (error)
		return error;
	moves_end(moves);
	error = moves_sort(moves_all(moves), moves->count);
	if (error)
		return error;
	model->summary = (struct figures_summary){
		.totals = figures_totals(&model->figures),
		.nodes = &model->results,
		.node_count = model->node_count,
		.moves = moves_all(moves),
		.move_count = moves->count,
		.moves_known = !moves->failed,
	};
	return 0;
}

const struct figures_summary *model_summary(const struct model *model)
{
	return &model->summary;
}

const struct model_totals *model_totals(const struct model *model)
{
	return &model->summary.totals;
}

struct model_node model_node(const struct model *model, uint32_t node)
{
	return figures_nodes_find(model->summary.nodes, node);
}
