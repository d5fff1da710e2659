/*
 * test_visits.c - visits that follow from moves, against an oracle that follows every scope through every
 * event; moves against a table of all pairs of nodes.
 */
#include "figures/summary.h"
#include "replay/model.h"
#include "replay/visits.h"

#include "random.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NODES 60u
#define SCOPES 20u
#define THREADS 5u
#define EVENTS 4000u

/* ---- a random tree with recursion: a scope may stand in several nodes of a path ---- */

struct tree {
	struct trace_node nodes[NODES];
	uint32_t first[NODES + 1];
	uint32_t ids[NODES * 3];
	struct model_scopes scopes;
};

/* Of at most `scopes_each` scopes a node: 0 of them to many. */
static void make_tree(struct tree *tree, uint32_t scopes_each)
{
	uint32_t used = 0;

	memset(tree, 0, sizeof(*tree));
	for (uint32_t i = 1; i < NODES; i++) {
		uint32_t parent = random_below(3) ? i - 1 - random_below(i < 4 ? i : 4) : random_below(i);

		tree->nodes[i] = (struct trace_node){parent, i};
	}
	for (uint32_t i = 0; i < NODES; i++) {
		tree->first[i] = used;
		for (uint32_t left = i == 0 ? 0 : random_below(scopes_each + 1); left > 0; left--)
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

struct oracle_thread {
	bool inside[SCOPES];
	uint32_t node;
	uint64_t after;
};

struct oracle {
	const struct tree *tree;
	struct oracle_thread threads[THREADS];
	struct model_scope scopes[SCOPES];
	struct move moves[NODES][NODES];
	uint64_t live_bytes;
	struct {
		uint64_t size_bytes;
		uint32_t node;
	} blocks[EVENTS]; /* live ones */
	uint32_t block_count;
};

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void oracle_scope(struct oracle *o, struct oracle_thread *thread, uint32_t scope, bool now,
			 uint64_t before)
{
	struct model_scope *result = &o->scopes[scope];

	if (now && !thread->inside[scope])
		result->entry_bytes = greater(result->entry_bytes, before);
	if (thread->inside[scope] && !now) {
		result->visits++;
		result->exit_bytes = greater(result->exit_bytes, thread->after);
	}
	thread->inside[scope] = now;
}

/* The thread is at `node` now, where `before` bytes lived as it came there. */
static void oracle_step(struct oracle *o, struct oracle_thread *thread, uint32_t node, uint64_t before)
{
	struct move *move = &o->moves[thread->node][node];

	for (uint32_t scope = 0; scope < SCOPES; scope++)
		oracle_scope(o, thread, scope, under(o->tree, node, scope), before);
	move->count++;
	move->exit_bytes = greater(move->exit_bytes, thread->after);
	move->entry_bytes = greater(move->entry_bytes, before);
	thread->node = node;
}

static void oracle_event(struct oracle *o, const struct trace_event *event)
{
	struct oracle_thread *thread = &o->threads[event->thread];
	uint64_t before = o->live_bytes;

	if (event->type == EVENT_ALLOC)
		o->live_bytes += event->size_bytes;
	else if (event->type != EVENT_STRAY_FREE)
		o->live_bytes -= event->size_bytes;
	if (event->type == EVENT_LOST)
		return;
	oracle_step(o, thread, event->node, before);
	thread->after = o->live_bytes;
}

static void oracle_finish(struct oracle *o)
{
	for (uint32_t i = 0; i < THREADS; i++)
		oracle_step(o, &o->threads[i], 0, 0);
}

/* ---- random streams ---- */

/* A thread mostly stays about where it is, as programs do; `wander` of 100 times it goes anywhere. */
static uint32_t random_node(const struct oracle *o, uint32_t thread, uint32_t wander)
{
	uint32_t node = o->threads[thread].node;

	if (random_below(100) < wander)
		return random_below(NODES);
	return random_below(2) ? node : o->tree->nodes[node].parent;
}

static struct trace_event random_event(struct oracle *o, uint32_t wander)
{
	struct trace_event event = {.thread = random_below(THREADS)};
	uint32_t choice = random_below(100);

	event.node = random_node(o, event.thread, wander);
	if (choice < 3) {
		event.type = EVENT_STRAY_FREE;
		event.size_bytes = 4096;
	} else if (choice < 50 || o->block_count == 0) {
		event.type = EVENT_ALLOC;
		event.size_bytes = random_below(1000);
		o->blocks[o->block_count].size_bytes = event.size_bytes;
		o->blocks[o->block_count++].node = event.node;
	} else {
		uint32_t block = random_below(o->block_count);
		event.type = choice < 53 ? EVENT_LOST : EVENT_FREE;
		event.size_bytes = o->blocks[block].size_bytes;
		event.origin = o->blocks[block].node;
		o->blocks[block] = o->blocks[--o->block_count];
	}
	return event;
}

static void expect_equal_visits(const struct oracle *o, const struct figures_summary *summary)
{
	struct model_scope results[SCOPES] = {0};

	cr_assert_eq(visits_count(summary, o->tree->nodes, &o->tree->scopes, results), 0);
	for (uint32_t i = 0; i < SCOPES; i++) {
		const struct model_scope *got = &results[i], *expected = &o->scopes[i];
		cr_assert(got->visits == expected->visits && got->entry_bytes == expected->entry_bytes &&
				  got->exit_bytes == expected->exit_bytes,
			  "scope %u: %lu visits, entry %lu, exit %lu; not %lu, %lu, %lu", i, got->visits,
			  got->entry_bytes, got->exit_bytes, expected->visits, expected->entry_bytes,
			  expected->exit_bytes);
	}
}

static void expect_equal_moves(const struct oracle *o, const struct figures_summary *summary)
{
	size_t at = 0;

	cr_assert(summary->moves_known);
	for (uint32_t from = 0; from < NODES; from++) {
		for (uint32_t to = 0; to < NODES; to++) {
			const struct move *expected = &o->moves[from][to];
			if (from == to || expected->count == 0)
				continue;
			cr_assert_lt(at, summary->move_count);
			const struct move *got = &summary->moves[at++];
			cr_assert(got->from == from && got->to == to && got->count == expected->count &&
					  got->exit_bytes == expected->exit_bytes &&
					  got->entry_bytes == expected->entry_bytes,
				  "move %zu: %u to %u, not %u to %u", at, got->from, got->to, from, to);
		}
	}
	cr_assert_eq(at, summary->move_count);
}

static struct model *replayed(struct oracle *o, uint32_t wander)
{
	struct model *model = model_create(NODES);

	cr_assert_not_null(model);
	for (uint32_t i = 0; i < EVENTS; i++) {
		struct trace_event event = random_event(o, wander);
		oracle_event(o, &event);
		cr_assert_eq(model_events(model, &event, 1), 0);
	}
	oracle_finish(o);
	model_finish(model);
	return model;
}

Test(visits, equal_the_oracle_on_random_trees_and_streams)
{
	struct oracle *o = malloc(sizeof(*o));
	struct tree tree;
	uint64_t visits = 0;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		random_state = seed;
		memset(o, 0, sizeof(*o));
		make_tree(&tree, 1 + (uint32_t)seed % 3);
		o->tree = &tree;
		struct model *model = replayed(o, seed % 4 == 0 ? 100 : 3 * (uint32_t)seed);
		expect_equal_moves(o, model_summary(model));
		expect_equal_visits(o, model_summary(model));
		model_destroy(model);
		for (uint32_t i = 0; i < SCOPES; i++)
			visits += o->scopes[i].visits;
	}
	cr_assert_gt(visits, 100000);
	free(o);
}

/* ---- by hand ---- */

static struct trace_event allocate(uint64_t size_bytes, uint32_t node)
{
	return (struct trace_event){.type = EVENT_ALLOC, .size_bytes = size_bytes, .node = node};
}

static void expect_scope(const struct model_scope *scope, uint64_t visits, uint64_t entry_bytes,
			 uint64_t exit_bytes)
{
	cr_assert_eq(scope->visits, visits);
	cr_assert_eq(scope->entry_bytes, entry_bytes);
	cr_assert_eq(scope->exit_bytes, exit_bytes);
}

/* main line 1 (nodes 1 and 2: two calls of one line), line 2 (node 3); function scope 2 in all. */
Test(visits, two_calls_of_one_line_are_one_visit)
{
	static const struct trace_node nodes[4] = {[1] = {0, 1}, [2] = {0, 2}, [3] = {0, 3}};
	const uint32_t first[] = {0, 0, 2, 4, 6};
	const uint32_t ids[] = {0, 2, 0, 2, 1, 2};
	const struct model_scopes scopes = {.scope_count = 3, .first = first, .ids = ids};
	struct model_scope results[3] = {0};
	struct model *model = model_create(4);
	struct trace_event events[] = {allocate(10, 1), allocate(20, 2), allocate(5, 3), allocate(0, 1)};

	events[3].type = EVENT_FREE;
	events[3].size_bytes = 20;
	events[3].origin = 2;
	cr_assert_eq(model_events(model, events, 4), 0);
	model_finish(model);
	cr_assert_eq(visits_count(model_summary(model), nodes, &scopes, results), 0);
	expect_scope(&results[0], 2, 35, 30);
	expect_scope(&results[1], 1, 30, 35);
	expect_scope(&results[2], 1, 0, 15);
	model_destroy(model);
}

/* Nodes 1, 2 and 3 under each other are the same function; 4 under 1 is another one. */
Test(visits, recursion_is_one_visit)
{
	static const struct trace_node nodes[] = {[1] = {0, 1}, [2] = {1, 2}, [3] = {2, 3}, [4] = {1, 4}};
	const uint32_t first[] = {0, 0, 1, 2, 3, 4};
	const uint32_t ids[] = {0, 0, 0, 1};
	const struct model_scopes scopes = {.scope_count = 2, .first = first, .ids = ids};
	struct model_scope results[2] = {0};
	struct model *model = model_create(5);
	const struct trace_event events[] = {allocate(1, 3), allocate(2, 1), allocate(4, 2), allocate(8, 4),
					     allocate(16, 3)};

	cr_assert_eq(model_events(model, events, 5), 0);
	model_finish(model);
	cr_assert_eq(visits_count(model_summary(model), nodes, &scopes, results), 0);
	expect_scope(&results[0], 1, 0, 31);
	expect_scope(&results[1], 1, 7, 15);
	model_destroy(model);
}
