/*
 * visits.c - see visits.h.
 *
 * A move leaves the scopes that its first path has and its second has not, and enters those for which it
 * is the other way round.  What both have below their last common node stays open throughout: two call
 * instructions of one line do not end each other's visit.  Only nodes that bring scopes matter: from each
 * node it is one step to the nearest of them.  What recursion repeats brings none.
 */
#include "replay/visits.h"

#include <errno.h>
#include <stdlib.h>

/* Paths of fewer such nodes are short enough; of others, so many are asked whether they have the same code.
 */
#define SHORT_PATH 64
#define LOOKED_AT 256

struct visits {
	const struct model_scopes *scopes;
	const struct trace_node *nodes;
	uint32_t node_count; /* without inserted ones */
	uint32_t *nearest; /* per node: the nearest one that brings scopes, itself or an ancestor; 0: none */
	uint32_t *steps;   /* per node: how many there are of them from here to the root */
	/* Per scope: the last walk that met it.  Two walks a move, so that a path's scopes are met once. */
	uint64_t *on_from, *on_to;
	uint64_t move; /* number of the move at hand, from 1 */
	struct model_scope *results;
};

static bool has_scopes(const struct model_scopes *scopes, uint32_t code)
{
	return scopes->first[code] != scopes->first[code + 1];
}

static uint32_t nearest_of(const struct visits *visits, uint32_t node)
{
	while (node >= visits->node_count && !has_scopes(visits->scopes, visits->nodes[node].code))
		node = visits->nodes[node].parent;
	return node >= visits->node_count ? node : visits->nearest[node];
}

/* The next one towards the root. */
static uint32_t above(const struct visits *visits, uint32_t node)
{
	return nearest_of(visits, visits->nodes[node].parent);
}

/* Whether a path from `at` up has this code: then it has its scopes.  No for some that have it far away. */
static bool has_code(const struct visits *visits, uint32_t at, uint32_t code)
{
	for (unsigned i = 0; at != 0 && i < LOOKED_AT; i++, at = above(visits, at))
		if (visits->nodes[at].code == code)
			return true;
	return false;
}

/* Of a node that is its own nearest. */
static uint32_t steps_from(const struct visits *visits, uint32_t node)
{
	uint32_t inserted = 0;

	for (; node >= visits->node_count; node = above(visits, node))
		inserted++;
	return visits->steps[node] + inserted;
}

/* Of a node of this code below one that is its own nearest. */
static bool brings_scopes(const struct visits *visits, uint32_t at, uint32_t code)
{
	return has_scopes(visits->scopes, code) &&
	       (steps_from(visits, at) < SHORT_PATH || !has_code(visits, at, code));
}

/* Parents, or theirs, come before their children, so one pass is enough. */
static void find_nearest(struct visits *visits)
{
	const struct trace_node *nodes = visits->nodes;

	for (uint32_t i = 1; i < visits->node_count; i++) {
		uint32_t next = nearest_of(visits, nodes[i].parent);
		bool brings = brings_scopes(visits, next, nodes[i].code);

		visits->nearest[i] = brings ? i : next;
		visits->steps[i] = steps_from(visits, next) + brings;
	}
}

static int init(struct visits *visits)
{
	size_t scope_count = visits->scopes->scope_count;

	visits->nearest = calloc((size_t)visits->node_count + 1, sizeof(*visits->nearest));
	visits->steps = calloc((size_t)visits->node_count + 1, sizeof(*visits->steps));
	visits->on_from = calloc(scope_count + 1, sizeof(*visits->on_from));
	visits->on_to = calloc(scope_count + 1, sizeof(*visits->on_to));
	if (!visits->nearest || !visits->steps || !visits->on_from || !visits->on_to)
		return -ENOMEM;
	find_nearest(visits);
	return 0;
}

static void mark(const struct visits *visits, uint32_t node, uint64_t *marks)
{
	const struct model_scopes *scopes = visits->scopes;

	for (; node != 0; node = above(visits, node)) {
		uint32_t code = visits->nodes[node].code;

		for (uint32_t i = scopes->first[code]; i < scopes->first[code + 1]; i++)
			marks[scopes->ids[i]] = visits->move;
	}
}

static void leave(struct model_scope *scope, const struct move *move)
{
	scope->visits += move->count;
	if (move->exit_bytes > scope->exit_bytes)
		scope->exit_bytes = move->exit_bytes;
}

static void enter(struct model_scope *scope, const struct move *move)
{
	if (move->entry_bytes > scope->entry_bytes)
		scope->entry_bytes = move->entry_bytes;
}

typedef void pass_fn(struct model_scope *scope, const struct move *move);

/* Passes each scope of the path that is not marked as the other path's; each once: then it is. */
static void pass(struct visits *visits, const struct move *move, uint32_t node, uint64_t *others,
		 pass_fn *each)
{
	const struct model_scopes *scopes = visits->scopes;

	for (; node != 0; node = above(visits, node)) {
		uint32_t code = visits->nodes[node].code;

		for (uint32_t i = scopes->first[code]; i < scopes->first[code + 1]; i++) {
			uint32_t id = scopes->ids[i];

			if (others[id] == visits->move)
				continue;
			others[id] = visits->move;
			each(&visits->results[id], move);
		}
	}
}

static void count(struct visits *visits, const struct move *move)
{
	uint32_t from = visits->nearest[move->from], to = visits->nearest[move->to];

	if (from == to)
		return;
	visits->move++;
	mark(visits, from, visits->on_from);
	mark(visits, to, visits->on_to);
	pass(visits, move, from, visits->on_to, leave);
	pass(visits, move, to, visits->on_from, enter);
}

int visits_count(const struct figures_summary *summary, const struct trace_node *nodes,
		 const struct model_scopes *scopes, struct model_scope *results)
{
	struct visits visits = {.scopes = scopes,
				.nodes = nodes,
				.node_count = (uint32_t)summary->node_count,
				.results = results};
	int error = init(&visits);

	for (size_t i = 0; !error && i < summary->move_count; i++)
		count(&visits, &summary->moves[i]);
	free(visits.nearest);
	free(visits.steps);
	free(visits.on_from);
	free(visits.on_to);
	return error;
}
