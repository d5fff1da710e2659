/*
 * sums.c - what happened under each line and function, from the figures of call-path nodes.
 */
#include "profile/scopes.h"

#include <errno.h>
#include <stdlib.h>

static bool node_is_idle(const struct model_node *figures)
{
	return !model_node_has_blocks(figures) && figures->frees == 0;
}

/* To each scope on the way from a node to the root, once: passed_by has the last node that passed it. */
static void add_to_path(const struct model_scopes *scopes, const struct trace_node *nodes, uint32_t leaf,
			const struct amounts *own, uint32_t *passed_by, struct amounts *sums)
{
	for (uint32_t node = leaf; node != 0; node = nodes[node].parent) {
		uint32_t code = nodes[node].code;

		for (uint32_t i = scopes->first[code]; i < scopes->first[code + 1]; i++) {
			if (passed_by[scopes->ids[i]] == leaf)
				continue;
			passed_by[scopes->ids[i]] = leaf;
			amounts_add(&sums[scopes->ids[i]], own);
		}
	}
}

int scope_sums_add(const struct scope_map *map, const struct trace_node *nodes,
		   const struct figures_nodes *figures, const uint8_t *remains, uint64_t sample_bytes,
		   struct amounts *sums)
{
	const struct model_scopes *scopes = &map->model;
	uint32_t *passed_by = calloc((size_t)scopes->scope_count + 1, sizeof(*passed_by));
	struct figures_walk walk = figures_walk(figures);
	struct model_node own;
	uint32_t leaf;

	if (!passed_by)
		return -ENOMEM;
	while (figures_walk_next(&walk, &leaf, &own)) {
		if (node_is_idle(&own))
			continue;
		const struct amounts amounts = amounts_of(&own, remains[leaf], sample_bytes);
		add_to_path(scopes, nodes, leaf, &amounts, passed_by, sums);
	}
	free(passed_by);
	return 0;
}
