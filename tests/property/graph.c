/*
 * graph.c - the oracle: reference counts and reachability, as slow and plain as they can be.
 */
#include "graph.h"

#include <string.h>

void graph_init(struct graph *graph)
{
	memset(graph, 0, sizeof(*graph));
	for (int i = 0; i < GRAPH_ROOTS; i++)
		graph->roots[i] = NOBODY;
}

int graph_room(const struct graph *graph)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (graph->objects[id].state == UNUSED)
			return id;
	}
	return NOBODY;
}

void graph_add(struct graph *graph, int id, enum kind kind, void *real, int edge_count)
{
	struct object *object = &graph->objects[id];
	bool watched = kind == NODE || kind == FANCY || kind == WEAK;
	*object = (struct object){.kind = kind, .state = ALIVE, .real = real, .refs = 1, .target = NOBODY};
	object->serial = ++graph->made;
	object->place = watched ? 0 : UNTRACKED;
	object->edge_count = edge_count;
	for (int i = 0; i < GRAPH_EDGES; i++)
		object->edges[i] = NOBODY;
}

bool graph_may_be_in_cycle(const struct graph *graph, int id)
{
	const struct object *object = &graph->objects[id];
	return object->kind != LEAF && (object->place != UNTRACKED || object->kind != TUPLE);
}

static void track_child(struct graph *graph, int id, int child)
{
	struct object *object = &graph->objects[id];
	if (object->kind >= LIST && object->place == UNTRACKED && child != NOBODY &&
	    graph_may_be_in_cycle(graph, child))
		object->place = 0;
}

void graph_incref(struct graph *graph, int id)
{
	if (id != NOBODY)
		graph->objects[id].refs++;
}

static void lose_last(struct graph *graph, int id)
{
	struct object *object = &graph->objects[id];
	if (object->kind == FANCY) {
		object->state = ENDING;
	} else if (object->kind == LEAF) {
		object->state = DEAD;
		graph_clear_weak(graph, id);
	} else {
		object->state = LIMBO;
		graph->limbo++;
	}
}

void graph_decref(struct graph *graph, int id)
{
	if (id != NOBODY && --graph->objects[id].refs == 0 && graph->objects[id].state == ALIVE)
		lose_last(graph, id);
}

void graph_set_edge(struct graph *graph, int id, int edge, int child)
{
	struct object *object = &graph->objects[id];
	int old = object->edges[edge];
	graph_incref(graph, child);
	object->edges[edge] = child;
	track_child(graph, id, child);
	graph_decref(graph, old);
}

void graph_insert_edge(struct graph *graph, int id, int edge, int child)
{
	struct object *object = &graph->objects[id];
	for (int i = object->edge_count++; i > edge; i--)
		object->edges[i] = object->edges[i - 1];
	object->edges[edge] = NOBODY;
	graph_set_edge(graph, id, edge, child);
}

int graph_take_edge(struct graph *graph, int id, int edge)
{
	struct object *object = &graph->objects[id];
	int child = object->edges[edge];
	object->edge_count--;
	for (int i = edge; i < object->edge_count; i++)
		object->edges[i] = object->edges[i + 1];
	object->edges[object->edge_count] = NOBODY;
	return child;
}

static void drop_edges(struct graph *graph, int id)
{
	struct object *object = &graph->objects[id];
	for (int i = 0; i < object->edge_count; i++) {
		int child = object->edges[i];
		object->edges[i] = NOBODY;
		graph_decref(graph, child);
	}
}

static void end_limbo(struct graph *graph, int id)
{
	graph->objects[id].state = DEAD;
	graph->limbo--;
	graph_clear_weak(graph, id);
	drop_edges(graph, id);
}

void graph_drain(struct graph *graph)
{
	while (graph->limbo) {
		for (int id = 0; id < GRAPH_OBJECTS; id++) {
			if (graph->objects[id].state == LIMBO)
				end_limbo(graph, id);
		}
	}
}

void graph_clear_weak(struct graph *graph, int target)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		struct object *weak = &graph->objects[id];
		if (weak->kind != WEAK || weak->target != target || weak->cleared)
			continue;
		weak->cleared = true;
		weak->silent = weak->place == DOOMED;
	}
}

bool graph_is_due(const struct object *weak)
{
	return weak->state == ALIVE && weak->kind == WEAK && weak->cleared && weak->has_callback &&
	       !weak->silent && !weak->called;
}

static void hold_callbacks(struct graph *graph, int target, bool by_collector)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		struct object *weak = &graph->objects[id];
		if (!graph_is_due(weak) || weak->target != target || weak->held)
			continue;
		weak->held = true;
		weak->by_collector = by_collector;
		weak->refs++;
	}
}

void graph_hold_callbacks(struct graph *graph, int target)
{
	hold_callbacks(graph, target, false);
}

/* ---- collections ---- */

static void reach(const struct graph *graph, bool *wanted, int id)
{
	if (id == NOBODY || !wanted[id])
		return;
	wanted[id] = false;
	for (int i = 0; i < graph->objects[id].edge_count; i++)
		reach(graph, wanted, graph->objects[id].edges[i]);
}

/* Takes out of the set what can be reached from outside it.  The number of its members before. */
static size_t find_unreachable(const struct graph *graph, bool *wanted)
{
	int external[GRAPH_OBJECTS] = {0};
	size_t candidates = 0;
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		const struct object *object = &graph->objects[id];
		if (!wanted[id])
			continue;
		candidates++;
		external[id] += object->refs;
		for (int i = 0; i < object->edge_count; i++) {
			if (object->edges[i] != NOBODY)
				external[object->edges[i]]--;
		}
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (wanted[id] && external[id] > 0)
			reach(graph, wanted, id);
	}
	return candidates;
}

static void silence(struct object *weak)
{
	weak->cleared = weak->silent = true;
}

static void clear_weak_to_doomed(struct graph *graph)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		struct object *object = &graph->objects[id];
		if (object->state != ALIVE || object->place != DOOMED)
			continue;
		graph_clear_weak(graph, id);
		hold_callbacks(graph, id, true);
		if (object->kind == WEAK)
			silence(object);
	}
}

static int next_place(const struct graph *graph)
{
	return graph->generation < OLDEST ? graph->generation + 1 : OLDEST;
}

void graph_begin_collection(struct graph *graph, int generation)
{
	bool wanted[GRAPH_OBJECTS], unreachable[GRAPH_OBJECTS];
	size_t survivors = 0;
	graph->generation = generation;
	graph->collecting = true;
	graph->transitioned = false;
	for (int id = 0; id < GRAPH_OBJECTS; id++)
		wanted[id] = graph->objects[id].state == ALIVE && graph->objects[id].place <= generation;
	memcpy(unreachable, wanted, sizeof(wanted));
	graph->candidates = find_unreachable(graph, unreachable);
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (!wanted[id])
			continue;
		graph->objects[id].place = unreachable[id] ? DOOMED : next_place(graph);
		survivors += !unreachable[id];
	}
	if (generation == OLDEST) {
		graph->long_lived_total = survivors;
		graph->long_lived_pending = 0;
	} else if (generation == OLDEST - 1) {
		graph->long_lived_pending += survivors;
	}
	clear_weak_to_doomed(graph);
}

static void keep_as_garbage(struct graph *graph, int id)
{
	graph->objects[id].place = GARBAGE;
	graph->objects[id].refs++;
}

static void take_apart(struct graph *graph, const bool *doomed)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (doomed[id])
			graph->objects[id].refs++;
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (!doomed[id] || graph->objects[id].stubborn)
			continue;
		/* A cleared weak reference has left its target. */
		if (graph->objects[id].kind == WEAK)
			silence(&graph->objects[id]);
		drop_edges(graph, id);
	}
	for (bool again = true; again;) {
		again = false;
		for (int id = 0; id < GRAPH_OBJECTS; id++) {
			struct object *object = &graph->objects[id];
			if (!doomed[id] || object->state != ALIVE || object->refs > 1)
				continue;
			object->state = DEAD;
			object->refs = 0;
			drop_edges(graph, id);
			again = true;
		}
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (!doomed[id] || graph->objects[id].state != ALIVE)
			continue;
		graph->objects[id].place = GARBAGE; /* the reference that it was lent is the list's now */
		graph->uncollectable++;
	}
}

void graph_end_doomed(struct graph *graph)
{
	bool was[GRAPH_OBJECTS], still[GRAPH_OBJECTS];
	for (int id = 0; id < GRAPH_OBJECTS; id++)
		was[id] = graph->objects[id].state == ALIVE && graph->objects[id].place == DOOMED;
	memcpy(still, was, sizeof(was));
	find_unreachable(graph, still);
	graph->found = graph->uncollectable = 0;
	graph->transitioned = true;
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		graph->found += still[id];
		if (was[id] && !still[id])
			graph->objects[id].place = next_place(graph);
	}
	clear_weak_to_doomed(graph);
	if (!graph->saving_all) {
		take_apart(graph, still);
		return;
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (still[id])
			keep_as_garbage(graph, id);
	}
}

size_t graph_count(const struct graph *graph, int place)
{
	size_t count = 0;
	for (int id = 0; id < GRAPH_OBJECTS; id++)
		count += graph->objects[id].state == ALIVE && graph->objects[id].place == place;
	return count;
}
