/*
 * sums.c - what happened under each line and function, from the figures of call-path nodes.
 */
#include "report/scopes.h"

#include <errno.h>
#include <stdlib.h>

static bool node_is_idle(const struct model_node *figures)
{
	return figures->allocations == 0 && figures->frees == 0;
}

static void sums_add(struct scope_sums *sums, const struct model_node *figures)
{
	sums->allocations += figures->allocations;
	sums->frees += figures->frees;
	sums->allocated_bytes += figures->allocated_bytes;
	sums->freed_bytes += figures->freed_bytes;
	sums->peak_bytes += figures->peak_bytes;
	sums->live_bytes += figures->live_bytes;
	sums->live_blocks += figures->live_blocks;
	sums->temporary += figures->temporary;
	sums->collected_blocks += figures->collected_blocks;
	sums->collected_bytes += figures->collected_bytes;
}

int scope_sums_add(const struct scope_map *map, const struct trace_node *nodes, size_t node_count,
		   figures_fn *figures, const void *context, struct scope_sums *sums)
{
	const struct model_scopes *scopes = &map->model;
	/* The last path that passed a scope, as node + 1: recursion counts once. */
	uint32_t *passed_by = calloc((size_t)scopes->scope_count + 1, sizeof(*passed_by));

	if (!passed_by)
		return -ENOMEM;
	for (uint32_t leaf = 1; leaf < node_count; leaf++) {
		const struct model_node *own = figures(context, leaf);

		if (node_is_idle(own))
			continue;
		for (uint32_t node = leaf; node != 0; node = nodes[node].parent)
			for (uint32_t i = scopes->first[node]; i < scopes->first[node + 1]; i++) {
				if (passed_by[scopes->ids[i]] == leaf + 1)
					continue;
				passed_by[scopes->ids[i]] = leaf + 1;
				sums_add(&sums[scopes->ids[i]], own);
			}
	}
	free(passed_by);
	return 0;
}
