/*
 * test_model.c - the replay against an oracle that keeps every block in a list and copies every node at
 * each peak; then small cases by hand.
 */
#include "replay/model.h"

#include "random.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NODES 60u
#define THREADS 5u
#define EVENTS 3000u

/* ---- the oracle ---- */

struct oracle_block {
	uint64_t size_bytes;
	uint32_t node, thread;
	bool live, newest; /* newest: its thread has not allocated since */
};

struct oracle {
	struct oracle_block blocks[EVENTS];
	uint64_t block_count;
	struct model_node nodes[NODES];
	struct model_totals totals;
};

static void oracle_alloc(struct oracle *o, const struct trace_event *event)
{
	struct model_node *node = &o->nodes[event->node];

	for (uint64_t i = 0; i < o->block_count; i++)
		if (o->blocks[i].thread == event->thread)
			o->blocks[i].newest = false;
	o->blocks[o->block_count++] = (struct oracle_block){.size_bytes = event->size_bytes,
							    .node = event->node,
							    .thread = event->thread,
							    .live = true,
							    .newest = true};
	node->allocations++;
	node->allocated_bytes += event->size_bytes;
	o->totals.allocations++;
	o->totals.allocated_bytes += event->size_bytes;
}

static bool is_temporary(const struct oracle_block *block, const struct trace_event *event)
{
	return event->type == EVENT_FREE && block->newest && block->thread == event->thread;
}

static void oracle_end(struct oracle *o, const struct trace_event *event, struct oracle_block *block)
{
	struct model_node *origin = &o->nodes[block->node];
	bool temporary = is_temporary(block, event);

	block->live = false;
	o->nodes[event->node].frees++;
	o->nodes[event->node].freed_bytes += block->size_bytes;
	origin->own_frees++;
	origin->own_freed_bytes += block->size_bytes;
	origin->temporary += temporary;
	o->totals.temporary += temporary;
	o->totals.frees++;
	o->totals.freed_bytes += block->size_bytes;
	o->totals.lost_frees += event->type == EVENT_LOST;
}

static void oracle_live(struct oracle *o, const struct trace_event *event)
{
	o->totals.live_bytes = o->totals.live_blocks = 0;
	for (uint32_t i = 0; i < NODES; i++)
		o->nodes[i].live_bytes = o->nodes[i].live_blocks = 0;
	for (uint64_t i = 0; i < o->block_count; i++) {
		if (!o->blocks[i].live)
			continue;
		o->totals.live_bytes += o->blocks[i].size_bytes;
		o->totals.live_blocks++;
		o->nodes[o->blocks[i].node].live_bytes += o->blocks[i].size_bytes;
		o->nodes[o->blocks[i].node].live_blocks++;
	}
	if (o->totals.live_bytes <= o->totals.peak_bytes)
		return;
	o->totals.peak_bytes = o->totals.live_bytes;
	o->totals.peak_blocks = o->totals.live_blocks;
	o->totals.peak_time_ns = event->time_ns;
	o->totals.peak_event = o->totals.events;
	for (uint32_t i = 0; i < NODES; i++) {
		o->nodes[i].peak_bytes = o->nodes[i].live_bytes;
		o->nodes[i].peak_blocks = o->nodes[i].live_blocks;
	}
}

static void oracle_event(struct oracle *o, const struct trace_event *event, struct oracle_block *block)
{
	if (event->type == EVENT_ALLOC) {
		oracle_alloc(o, event);
	} else if (event->type == EVENT_STRAY_FREE) {
		o->nodes[event->node].stray_frees++;
		o->totals.stray_frees++;
	} else {
		oracle_end(o, event, block);
	}
	oracle_live(o, event);
	o->totals.events++;
}

/* ---- random streams ---- */

static struct oracle_block *random_live_block(struct oracle *o)
{
	for (int tries = 0; tries < 20 && o->block_count > 0; tries++) {
		uint32_t recent = (uint32_t)(o->block_count < 8 ? o->block_count : 8);
		uint64_t block = random_below(2) ? o->block_count - 1 - random_below(recent)
						 : random_below((uint32_t)o->block_count);
		if (o->blocks[block].live)
			return &o->blocks[block];
	}
	return NULL;
}

/* Sets *block to the one that the event ends, if it does. */
static struct trace_event random_event(struct oracle *o, uint64_t time_ns, uint32_t alloc_bias,
				       struct oracle_block **block)
{
	struct trace_event event = {
		.time_ns = time_ns, .node = random_below(NODES), .thread = random_below(THREADS)};

	*block = random_live_block(o);
	if (random_below(40) == 0) {
		event.type = EVENT_STRAY_FREE;
		event.size_bytes = (uint64_t)random_below(1000) * 8;
	} else if (!*block || random_below(100) < alloc_bias) {
		event.type = EVENT_ALLOC;
		event.size_bytes = random_below(5) ? random_below(1000) : 0;
	} else {
		event.type = random_below(50) ? EVENT_FREE : EVENT_LOST;
		event.size_bytes = (*block)->size_bytes;
		event.origin = (*block)->node;
		event.temporary = is_temporary(*block, &event);
	}
	return event;
}

static void expect_equal(const struct oracle *o, const struct model *model)
{
	cr_assert_arr_eq(model_totals(model), &o->totals, sizeof(o->totals), "totals differ");
	for (uint32_t i = 0; i < NODES; i++) {
		struct model_node node = model_node(model, i);
		cr_assert_arr_eq(&node, &o->nodes[i], sizeof(node), "node %u differs", i);
	}
}

static void run_random(uint64_t seed, struct oracle *o, struct trace_event *events)
{
	struct oracle_block *block;

	random_state = seed;
	memset(o, 0, sizeof(*o));
	struct model *model = model_create(NODES);
	cr_assert_not_null(model);
	uint32_t bias = 30 + random_below(50), time_ns = 0;
	for (uint32_t i = 0; i < EVENTS; i++) {
		if (random_below(200) == 0)
			bias = 30 + random_below(50);
		time_ns += random_below(100);
		events[i] = random_event(o, time_ns, bias, &block);
		oracle_event(o, &events[i], block);
	}
	for (uint32_t done = 0, batch; done < EVENTS; done += batch) {
		batch = 1 + random_below(EVENTS - done);
		cr_assert_eq(model_events(model, events + done, batch), 0);
	}
	model_finish(model);
	expect_equal(o, model);
	cr_assert_gt(o->totals.temporary, 10);
	model_destroy(model);
}

Test(model, equals_the_oracle_on_random_streams)
{
	struct oracle *o = malloc(sizeof(*o));
	struct trace_event *events = malloc(EVENTS * sizeof(*events));

	for (uint64_t seed = 1; seed <= 12; seed++)
		run_random(seed, o, events);
	free(events);
	free(o);
}

/* ---- by hand ---- */

static struct trace_event allocate(uint64_t size_bytes, uint32_t node, uint32_t thread)
{
	return (struct trace_event){
		.type = EVENT_ALLOC, .size_bytes = size_bytes, .node = node, .thread = thread};
}

static struct trace_event release(uint64_t size_bytes, uint32_t origin, uint32_t node, uint32_t thread)
{
	return (struct trace_event){.type = EVENT_FREE,
				    .size_bytes = size_bytes,
				    .origin = origin,
				    .node = node,
				    .thread = thread};
}

static void expect_refused(const struct trace_event *events, size_t good, struct trace_event bad)
{
	struct model *model = model_create(4);

	cr_assert_eq(model_events(model, events, good), 0);
	cr_assert_eq(model_events(model, &bad, 1), -EBADMSG);
	model_destroy(model);
}

Test(model, an_end_where_no_such_block_lives_is_refused)
{
	struct trace_event events[] = {allocate(8, 1, 0), allocate(0, 2, 0), release(8, 1, 2, 0)};
	struct trace_event lost = release(8, 1, 1, 0), wild = allocate(8, 1, 0);

	expect_refused(events, 0, release(0, 1, 2, 0)); /* nothing at all */
	expect_refused(events, 1, release(8, 2, 1, 0)); /* it lives elsewhere */
	expect_refused(events, 1, release(9, 1, 2, 0)); /* larger than all that lives there */
	expect_refused(events, 2, release(1, 2, 2, 0)); /* larger than nothing */
	expect_refused(events, 3, release(8, 1, 2, 0)); /* a second time */
	expect_refused(events, 3, release(0, 1, 2, 0)); /* no block is left, of any size */
	lost.type = EVENT_LOST;
	expect_refused(events, 3, lost);
	wild.type = 77;
	expect_refused(events, 3, wild);
}

Test(model, growing_by_realloc_does_not_count_both_halves_at_the_peak)
{
	struct model *model = model_create(4);
	struct trace_event events[] = {allocate(100, 1, 0), release(100, 1, 2, 0), allocate(150, 2, 0)};

	events[1].reallocated = events[2].reallocated = true;
	cr_assert_eq(model_events(model, events, 3), 0);
	model_finish(model);
	cr_assert_eq(model_totals(model)->peak_bytes, 150);
	cr_assert_eq(model_totals(model)->peak_event, 2);
	cr_assert_eq(model_node(model, 1).peak_bytes, 0);
	cr_assert_eq(model_node(model, 2).peak_bytes, 150);
	model_destroy(model);
}

Test(model, a_temporary_block_counts_where_it_began)
{
	struct model *model = model_create(4);
	struct trace_event events[] = {allocate(1, 1, 0), release(1, 1, 2, 0), allocate(1, 1, 0),
				       release(1, 1, 2, 0)};

	events[1].temporary = true;
	cr_assert_eq(model_events(model, events, 4), 0);
	model_finish(model);
	cr_assert_eq(model_totals(model)->temporary, 1);
	cr_assert_eq(model_node(model, 1).temporary, 1);
	cr_assert_eq(model_node(model, 2).temporary, 0);
	cr_assert_eq(model_node(model, 2).frees, 2);
	model_destroy(model);
}

Test(model, a_childs_free_of_an_inherited_block_is_named_once)
{
	struct model *model = model_create(4);
	const struct trace_inherited blocks[] = {{.address = 4096, .size_bytes = 100},
						 {.address = 8196, .size_bytes = 30}};
	struct trace_event events[4] = {
		{.size_bytes = 4096}, {.size_bytes = 4096}, {.size_bytes = 8192}, {.size_bytes = 64}};

	for (int i = 0; i < 4; i++)
		events[i].type = EVENT_STRAY_FREE;
	cr_assert_eq(model_inherit(model, blocks, 2), 0);
	cr_assert_eq(model_events(model, events, 4), 0);
	model_finish(model);
	cr_assert_eq(model_totals(model)->stray_frees, 4);
	cr_assert_eq(model_totals(model)->inherited_frees, 2);
	cr_assert_eq(model_totals(model)->inherited_freed_bytes, 130);
	cr_assert_eq(model_totals(model)->live_bytes, 0);
	cr_assert_eq(model_totals(model)->frees, 0);
	model_destroy(model);
}
