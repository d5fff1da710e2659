/*
 * sums.c - what happened under each line and function, from the figures of call-path nodes.
 */
#include "profile/scopes.h"

#include <errno.h>
#include <stdlib.h>

static bool node_is_idle(const struct model_node *figures)
{
	return figures->allocations == 0 && figures->frees == 0;
}

static void sums_add(struct scope_sums *sums, const struct model_node *figures, enum remains remains)
{
	sums->allocations += figures->allocations;
	sums->frees += figures->frees;
	sums->allocated_bytes += figures->allocated_bytes;
	sums->freed_bytes += figures->freed_bytes;
	sums->peak_bytes += figures->peak_bytes;
	sums->leaked_bytes += remains == REMAINS_LEAKED ? figures->live_bytes : 0;
	sums->leaked_blocks += remains == REMAINS_LEAKED ? figures->live_blocks : 0;
	sums->kept_bytes += remains == REMAINS_KEPT ? figures->live_bytes : 0;
	sums->temporary += figures->temporary;
	sums->collected_blocks += figures->collected_blocks;
	sums->collected_bytes += figures->collected_bytes;
}

/* To each scope on the way from a node to the root, once: passed_by has the last node that passed it. */
static void add_to_path(const struct model_scopes *scopes, const struct trace_node *nodes, uint32_t leaf,
			const struct model_node *own, enum remains remains, uint32_t *passed_by,
			struct scope_sums *sums)
{
	for (uint32_t node = leaf; node != 0; node = nodes[node].parent) {
		uint32_t code = nodes[node].code;

		for (uint32_t i = scopes->first[code]; i < scopes->first[code + 1]; i++) {
			if (passed_by[scopes->ids[i]] == leaf)
				continue;
			passed_by[scopes->ids[i]] = leaf;
			sums_add(&sums[scopes->ids[i]], own, remains);
		}
	}
}

int scope_sums_add(const struct scope_map *map, const struct trace_node *nodes,
		   const struct figures_nodes *figures, const uint8_t *remains, struct scope_sums *sums)
{
	const struct model_scopes *scopes = &map->model;
	uint32_t *passed_by = calloc((size_t)scopes->scope_count + 1, sizeof(*passed_by));
	struct figures_walk walk = figures_walk(figures);
	struct model_node own;
	uint32_t leaf;

	if (!passed_by)
		return -ENOMEM;
	while (figures_walk_next(&walk, &leaf, &own))
		if (!node_is_idle(&own))
			add_to_path(scopes, nodes, leaf, &own, remains[leaf], passed_by, sums);
	free(passed_by);
	return 0;
}
