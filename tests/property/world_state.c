/*
 * world_state.c - what all parts of the world have: the bytes, objects and references of both sides.
 */
#include "world_parts.h"

#include <stdio.h>
#include <stdlib.h>

struct graph graph;
struct world_state now;
struct world_totals world_totals;

RGC_DEFINE_PUBLIC_TYPE((NULL, NULL, NULL, NULL), leaf);
RGC_DEFINE_PUBLIC_TYPE((NULL, NULL, NULL, NULL), node, first, second);

void must(bool ok, const char *what, int id)
{
	if (ok)
		return;
	fprintf(stderr, "rgc differs from the oracle: %s (object %d)\n", what, id);
	abort();
}

unsigned next_byte(void)
{
	return now.at < now.end ? *now.at++ : 0;
}

int choose(int count)
{
	return (int)(next_byte() % (unsigned)count);
}

struct object *get(int id)
{
	return &graph.objects[id];
}

void *real(int id)
{
	return id == NOBODY ? NULL : get(id)->real;
}

/* Whether the oracle knows the exact counts. */
bool is_certain(void)
{
	return !graph.limbo && !now.running_ahead && !now.has_drained;
}

void settle(void)
{
	if (now.dropping || now.running_ahead)
		return;
	graph_drain(&graph);
	now.has_drained = false;
}

/* In the middle of drops. */
void drain_early(void)
{
	now.has_drained |= graph.limbo > 0;
	graph_drain(&graph);
}

/* ---- references ---- */

void hold(int id)
{
	graph_incref(&graph, id);
	rgc_incref(real(id));
}

void release(int id)
{
	void *object = real(id);
	graph_decref(&graph, id);
	rgc_decref(object);
	settle();
}

/* Consumes a reference. */
void put_root(int root, int id)
{
	int old = graph.roots[root];
	graph.roots[root] = id;
	if (old != NOBODY)
		release(old);
}

/* An object at the end of a short path from a root, or NOBODY. */
int pick(void)
{
	int id = graph.roots[choose(GRAPH_ROOTS)];
	for (int steps = choose(4); steps > 1 && id != NOBODY; steps--) {
		int child = get(id)->edge_count ? get(id)->edges[choose(get(id)->edge_count)] : NOBODY;
		if (child == NOBODY)
			break;
		id = child;
	}
	return id;
}
