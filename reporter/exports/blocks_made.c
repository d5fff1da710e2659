/* blocks_made.c - see blocks_made.h. */
#include "exports/blocks_made.h"

#include "base/memory.h"
#include "base/pool.h"
#include "figures/timeline.h"

#include <stdlib.h>

struct block {
	uint64_t number, bytes;
	struct block *before; /* of the same path */
};

struct making {
	struct blocks_made made;
	const struct tree *tree;
	struct block **last; /* by node */
	int64_t *changes;    /* by node, on their way */
	struct block *unused;
	struct pool pool;
	uint64_t numbers, time_ns;
};

static void tell(struct making *making, uint32_t node, uint64_t number, int64_t bytes)
{
	struct blocks_made *made = &making->made;

	made->events =
		pool_grow(made->events, &made->event_capacity, made->event_count + 1, sizeof(*made->events));
	made->events[made->event_count++] = (struct block_event){making->time_ns, number, bytes, node};
}

static void begin_block(struct making *making, uint32_t node, uint64_t bytes)
{
	struct block *block = making->unused;

	if (block)
		making->unused = block->before;
	else
		block = pool_alloc(&making->pool, sizeof(*block));
	*block = (struct block){++making->numbers, bytes, making->last[node]};
	making->last[node] = block;
	tell(making, node, block->number, (int64_t)bytes);
}

/* How many bytes of it. */
static uint64_t end_last(struct making *making, uint32_t node)
{
	struct block *block = making->last[node];

	making->last[node] = block->before;
	block->before = making->unused;
	making->unused = block;
	tell(making, node, block->number, -(int64_t)block->bytes);
	return block->bytes;
}

static void change(struct making *making, uint32_t node, int64_t bytes)
{
	uint64_t left = bytes < 0 ? 0 - (uint64_t)bytes : 0;

	if (bytes > 0)
		begin_block(making, node, (uint64_t)bytes);
	while (left > 0 && making->last[node]) {
		uint64_t ended = end_last(making, node);

		if (ended > left)
			begin_block(making, node, ended - left);
		left = ended > left ? 0 : left - ended;
	}
}

/* ---- moments --------------------------------------------------------------- */

/* From an interval's beginning to its highest point, or from there to its end.  Several of the recording's
 * paths may be one of the tree, so all entries are added up first. */
static void step(struct making *making, const struct interval *interval, bool to_peak)
{
	struct timeline_walk sum = interval_walk(interval), walk = sum;
	struct timeline_entry entry;
	int64_t whole = 0;

	making->time_ns = to_peak ? interval->peak_ns : interval->end_ns;
	while (timeline_walk_next(&sum, &entry))
		making->changes[making->tree->of_node[entry.id]] +=
			to_peak ? entry.to_peak.bytes : entry.change.bytes - entry.to_peak.bytes;
	making->changes[0] = 0; /* of paths that are not told */
	while (timeline_walk_next(&walk, &entry)) {
		uint32_t node = making->tree->of_node[entry.id];

		change(making, node, making->changes[node]);
		whole += making->changes[node];
		making->changes[node] = 0;
	}
	struct blocks_made *made = &making->made;
	made->steps =
		pool_grow(made->steps, &made->step_capacity, made->step_count + 1, sizeof(*made->steps));
	made->steps[made->step_count++] = (struct heap_step){making->time_ns, whole};
}

struct blocks_made blocks_make(const struct tree *tree, const struct timeline *timeline)
{
	struct making making = {.tree = tree,
				.last = memory_zeroed(tree->count, sizeof(struct block *)),
				.changes = memory_zeroed(tree->count, sizeof(int64_t))};

	for (size_t i = 0; i < timeline->count; i++) {
		step(&making, &timeline->list[i], true);
		step(&making, &timeline->list[i], false);
	}
	free(making.last);
	free(making.changes);
	pool_finish(&making.pool);
	return making.made;
}

void blocks_made_finish(struct blocks_made *made)
{
	free(made->events);
	free(made->steps);
}
