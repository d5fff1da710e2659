/*
 * series.c - see series.h.
 *
 * Twice through the time line: first to find what each group held at most, then to write down the greatest.
 */
#include "profile/series.h"

#include "base/memory.h"
#include "figures/timeline.h"
#include "profile/filter.h"
#include "profile/private.h"
#include "profile/window.h"

#include <stdlib.h>

/* What a group holds, and will at the interval's highest point. */
struct holding {
	uint64_t bytes, peak_bytes, greatest_bytes;
	uint32_t part; /* its index + 1 among those that are shown; 0: it is of the rest */
	bool touched;
};

struct sweep {
	struct profile *profile;
	const struct timeline *timeline;
	const uint32_t *of_node; /* index + 1 of the group; 0: the view is not of it */
	struct holding *holdings;
	uint32_t *touched;
	size_t touched_count;
};

/* ---- one interval --------------------------------------------------------------------------- */

static void touch(struct sweep *sweep, uint32_t group)
{
	struct holding *holding = &sweep->holdings[group];

	if (holding->touched)
		return;
	holding->touched = true;
	holding->peak_bytes = holding->bytes;
	sweep->touched[sweep->touched_count++] = group;
}

/* Groups as they are at the interval's end, and at its highest point.  Returns what was allocated. */
static uint64_t take_interval(struct sweep *sweep, const struct interval *interval)
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;
	uint64_t allocated_bytes = 0;

	sweep->touched_count = 0;
	while (timeline_walk_next(&walk, &entry)) {
		uint32_t group = sweep->of_node[entry.id];

		if (group == 0)
			continue;
		touch(sweep, group - 1);
		sweep->holdings[group - 1].bytes += (uint64_t)entry.change.bytes;
		sweep->holdings[group - 1].peak_bytes += (uint64_t)entry.to_peak.bytes;
		allocated_bytes += entry.allocated_bytes;
	}
	return allocated_bytes;
}

static void leave_interval(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->touched_count; i++) {
		struct holding *holding = &sweep->holdings[sweep->touched[i]];

		holding->touched = false;
		if (holding->peak_bytes > holding->greatest_bytes)
			holding->greatest_bytes = holding->peak_bytes;
		if (holding->bytes > holding->greatest_bytes)
			holding->greatest_bytes = holding->bytes;
	}
}

/* ---- which groups ------------------------------------------------------------------------------- */

static int by_greatest(const void *left, const void *right, void *holdings)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	uint64_t x = ((struct holding *)holdings)[a].greatest_bytes;
	uint64_t y = ((struct holding *)holdings)[b].greatest_bytes;

	return x != y ? (x > y ? -1 : 1) : a < b ? -1 : a > b;
}

/* Gives the greatest their parts; how many there are. */
static size_t choose(struct sweep *sweep, const struct groups *groups, size_t most, struct series_part *parts)
{
	uint32_t *order = memory_zeroed(groups->count, sizeof(*order));
	size_t count = 0;

	for (uint32_t i = 0; i < groups->count; i++)
		order[i] = i;
	qsort_r(order, groups->count, sizeof(*order), by_greatest, sweep->holdings);
	for (; count < most && count < groups->count; count++) {
		struct holding *holding = &sweep->holdings[order[count]];

		if (holding->greatest_bytes == 0)
			break;
		holding->part = (uint32_t)count + 1;
		parts[count] =
			(struct series_part){&groups->list[order[count]], NULL, holding->greatest_bytes};
	}
	free(order);
	return count;
}

/* ---- what they held ------------------------------------------------------------------------------- */

struct writing {
	uint64_t *time_ns, *heap_bytes, *rss_bytes, *allocated_bytes, *rest_bytes;
	uint64_t **parts;
	size_t part_count;
	uint64_t heap_now, heap_at_peak; /* of what the view is of */
};

static uint64_t *numbers(struct profile *profile, size_t count)
{
	return pool_alloc(&profile->pool, (count + 1) * sizeof(uint64_t));
}

/* The points of an interval whose groups are taken; parts that it does not touch stay as they were. */
static void write_points(const struct sweep *sweep, struct writing *out, size_t at)
{
	uint64_t peak = out->heap_now, end = out->heap_now;
	uint64_t rest_peak = out->rest_bytes[at - 1], rest_end = rest_peak;

	for (size_t i = 0; i < out->part_count; i++)
		out->parts[i][at] = out->parts[i][at + 1] = out->parts[i][at - 1];
	for (size_t i = 0; i < sweep->touched_count; i++) {
		const struct holding *holding = &sweep->holdings[sweep->touched[i]];
		uint64_t before = holding->greatest_bytes; /* in this sweep: what it held before */

		peak += holding->peak_bytes - before;
		end += holding->bytes - before;
		if (holding->part > 0) {
			out->parts[holding->part - 1][at] = holding->peak_bytes;
			out->parts[holding->part - 1][at + 1] = holding->bytes;
		} else {
			rest_peak += holding->peak_bytes - before;
			rest_end += holding->bytes - before;
		}
	}
	out->heap_bytes[at] = peak;
	out->heap_bytes[at + 1] = out->heap_now = end;
	out->rest_bytes[at] = rest_peak;
	out->rest_bytes[at + 1] = rest_end;
}

/* The second sweep keeps in greatest_bytes what each group held at the end of the interval before. */
static void write_series(struct sweep *sweep, struct writing *out, size_t group_count)
{
	uint64_t page_bytes = sweep->profile->info->page_bytes;

	for (size_t i = 0; i < group_count; i++)
		sweep->holdings[i].bytes = sweep->holdings[i].greatest_bytes = 0;
	for (size_t i = 0; i < sweep->timeline->count; i++) {
		const struct interval *interval = &sweep->timeline->list[i];
		size_t at = 2 * i + 1;

		out->allocated_bytes[at + 1] = take_interval(sweep, interval);
		out->time_ns[at] = interval->peak_ns;
		out->time_ns[at + 1] = interval->end_ns;
		out->rss_bytes[at] = out->rss_bytes[at + 1] = interval->rss_pages * page_bytes;
		write_points(sweep, out, at);
		for (size_t k = 0; k < sweep->touched_count; k++) {
			struct holding *holding = &sweep->holdings[sweep->touched[k]];

			holding->touched = false;
			holding->greatest_bytes = holding->bytes;
		}
	}
}

static void write_down(struct sweep *sweep, struct series_part *parts, const struct groups *groups,
		       struct series *out)
{
	struct profile *profile = sweep->profile;
	size_t count = 2 * sweep->timeline->count + 1;
	struct writing writing = {.time_ns = numbers(profile, count),
				  .heap_bytes = numbers(profile, count),
				  .rss_bytes = numbers(profile, count),
				  .allocated_bytes = numbers(profile, count),
				  .rest_bytes = numbers(profile, count),
				  .parts = memory_zeroed(out->part_count, sizeof(uint64_t *)),
				  .part_count = out->part_count};

	for (size_t i = 0; i < out->part_count; i++)
		parts[i].bytes = writing.parts[i] = numbers(profile, count);
	write_series(sweep, &writing, groups->count);
	free(writing.parts);
	*out = (struct series){.count = count,
			       .time_ns = writing.time_ns,
			       .heap_bytes = writing.heap_bytes,
			       .rss_bytes = writing.rss_bytes,
			       .allocated_bytes = writing.allocated_bytes,
			       .parts = parts,
			       .part_count = out->part_count,
			       .rest_bytes = writing.rest_bytes,
			       .rest_groups = groups->count - out->part_count};
}

/* All that the view is of as one group: for the heap alone no code has to be looked up, which takes by far
 * the longest of all in the recordings of a make. */
static const struct groups *as_one(struct profile *profile, uint32_t **of_node)
{
	static const struct groups one = {.count = 1};

	*of_node = memory_zeroed(profile->info->node_count, sizeof(**of_node));
	for (uint32_t node = 0; node < profile->info->node_count; node++)
		(*of_node)[node] = profile_passes(profile, node);
	return &one;
}

int profile_series(struct profile *profile, enum grouping grouping, size_t most, struct series *out,
		   struct diagnostic *diagnostic)
{
	struct sweep sweep = {.profile = profile};
	uint32_t *of_node;
	int error = profile_timeline(profile, &sweep.timeline, diagnostic);

	*out = (struct series){0};
	if (error)
		return error;
	if (most > 0)
		profile_know_remains(profile);
	const struct groups *groups =
		most == 0 ? as_one(profile, &of_node)
			  : profile_groups_of_nodes(profile, grouping, FIGURE_ALLOCATIONS, &of_node);
	struct series_part *parts = pool_alloc(&profile->pool, (most + 1) * sizeof(*parts));
	sweep.of_node = of_node;
	sweep.holdings = memory_zeroed(groups->count, sizeof(*sweep.holdings));
	sweep.touched = memory_zeroed(groups->count, sizeof(*sweep.touched));
	for (size_t i = 0; i < sweep.timeline->count; i++) {
		take_interval(&sweep, &sweep.timeline->list[i]);
		leave_interval(&sweep);
	}
	out->part_count = choose(&sweep, groups, most, parts);
	write_down(&sweep, parts, groups, out);
	free(sweep.holdings);
	free(sweep.touched);
	free(of_node);
	return 0;
}
