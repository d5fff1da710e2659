/*
 * breakdown.c - see breakdown.h.
 */
#include "figures/breakdown.h"

#include "trace/array.h"

#include <errno.h>

void breakdown_init(struct breakdown *breakdown)
{
	*breakdown = (struct breakdown){
		.kinds.figure_bytes = sizeof(struct kind_figures),
		.pairs.figure_bytes = sizeof(struct pair_figures),
		.lifetimes.figure_bytes = sizeof(struct lifetime_figures),
		.epoch = 1,
		.wanted = true,
	};
}

void breakdown_finish(struct breakdown *breakdown)
{
	array_free(breakdown->paths, breakdown->path_capacity, sizeof(*breakdown->paths));
	array_free(breakdown->threads, breakdown->thread_capacity, sizeof(*breakdown->threads));
	portions_finish(&breakdown->kinds);
	portions_finish(&breakdown->pairs);
	portions_finish(&breakdown->lifetimes);
	*breakdown = (struct breakdown){0};
}

int breakdown_grow(struct breakdown *breakdown, size_t count)
{
	size_t old = breakdown->path_capacity;

	if (!breakdown->wanted || count <= old)
		return 0;
	void *grown = array_grow(breakdown->paths, old, count, sizeof(*breakdown->paths), ARRAY_DENSE);
	if (!grown)
		return -ENOMEM;
	breakdown->paths = grown;
	breakdown->path_capacity = count;
	return 0;
}

int breakdown_grow_threads(struct breakdown *breakdown, size_t count)
{
	size_t old = breakdown->thread_capacity;

	if (count > BREAKDOWN_THREADS)
		count = BREAKDOWN_THREADS;
	if (!breakdown->wanted || count <= old)
		return 0;
	void *grown = array_grow(breakdown->threads, old, count, sizeof(*breakdown->threads), ARRAY_DENSE);
	if (!grown)
		return -ENOMEM;
	breakdown->threads = grown;
	breakdown->thread_capacity = count;
	return 0;
}

/* ---- portions of another key than the first ---------------------------------------------------- */

/* Whether the key is the path's first, which it is from now on if there was none. */
static bool becomes_first(struct portions_path *path, uint32_t key)
{
	if (path->first == 0)
		path->first = key;
	return path->first == key;
}

static bool is_last(const struct portions *portions, const struct portions_path *path, uint32_t key)
{
	return path->last > 0 && path->last <= portions->count && portions->list[path->last].key == key;
}

/* A portion's index, which it gets if it has none; 0: no memory. */
static uint32_t reach(struct portions *portions, struct portions_path *path, uint32_t number, uint32_t key)
{
	if (!is_last(portions, path, key))
		path->last = portions_add(portions, number, key);
	return path->last;
}

/* The key that a kind is counted by: where there are too many kinds, threads are not told apart any more, but
 * for those that were before.  So a block ends as the kind as which it began. */
static uint32_t counted_kind(const struct breakdown *breakdown, const struct portions_path *path,
			     uint32_t number, uint32_t kind)
{
	const struct portions *kinds = &breakdown->kinds;

	if (kinds->count < BREAKDOWN_KINDS_MOST || is_last(kinds, path, kind) ||
	    portions_find(kinds, number, kind) > 0)
		return kind;
	return kind_key(kind_class(kind), KIND_SEVERAL);
}

static struct kind_figures *reach_kind(struct breakdown *breakdown, uint32_t number, uint32_t kind)
{
	struct portions_path *path = &breakdown->paths[number].kind;
	uint32_t key = counted_kind(breakdown, path, number, kind);

	/* Several threads' may be the first, too. */
	if (path->first == key)
		return NULL;
	uint32_t index = reach(&breakdown->kinds, path, number, key);
	return index > 0 ? portion_figures(&breakdown->kinds, index) : NULL;
}

/* Brings the part in the last peak up to date before the kind changes. */
static void save_peak(struct kind_figures *kind, uint64_t epoch)
{
	if (kind->epoch == epoch)
		return;
	kind->epoch = epoch;
	kind->peak_bytes = kind->live_bytes;
	kind->peak_blocks = kind->live_blocks;
}

void breakdown_begin_other(struct breakdown *breakdown, uint32_t number, uint32_t kind, struct weight weight)
{
	if (becomes_first(&breakdown->paths[number].kind, kind))
		return;
	struct kind_figures *figures = reach_kind(breakdown, number, kind);
	if (!figures)
		return;
	save_peak(figures, breakdown->epoch);
	figures->allocations += weight.blocks;
	figures->allocated_bytes += weight.bytes;
	figures->live_blocks += weight.blocks;
	figures->live_bytes += weight.bytes;
}

void breakdown_end_other(struct breakdown *breakdown, uint32_t number, uint32_t kind, struct weight weight,
			 bool temporary)
{
	struct kind_figures *figures = reach_kind(breakdown, number, kind);

	if (!figures)
		return;
	save_peak(figures, breakdown->epoch);
	figures->live_blocks -= weight.blocks;
	figures->live_bytes -= weight.bytes;
	if (temporary)
		figures->temporary += weight.blocks;
}

void breakdown_pair_other(struct breakdown *breakdown, uint32_t number, uint32_t freed, struct weight weight)
{
	struct portions_path *path = &breakdown->paths[number].pair;

	if (becomes_first(path, freed))
		return;
	uint32_t index = reach(&breakdown->pairs, path, number, freed);
	if (index == 0)
		return;
	struct pair_figures *figures = portion_figures(&breakdown->pairs, index);
	figures->blocks += weight.blocks;
	figures->bytes += weight.bytes;
}

void breakdown_lifetime_other(struct breakdown *breakdown, uint32_t number, uint32_t lifetime,
			      struct weight weight)
{
	struct portions_path *path = &breakdown->paths[number].lifetime;

	if (becomes_first(path, lifetime))
		return;
	uint32_t index = reach(&breakdown->lifetimes, path, number, lifetime);
	if (index == 0)
		return;
	struct lifetime_figures *figures = portion_figures(&breakdown->lifetimes, index);
	figures->blocks += weight.blocks;
}

void breakdown_begin_again(struct breakdown *breakdown, uint32_t number, struct thread_figures *by,
			   uint32_t kind, struct weight weight)
{
	struct kind_figures *figures =
		breakdown->paths[number].kind.first == kind ? NULL : reach_kind(breakdown, number, kind);

	if (figures) {
		figures->allocations += weight.blocks;
		figures->allocated_bytes += weight.bytes;
	}
	by->allocations += weight.blocks;
	by->allocated_bytes += weight.bytes;
}

void breakdown_end_again(struct breakdown *breakdown, const struct breakdown_end *end, struct weight weight)
{
	const struct breakdown_path *path = &breakdown->paths[end->origin];
	struct kind_figures *figures =
		path->kind.first == end->kind ? NULL : reach_kind(breakdown, end->origin, end->kind);

	if (figures && end->temporary)
		figures->temporary += weight.blocks;
	if (path->pair.first != end->freed)
		breakdown_pair_other(breakdown, end->origin, end->freed, weight);
	if (path->lifetime.first != end->lifetime)
		breakdown_lifetime_other(breakdown, end->origin, end->lifetime, weight);
	end->by->frees += weight.blocks;
	end->by->freed_bytes += weight.bytes;
}

void breakdown_freed_by_other(struct breakdown *breakdown, struct thread_figures *by, uint32_t kind,
			      struct weight weight)
{
	/* Of a file that another process has left, anything is possible; and of several it need not be those
	 * behind the last that is told apart. */
	if (kind_thread(kind) >= breakdown->thread_capacity)
		return;
	struct thread_figures *allocated = &breakdown->threads[kind_thread(kind)];
	if (allocated->live_bytes < weight.bytes)
		return;
	allocated->live_bytes -= weight.bytes;
	allocated->freed_by_others += weight.blocks;
	allocated->freed_by_others_bytes += weight.bytes;
	by->frees_of_others += weight.blocks;
	by->freed_of_others_bytes += weight.bytes;
}
