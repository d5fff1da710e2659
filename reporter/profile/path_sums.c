/* path_sums.c - see path_sums.h. */
#include "profile/path_sums.h"

#include "base/memory.h"
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

void path_sums_finish(struct path_sums *sums)
{
	numbering_finish(&sums->numbers);
	free(sums->list);
	*sums = (struct path_sums){0};
}

bool timeline_boundary(const struct timeline *timeline, uint64_t events, size_t *before)
{
	*before = 0;
	while (events > 0 && *before < timeline->count && timeline->list[*before].events <= events)
		events -= timeline->list[(*before)++].events;
	return events == 0;
}

static struct path_sum *path_of(struct path_sums *sums, uint32_t node)
{
	uint32_t number = numbering_number(&sums->numbers, node);

	if (number == 0)
		memory_exhausted();
	size_t before = sums->capacity;
	sums->list = pool_grow(sums->list, &sums->capacity, (size_t)number + 1, sizeof(*sums->list));
	if (sums->capacity > before)
		memset(sums->list + before, 0, (sums->capacity - before) * sizeof(*sums->list));
	return &sums->list[number];
}

enum part { PART_CHANGE = 1, PART_PEAK = 2, PART_ALLOCATED = 4 };

static void add(struct path_sums *sums, const struct interval *interval, unsigned parts)
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;

	while (timeline_walk_next(&walk, &entry)) {
		struct path_sum *path = path_of(sums, entry.id);

		if (parts & PART_PEAK) {
			path->peak_bytes += (uint64_t)entry.to_peak.bytes;
			path->peak_blocks += (uint64_t)entry.to_peak.blocks;
		}
		if (parts & PART_CHANGE) {
			path->bytes += (uint64_t)entry.change.bytes;
			path->blocks += (uint64_t)entry.change.blocks;
		}
		if (parts & PART_ALLOCATED) {
			path->allocations += entry.allocations;
			path->allocated_bytes += entry.allocated_bytes;
		}
	}
}

static void mark_begin(struct path_sums *sums)
{
	for (uint32_t i = 1; i <= sums->numbers.count; i++) {
		sums->list[i].begin_bytes = sums->list[i].bytes;
		sums->list[i].begin_blocks = sums->list[i].blocks;
	}
}

static void mark_peak(struct path_sums *sums, const struct interval *interval)
{
	for (uint32_t i = 1; i <= sums->numbers.count; i++) {
		sums->list[i].peak_bytes = sums->list[i].bytes;
		sums->list[i].peak_blocks = sums->list[i].blocks;
	}
	if (interval)
		add(sums, interval, PART_PEAK);
}

/* Of the intervals from one boundary to another that with the highest point; SIZE_MAX: the first boundary is.
 */
static size_t highest_between(const struct timeline *timeline, size_t from, size_t to, uint64_t *peak_ns)
{
	size_t found = SIZE_MAX;
	int64_t heap = 0, highest = 0;

	for (size_t i = from; i < to; i++) {
		if (heap + timeline->list[i].to_peak.bytes > highest) {
			highest = heap + timeline->list[i].to_peak.bytes;
			found = i;
			*peak_ns = timeline->list[i].peak_ns;
		}
		heap += timeline->list[i].change.bytes;
	}
	return found;
}

void path_sums_moment(struct path_sums *sums, const struct timeline *timeline, size_t before, bool at_peak)
{
	for (size_t i = 0; i < before; i++)
		add(sums, &timeline->list[i], PART_CHANGE | PART_ALLOCATED);
	/* So that no path has less than what lives; how much was allocated by then is known at boundaries
	 * only. */
	if (at_peak)
		add(sums, &timeline->list[before], PART_ALLOCATED);
	mark_peak(sums, at_peak ? &timeline->list[before] : NULL);
	for (uint32_t i = 1; i <= sums->numbers.count; i++) {
		sums->list[i].bytes = sums->list[i].peak_bytes;
		sums->list[i].blocks = sums->list[i].peak_blocks;
	}
}

void path_sums_window(struct path_sums *sums, const struct timeline *timeline, size_t from, size_t to)
{
	size_t highest;

	for (size_t i = 0; i < from; i++)
		add(sums, &timeline->list[i], PART_CHANGE);
	mark_begin(sums);
	sums->peak_ns = from > 0 ? timeline->list[from - 1].end_ns : 0;
	highest = highest_between(timeline, from, to, &sums->peak_ns);
	if (highest == SIZE_MAX)
		mark_peak(sums, NULL);
	for (size_t i = from; i < to; i++) {
		if (i == highest)
			mark_peak(sums, &timeline->list[i]);
		add(sums, &timeline->list[i], PART_CHANGE | PART_ALLOCATED);
	}
}
