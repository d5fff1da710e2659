/*
 * test_model.c - the replay against an oracle that keeps every block in a list, copies every node at
 * each peak and walks every path at each event; then small cases by hand.
 */
#include "model/live.h"
#include "model/model.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NODES 60u
#define SCOPES 20u
#define THREADS 5u
#define EVENTS 3000u

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 33) % limit;
}

/* ---- a random tree with recursion: a scope may stand in several nodes of a path ---- */

struct tree {
	struct trace_node nodes[NODES];
	uint32_t first[NODES + 1];
	uint32_t ids[NODES * 3];
	struct model_scopes scopes;
};

static void make_tree(struct tree *tree)
{
	uint32_t used = 0;

	memset(tree, 0, sizeof(*tree));
	for (uint32_t i = 1; i < NODES; i++)
		tree->nodes[i].parent =
			random_below(3) ? i - 1 - random_below(i < 4 ? i : 4) : random_below(i);
	for (uint32_t i = 0; i < NODES; i++) {
		tree->first[i] = used;
		for (uint32_t left = i == 0 ? 0 : random_below(4); left > 0; left--)
			tree->ids[used++] = random_below(SCOPES);
	}
	tree->first[NODES] = used;
	tree->scopes = (struct model_scopes){.scope_count = SCOPES, .first = tree->first, .ids = tree->ids};
}

static bool under(const struct tree *tree, uint32_t node, uint32_t scope)
{
	for (; node != 0; node = tree->nodes[node].parent)
		for (uint32_t i = tree->first[node]; i < tree->first[node + 1]; i++)
			if (tree->ids[i] == scope)
				return true;
	return false;
}

/* ---- the oracle ---- */

struct oracle_block {
	uint64_t size_bytes, born_ns;
	uint32_t node, thread;
	bool live, newest; /* newest: its thread has not allocated since */
};

struct oracle {
	const struct tree *tree;
	struct oracle_block blocks[EVENTS];
	uint64_t block_count;
	struct model_node nodes[NODES];
	struct model_totals totals;
	struct model_scope scopes[SCOPES];
	bool inside[THREADS][SCOPES];
	uint64_t after[THREADS];
};

static void oracle_alloc(struct oracle *o, const struct trace_event *event)
{
	struct model_node *node = &o->nodes[event->node];

	for (uint64_t i = 0; i < o->block_count; i++)
		if (o->blocks[i].thread == event->thread)
			o->blocks[i].newest = false;
	o->blocks[o->block_count++] = (struct oracle_block){.size_bytes = event->size_bytes,
							    .born_ns = event->time_ns,
							    .node = event->node,
							    .thread = event->thread,
							    .live = true,
							    .newest = true};
	node->allocations++;
	node->allocated_bytes += event->size_bytes;
	o->totals.allocations++;
	o->totals.allocated_bytes += event->size_bytes;
}

static void oracle_end(struct oracle *o, const struct trace_event *event)
{
	struct oracle_block *block = &o->blocks[event->block];
	struct model_node *origin = &o->nodes[block->node];
	bool temporary = event->type == EVENT_FREE && block->newest && block->thread == event->thread;

	block->live = false;
	o->nodes[event->node].frees++;
	o->nodes[event->node].freed_bytes += block->size_bytes;
	origin->own_frees++;
	origin->own_freed_bytes += block->size_bytes;
	origin->lifetime_ns += event->time_ns - block->born_ns;
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

static void oracle_scope(struct oracle *o, uint32_t thread, uint32_t scope, bool now, uint64_t before)
{
	struct model_scope *result = &o->scopes[scope];
	bool was = o->inside[thread][scope];

	if (now && !was && before > result->entry_bytes)
		result->entry_bytes = before;
	if (was && !now) {
		result->visits++;
		if (o->after[thread] > result->exit_bytes)
			result->exit_bytes = o->after[thread];
	}
	o->inside[thread][scope] = now;
}

static void oracle_event(struct oracle *o, const struct trace_event *event)
{
	uint64_t before = o->totals.live_bytes;

	if (event->type == EVENT_ALLOC) {
		oracle_alloc(o, event);
	} else if (event->type == EVENT_STRAY_FREE) {
		o->nodes[event->node].stray_frees++;
		o->totals.stray_frees++;
	} else {
		oracle_end(o, event);
	}
	oracle_live(o, event);
	o->totals.events++;
	if (event->type == EVENT_LOST)
		return;
	for (uint32_t scope = 0; scope < SCOPES; scope++)
		oracle_scope(o, event->thread, scope, under(o->tree, event->node, scope), before);
	o->after[event->thread] = o->totals.live_bytes;
}

static void oracle_finish(struct oracle *o)
{
	for (uint32_t thread = 0; thread < THREADS; thread++)
		for (uint32_t scope = 0; scope < SCOPES; scope++)
			oracle_scope(o, thread, scope, false, 0);
}

/* ---- random streams ---- */

static int64_t random_live_block(const struct oracle *o)
{
	for (int tries = 0; tries < 20 && o->block_count > 0; tries++) {
		uint32_t recent = (uint32_t)(o->block_count < 8 ? o->block_count : 8);
		uint64_t block = random_below(2) ? o->block_count - 1 - random_below(recent)
						 : random_below((uint32_t)o->block_count);
		if (o->blocks[block].live)
			return (int64_t)block;
	}
	return -1;
}

static struct trace_event random_event(const struct oracle *o, uint64_t time_ns, uint32_t alloc_bias)
{
	struct trace_event event = {
		.time_ns = time_ns, .node = random_below(NODES), .thread = random_below(THREADS)};
	int64_t block = random_live_block(o);

	if (random_below(40) == 0) {
		event.type = EVENT_STRAY_FREE;
		event.block = (uint64_t)random_below(1000) * 8;
	} else if (block < 0 || random_below(100) < alloc_bias) {
		event.type = EVENT_ALLOC;
		event.block = o->block_count;
		event.size_bytes = random_below(5) ? random_below(1000) : 0;
	} else {
		event.type = random_below(50) ? EVENT_FREE : EVENT_LOST;
		event.block = (uint64_t)block;
	}
	return event;
}

static void expect_equal(const struct oracle *o, const struct model *model)
{
	cr_assert_arr_eq(model_totals(model), &o->totals, sizeof(o->totals), "totals differ");
	for (uint32_t i = 0; i < NODES; i++)
		cr_assert_arr_eq(model_node(model, i), &o->nodes[i], sizeof(o->nodes[i]), "node %u differs",
				 i);
	for (uint32_t i = 0; i < SCOPES; i++)
		cr_assert_arr_eq(model_scope(model, i), &o->scopes[i], sizeof(o->scopes[i]),
				 "scope %u differs", i);
}

static void run_random(uint64_t seed, struct oracle *o, struct trace_event *events)
{
	struct tree tree;

	random_state = seed;
	make_tree(&tree);
	memset(o, 0, sizeof(*o));
	o->tree = &tree;
	struct model *model = model_create(tree.nodes, NODES, &tree.scopes);
	cr_assert_not_null(model);
	uint32_t bias = 30 + random_below(50), time_ns = 0;
	for (uint32_t i = 0; i < EVENTS; i++) {
		if (random_below(200) == 0)
			bias = 30 + random_below(50);
		time_ns += random_below(100);
		events[i] = random_event(o, time_ns, bias);
		oracle_event(o, &events[i]);
	}
	for (uint32_t done = 0, batch; done < EVENTS; done += batch) {
		batch = 1 + random_below(EVENTS - done);
		cr_assert_eq(model_events(model, events + done, batch), 0);
	}
	oracle_finish(o);
	model_finish(model);
	expect_equal(o, model);
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

static struct trace_event allocate(uint64_t block, uint64_t size_bytes, uint32_t node, uint32_t thread)
{
	return (struct trace_event){.type = EVENT_ALLOC,
				    .block = block,
				    .size_bytes = size_bytes,
				    .node = node,
				    .thread = thread};
}

static struct trace_event release(uint64_t block, uint32_t node, uint32_t thread)
{
	return (struct trace_event){.type = EVENT_FREE, .block = block, .node = node, .thread = thread};
}

static const struct trace_node flat_nodes[4];

Test(model, a_free_of_a_dead_or_unknown_block_is_refused)
{
	struct model *model = model_create(flat_nodes, 4, NULL);
	struct trace_event events[] = {allocate(0, 8, 1, 0), release(0, 2, 0), release(0, 2, 0)};
	struct trace_event unborn = release(7, 1, 0), again = allocate(0, 8, 1, 0);

	cr_assert_eq(model_events(model, events, 3), -EBADMSG);
	cr_assert_eq(model_events(model, &unborn, 1), -EBADMSG);
	cr_assert_eq(model_events(model, &again, 1), -EBADMSG);
	model_destroy(model);
}

Test(model, growing_by_realloc_does_not_count_both_halves_at_the_peak)
{
	struct model *model = model_create(flat_nodes, 4, NULL);
	struct trace_event events[] = {allocate(0, 100, 1, 0), release(0, 2, 0), allocate(1, 150, 2, 0)};

	events[1].reallocated = events[2].reallocated = true;
	cr_assert_eq(model_events(model, events, 3), 0);
	model_finish(model);
	cr_assert_eq(model_totals(model)->peak_bytes, 150);
	cr_assert_eq(model_totals(model)->peak_event, 2);
	cr_assert_eq(model_node(model, 1)->peak_bytes, 0);
	cr_assert_eq(model_node(model, 2)->peak_bytes, 150);
	model_destroy(model);
}

Test(model, only_its_own_thread_makes_a_block_temporary)
{
	struct model *model = model_create(flat_nodes, 4, NULL);
	struct trace_event events[] = {
		allocate(0, 1, 1, 0), allocate(1, 1, 1, 1), release(0, 2, 0), /* temporary */
		release(1, 2, 0),                                             /* by another thread */
		allocate(2, 1, 3, 0), allocate(3, 1, 3, 0), release(2, 2, 0), /* one allocation between */
	};

	cr_assert_eq(model_events(model, events, 7), 0);
	model_finish(model);
	cr_assert_eq(model_totals(model)->temporary, 1);
	cr_assert_eq(model_node(model, 1)->temporary, 1);
	cr_assert_eq(model_node(model, 3)->temporary, 0);
	model_destroy(model);
}

Test(model, a_childs_free_of_an_inherited_block_is_named_once)
{
	struct model *model = model_create(flat_nodes, 4, NULL);
	const struct trace_inherited blocks[] = {{.address = 4096, .block = 5},
						 {.address = 8196, .block = 9}};
	const uint64_t sizes[] = {100, 30};
	struct trace_event events[4] = {{.block = 4096}, {.block = 4096}, {.block = 8192}, {.block = 64}};

	for (int i = 0; i < 4; i++)
		events[i].type = EVENT_STRAY_FREE;
	cr_assert_eq(model_inherit(model, blocks, sizes, 2), 0);
	cr_assert_eq(model_events(model, events, 4), 0);
	model_finish(model);
	cr_assert_eq(model_totals(model)->stray_frees, 4);
	cr_assert_eq(model_totals(model)->inherited_frees, 2);
	cr_assert_eq(model_totals(model)->inherited_freed_bytes, 130);
	cr_assert_eq(model_totals(model)->live_bytes, 0);
	cr_assert_eq(model_totals(model)->frees, 0);
	model_destroy(model);
}

/* main line 1 (nodes 1 and 2: two calls of one line), line 2 (node 3); function scope 2 in all. */
Test(model, two_calls_of_one_line_are_one_visit)
{
	const uint32_t first[] = {0, 0, 2, 4, 6};
	const uint32_t ids[] = {0, 2, 0, 2, 1, 2};
	const struct model_scopes scopes = {.scope_count = 3, .first = first, .ids = ids};
	struct model *model = model_create(flat_nodes, 4, &scopes);
	struct trace_event events[] = {allocate(0, 10, 1, 0), allocate(1, 20, 2, 0), allocate(2, 5, 3, 0),
				       release(1, 1, 0)};

	cr_assert_eq(model_events(model, events, 4), 0);
	model_finish(model);
	cr_assert_eq(model_scope(model, 0)->visits, 2);
	cr_assert_eq(model_scope(model, 0)->entry_bytes, 35);
	cr_assert_eq(model_scope(model, 0)->exit_bytes, 30);
	cr_assert_eq(model_scope(model, 1)->visits, 1);
	cr_assert_eq(model_scope(model, 1)->entry_bytes, 30);
	cr_assert_eq(model_scope(model, 1)->exit_bytes, 35);
	cr_assert_eq(model_scope(model, 2)->visits, 1);
	cr_assert_eq(model_scope(model, 2)->entry_bytes, 0);
	cr_assert_eq(model_scope(model, 2)->exit_bytes, 15);
	model_destroy(model);
}

/* Far more live blocks than the window holds, freed in another order than they came. */
Test(model, long_lived_blocks_are_found_again)
{
	enum { COUNT = 200000, STEP = 77773 };
	struct live live;
	struct live_block block;

	cr_assert_eq(live_init(&live), 0);
	for (uint64_t i = 0; i < COUNT; i++)
		cr_assert_eq(
			live_add(&live, &(struct live_block){.key = i, .size_bytes = i * 3, .taken = true}),
			0);
	for (uint64_t i = 0; i < COUNT; i++) {
		uint64_t key = i * STEP % COUNT;
		cr_assert(live_take(&live, key, &block), "block %lu is missing", key);
		cr_assert_eq(block.size_bytes, key * 3);
		cr_assert_not(live_take(&live, key, &block));
	}
	cr_assert_eq(live.old.count, 0);
	live_finish(&live);
}

/* Keys without any order, so that their places collide, put and taken at random, against a plain list. */
Test(model, a_crowded_table_loses_nothing)
{
	enum { KEYS = 1200, STEPS = 100000 };
	struct live_table table = {0};
	struct live_block block;
	static uint64_t keys[KEYS];
	static bool present[KEYS];

	random_state = 5;
	for (int i = 0; i < KEYS; i++)
		keys[i] = (uint64_t)random_below(UINT32_MAX) << 32 | (uint64_t)i;
	for (int step = 0; step < STEPS; step++) {
		uint32_t i = random_below(KEYS);
		struct live_block added = {.key = keys[i], .size_bytes = i, .taken = true};
		bool took = live_table_take(&table, keys[i], &block);
		cr_assert_eq(took, present[i], "key %u at step %d", i, step);
		cr_assert(!took || block.size_bytes == i);
		present[i] = !took;
		if (!took)
			cr_assert_eq(live_table_put(&table, &added), 0);
	}
	live_table_finish(&table);
}
