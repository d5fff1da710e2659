/*
 * figures.c - see figures.h.
 */
#include "figures/figures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 64 /* of the cache: counters fill one each */

void figures_finish(struct figures *figures)
{
	free(figures->counters);
	free(figures->free_counters);
	free(figures->collected);
	moves_finish(&figures->moves);
	*figures = (struct figures){0};
}

/* A copy with room for more, the rest zero; NULL: no memory. */
static void *grown(const void *old, size_t old_count, size_t count, size_t element_bytes)
{
	void *bigger;

	if (posix_memalign(&bigger, LINE_BYTES, count * element_bytes) != 0)
		return NULL;
	if (old_count > 0)
		memcpy(bigger, old, old_count * element_bytes);
	memset((char *)bigger + old_count * element_bytes, 0, (count - old_count) * element_bytes);
	return bigger;
}

static int grow_nodes(struct figures *figures, size_t count)
{
	size_t old = figures->node_count;
	struct figures_counters *counters = grown(figures->counters, old, count, sizeof(*counters));
	struct figures_free_counters *free_counters =
		grown(figures->free_counters, old, count, sizeof(*free_counters));
	struct figures_collected *collected = grown(figures->collected, old, count, sizeof(*collected));
	bool done = counters && free_counters && collected;

	free(done ? figures->counters : counters);
	free(done ? figures->free_counters : free_counters);
	free(done ? figures->collected : collected);
	if (!done)
		return -ENOMEM;
	figures->counters = counters;
	figures->free_counters = free_counters;
	figures->collected = collected;
	figures->node_count = count;
	return 0;
}

/* Half as much again, so that growing one by one costs a constant each. */
static size_t generous(size_t count, size_t needed)
{
	size_t more = count + count / 2;

	return needed > more ? needed : more;
}

int figures_grow(struct figures *figures, size_t node_count, size_t thread_count)
{
	int error = 0;

	if (node_count > figures->node_count)
		error = grow_nodes(figures, generous(figures->node_count, node_count));
	return error ? error : moves_grow(&figures->moves, node_count, thread_count);
}

static void restore_node(struct figures *figures, size_t index, const struct model_node *node)
{
	figures->counters[index] = (struct figures_counters){
		.allocations = node->allocations,
		.allocated_bytes = node->allocated_bytes,
		.live_bytes = node->live_bytes,
		.live_blocks = node->live_blocks,
		.peak_bytes = node->peak_bytes,
		.peak_blocks = node->peak_blocks,
		.epoch = figures->epoch,
		.lifetime_ns = node->lifetime_ns,
	};
	figures->free_counters[index] = (struct figures_free_counters){
		.frees = node->frees,
		.freed_bytes = node->freed_bytes,
		.stray_frees = node->stray_frees,
		.temporary = node->temporary,
	};
	figures->collected[index] = (struct figures_collected){node->collected_blocks, node->collected_bytes};
}

int figures_restore(struct figures *figures, const struct figures_summary *summary)
{
	const struct model_totals *totals = &summary->totals;
	int error = figures_grow(figures, summary->node_count, 0);

	figures->epoch = 1;
	for (size_t i = 0; !error && i < summary->node_count; i++)
		restore_node(figures, i, &summary->nodes[i]);
	/* Sums over nodes are the nodes'. */
	figures->totals = (struct model_totals){
		.events = totals->events,
		.live_bytes = totals->live_bytes,
		.live_blocks = totals->live_blocks,
		.peak_bytes = totals->peak_bytes,
		.peak_blocks = totals->peak_blocks,
		.peak_time_ns = totals->peak_time_ns,
		.peak_event = totals->peak_event,
		.lost_frees = totals->lost_frees,
	};
	figures->moves.failed |= !summary->moves_known;
	for (size_t i = 0; !error && !figures->moves.failed && i < summary->move_count; i++) {
		const struct move *move = &summary->moves[i];
		struct move *restored = moves_look_up(&figures->moves, move->from, move->to);
		if (restored)
			*restored = *move;
	}
	return error;
}

struct model_node figures_node(const struct figures *figures, size_t index)
{
	struct figures_counters counters = figures->counters[index];
	const struct figures_free_counters *here = &figures->free_counters[index];

	figures_save_peak(&counters, figures->epoch);
	return (struct model_node){
		.allocations = counters.allocations,
		.allocated_bytes = counters.allocated_bytes,
		.frees = here->frees,
		.freed_bytes = here->freed_bytes,
		.own_frees = counters.allocations - counters.live_blocks,
		.own_freed_bytes = counters.allocated_bytes - counters.live_bytes,
		.live_bytes = counters.live_bytes,
		.live_blocks = counters.live_blocks,
		.peak_bytes = counters.peak_bytes,
		.peak_blocks = counters.peak_blocks,
		.temporary = here->temporary,
		.stray_frees = here->stray_frees,
		.lifetime_ns = counters.lifetime_ns,
		.collected_blocks = figures->collected[index].blocks,
		.collected_bytes = figures->collected[index].bytes,
	};
}

struct model_totals figures_totals(const struct figures *figures)
{
	struct model_totals totals = figures->totals;

	for (size_t i = 0; i < figures->node_count; i++) {
		totals.allocations += figures->counters[i].allocations;
		totals.allocated_bytes += figures->counters[i].allocated_bytes;
		totals.frees += figures->free_counters[i].frees;
		totals.freed_bytes += figures->free_counters[i].freed_bytes;
		totals.temporary += figures->free_counters[i].temporary;
		totals.stray_frees += figures->free_counters[i].stray_frees;
	}
	return totals;
}
