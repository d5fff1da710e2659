/*
 * figures.c - see figures.h.
 */
#include "figures/figures.h"

#include "trace/array.h"

#include <errno.h>

void figures_finish(struct figures *figures)
{
	array_free(figures->counters, figures->begin_capacity, sizeof(*figures->counters));
	array_free(figures->temporary, figures->begin_capacity, sizeof(*figures->temporary));
	array_free(figures->collected, figures->begin_capacity, sizeof(*figures->collected));
	array_free(figures->touched, FIGURES_TOUCHED_WORDS(figures->begin_capacity),
		   sizeof(*figures->touched));
	array_free(figures->free_counters, figures->free_capacity, sizeof(*figures->free_counters));
	numbering_finish(&figures->free_numbers);
	moves_finish(&figures->moves);
	breakdown_finish(&figures->breakdown);
	*figures = (struct figures){0};
}

/* What has grown when memory runs out stays larger than it has to be. */
int figures_grow(struct figures *figures, size_t needed)
{
	size_t old = figures->begin_capacity, count = array_generous(old, needed);
	struct figures_counters *counters =
		array_grow(figures->counters, old, count, sizeof(*counters), ARRAY_DENSE);
	uint64_t *temporary = array_grow(figures->temporary, old, count, sizeof(*temporary), ARRAY_DENSE);
	struct figures_collected *collected =
		array_grow(figures->collected, old, count, sizeof(*collected), ARRAY_SPARSE);

	uint64_t *touched = array_grow(figures->touched, FIGURES_TOUCHED_WORDS(old),
				       FIGURES_TOUCHED_WORDS(count), sizeof(*touched), ARRAY_DENSE);

	figures->counters = counters ? counters : figures->counters;
	figures->temporary = temporary ? temporary : figures->temporary;
	figures->collected = collected ? collected : figures->collected;
	figures->touched = touched ? touched : figures->touched;
	if (!counters || !temporary || !collected || !touched ||
	    breakdown_grow(&figures->breakdown, count) != 0)
		return -ENOMEM;
	if (figures->epoch == 0)
		figures->epoch = 1;
	figures->begin_capacity = count;
	return 0;
}

int figures_grow_threads(struct figures *figures, size_t count)
{
	int error = moves_grow(&figures->moves, count);

	return error ? error : breakdown_grow_threads(&figures->breakdown, figures->moves.thread_count);
}

static bool grow_free_counters(struct figures *figures, size_t needed)
{
	size_t old = figures->free_capacity, count = array_generous(old, needed);
	struct figures_free_counters *grown =
		array_grow(figures->free_counters, old, count, sizeof(*grown), ARRAY_DENSE);

	if (!grown)
		return false;
	figures->free_counters = grown;
	figures->free_capacity = count;
	return true;
}

uint32_t figures_free_number(struct figures *figures, uint32_t node)
{
	size_t needed = (size_t)figures->free_numbers.count + 2;

	if (needed > figures->free_capacity && !grow_free_counters(figures, needed))
		return 0;
	return numbering_number(&figures->free_numbers, node);
}

/* ---- to and fro ---------------------------------------------------------- */

static void restore_begins(struct figures *figures, uint32_t number, const struct model_node *node)
{
	figures->counters[number] = (struct figures_counters){
		.allocations = node->allocations,
		.allocated_bytes = node->allocated_bytes,
		.live_bytes = node->live_bytes,
		.live_blocks = node->live_blocks,
		.peak_bytes = node->peak_bytes,
		.peak_blocks = node->peak_blocks,
		.epoch = figures->epoch,
		.lifetime_ns = node->lifetime_ns,
	};
	figures->temporary[number] = node->temporary;
	if (node->collected_blocks > 0)
		figures->collected[number] =
			(struct figures_collected){node->collected_blocks, node->collected_bytes};
}

void figures_begin_again(struct figures *figures, const struct figures_place *at, uint64_t size_bytes,
			 uint64_t times)
{
	struct figures_counters *counters = &figures->counters[at->number];
	const struct weight weight = {times, times * size_bytes};

	if (at->by)
		breakdown_begin_again(&figures->breakdown, at->number, at->by, at->kind, weight);
	counters->allocations += weight.blocks;
	counters->allocated_bytes += weight.bytes;
	figures->totals.events += times;
}

void figures_end_again(struct figures *figures, const struct figures_place *at,
		       const struct figures_block *block, uint64_t times)
{
	struct figures_free_counters *here = &figures->free_counters[at->number];
	const struct weight weight = {times, times * block->size_bytes};
	const struct breakdown_end end = figures_breakdown_end(at, block);

	if (at->by)
		breakdown_end_again(&figures->breakdown, &end, weight);
	figures->counters[block->origin].lifetime_ns += times * block->lived_ns;
	here->frees += weight.blocks;
	here->freed_bytes += weight.bytes;
	if (block->temporary)
		figures->temporary[block->origin] += weight.blocks;
	if (block->collected) {
		figures->collected[block->origin].blocks += weight.blocks;
		figures->collected[block->origin].bytes += weight.bytes;
	}
	figures->totals.events += times;
}

int figures_restore_node(struct figures *figures, uint32_t node, uint32_t number,
			 const struct model_node *restored)
{
	if (number > 0) {
		if (figures_reserve(figures, number) != 0)
			return -ENOMEM;
		restore_begins(figures, number, restored);
	}
	if (restored->frees == 0 && restored->stray_frees == 0)
		return 0;
	uint32_t free_number = figures_free_number(figures, node);
	if (free_number == 0)
		return -ENOMEM;
	figures->free_counters[free_number] =
		(struct figures_free_counters){restored->frees, restored->freed_bytes, restored->stray_frees};
	return 0;
}

/* Sums over nodes are the nodes'. */
static struct model_totals without_sums(struct model_totals totals)
{
	totals.allocations = totals.allocated_bytes = totals.frees = totals.freed_bytes = 0;
	totals.temporary = totals.stray_frees = 0;
	return totals;
}

int figures_restore(struct figures *figures, const struct figures_summary *summary)
{
	struct moves *moves = &figures->moves;

	figures->totals = without_sums(summary->totals);
	moves->failed |= !summary->moves_known;
	for (size_t i = 0; i < summary->move_count && !moves->failed; i++) {
		const struct move *move = &summary->moves[i];
		uint32_t number = moves_look_up(moves, move->from, move->to);
		if (number > 0)
			moves->moves[number] = *move;
	}
	return 0;
}

struct model_node figures_node(const struct figures *figures, uint32_t node, uint32_t number)
{
	uint32_t free_number = numbering_find(&figures->free_numbers, node);
	struct figures_counters counters = {0};
	struct model_node result = {0};

	if (number > 0) {
		counters = figures->counters[number];
		counters_save_peak(&counters, figures->epoch);
		result = (struct model_node){
			.allocations = counters.allocations,
			.allocated_bytes = counters.allocated_bytes,
			.own_frees = counters.allocations - counters.live_blocks,
			.own_freed_bytes = counters.allocated_bytes - counters.live_bytes,
			.live_bytes = counters.live_bytes,
			.live_blocks = counters.live_blocks,
			.peak_bytes = counters.peak_bytes,
			.peak_blocks = counters.peak_blocks,
			.temporary = figures->temporary[number],
			.lifetime_ns = counters.lifetime_ns,
			.collected_blocks = figures->collected[number].blocks,
			.collected_bytes = figures->collected[number].bytes,
		};
	}
	if (free_number > 0) {
		result.frees = figures->free_counters[free_number].frees;
		result.freed_bytes = figures->free_counters[free_number].freed_bytes;
		result.stray_frees = figures->free_counters[free_number].stray_frees;
	}
	return result;
}

/* What has no number counts nothing. */
struct model_totals figures_totals(const struct figures *figures)
{
	struct model_totals totals = figures->totals;

	for (size_t i = 0; i < figures->begin_capacity; i++) {
		totals.allocations += figures->counters[i].allocations;
		totals.allocated_bytes += figures->counters[i].allocated_bytes;
		totals.temporary += figures->temporary[i];
	}
	for (size_t i = 0; i < figures->free_capacity; i++) {
		totals.frees += figures->free_counters[i].frees;
		totals.freed_bytes += figures->free_counters[i].freed_bytes;
		totals.stray_frees += figures->free_counters[i].stray_frees;
	}
	return totals;
}
