/*
 * world_compare.c - what the oracle must forget when an operation is over, and whether both sides agree.
 */
#include "world_parts.h"

#include <string.h>

/* Weak references that ended in the same drop as their target, before it, are not called. */
static void release_uncalled(void)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (!get(id)->held || get(id)->by_collector || get(id)->refs > 1 || get(id)->state != ALIVE)
			continue;
		get(id)->held = false;
		graph_decref(&graph, id);
	}
	graph_drain(&graph);
}

void forget_dead(void)
{
	release_uncalled();
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		must(!graph_is_due(get(id)), "a callback that did not come", id);
		must(get(id)->state != ENDING, "unreachable and still there", id);
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		struct object *weak = get(id);
		if (weak->kind == WEAK && weak->target != NOBODY && get(weak->target)->state == DEAD)
			weak->target = NOBODY;
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->state == DEAD)
			*get(id) = (struct object){.state = UNUSED, .target = NOBODY};
	}
}

static void compare_object(int id)
{
	rgc_object *children[GRAPH_EDGES];
	size_t edges = 0;
	must(rgc_refcount(real(id)) == get(id)->refs, "the reference count", id);
	must(rgc_is_tracked(real(id)) == (get(id)->place != UNTRACKED), "rgc_is_tracked", id);
	must(rgc_is_finalized(real(id)) == get(id)->finalized, "rgc_is_finalized", id);
	for (int i = 0; i < get(id)->edge_count; i++)
		edges += get(id)->edges[i] != NOBODY;
	size_t count = rgc_get_referents(real(id), children, GRAPH_EDGES);
	must(count == edges, "the number of referents", id);
	for (size_t i = 0; i < count; i++) {
		bool found = false;
		for (int j = 0; j < get(id)->edge_count; j++)
			found |= real(get(id)->edges[j]) == children[i];
		must(found, "a referent", id);
	}
}

/* Of an object that is no container; weak references that tell nobody are smaller than others. */
static size_t bytes_of(int id)
{
	static const struct rgc_type *const types[] = {&leaf_rgc_type, &node_rgc_type, &fancy_rgc_type,
						       &RGC_TYPE(rgc_weak)};
	const struct rgc_type *type = types[get(id)->kind];
	size_t bytes = type->size + (get(id)->kind == LEAF ? 0 : 2 * sizeof(void *));
	if (type->item_size)
		bytes += type->item_size * ((const rgc_var *)real(id))->count;
	return bytes;
}

/* Tables and the arrays of lists have sizes of their own. */
static void compare_bytes(void)
{
	size_t bytes = 0;
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->state == UNUSED)
			continue;
		if (is_container(get(id)->kind))
			return;
		bytes += bytes_of(id);
	}
	must(rgc_heap_bytes() == bytes, "rgc_heap_bytes", (int)bytes);
}

void compare(void)
{
	struct rgc_stats stats[RGC_GENERATIONS];
	world_totals.checks++;
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->state == ALIVE)
			compare_object(id);
	}
	for (int i = 0; i <= OLDEST; i++)
		must(rgc_get_objects(i, NULL, 0) == (ssize_t)graph_count(&graph, i),
		     "objects of a generation", i);
	must(rgc_get_freeze_count() == graph_count(&graph, FROZEN), "frozen objects", NOBODY);
	must(rgc_garbage(NULL, 0) == graph_count(&graph, GARBAGE), "garbage", NOBODY);
	must(graph_count(&graph, DOOMED) == 0, "objects outside all lists", NOBODY);
	compare_bytes();
	rgc_get_stats(stats);
	must(memcmp(stats, now.sums, sizeof(stats)) == 0, "the sums of all collections", NOBODY);
	must(rgc_verify() == 0, "rgc_verify", NOBODY);
}
