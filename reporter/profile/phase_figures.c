/*
 * phase_figures.c - what phases came to; see phases.h.
 *
 * Where both ends of each are boundaries of the time line, they follow from that.  Else one pass over the
 * events, O(1) each however many phases have begun: sums are differences of running ones, and peaks.h has the
 * greatest heap since each beginning.
 */
#include "profile/phases.h"

#include "base/memory.h"
#include "profile/path_sums.h"
#include "profile/peaks.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

/* ---- by events ------------------------------------------------------------------------------ */

struct watch {
	struct phase *phases;
	struct phase **by_end;
	size_t count, begun, ended;
	struct peaks peaks;
	uint64_t sample_bytes, events, live_bytes, allocations, allocated_bytes;
};

static void begin_watching(struct watch *watch, struct phase *phase)
{
	peaks_begin(&watch->peaks, watch->live_bytes);
	phase->begin_bytes = watch->live_bytes;
	phase->allocations = watch->allocations;
	phase->allocated_bytes = watch->allocated_bytes;
}

static void end_watching(const struct watch *watch, struct phase *phase)
{
	phase->end_bytes = watch->live_bytes;
	phase->peak_bytes = peaks_since(&watch->peaks, (size_t)(phase - watch->phases));
	phase->allocations = weight_blocks(watch->allocations - phase->allocations, watch->sample_bytes);
	phase->allocated_bytes = watch->allocated_bytes - phase->allocated_bytes;
	phase->measured = true;
}

/* Whatever begins or ends before event `until`. */
static void catch_up(struct watch *watch, uint64_t until)
{
	while (watch->begun < watch->count && watch->phases[watch->begun].begin_event <= until)
		begin_watching(watch, &watch->phases[watch->begun++]);
	while (watch->ended < watch->count && watch->by_end[watch->ended]->end_event <= until)
		end_watching(watch, watch->by_end[watch->ended++]);
}

static void see(struct watch *watch, const struct trace_event *event)
{
	struct weight weight = {0};

	if (event->type != EVENT_STRAY_FREE)
		weight = weight_of(event->size_bytes, watch->sample_bytes);
	if (event->type == EVENT_ALLOC) {
		watch->live_bytes += weight.bytes;
		watch->allocations += weight.blocks;
		watch->allocated_bytes += weight.bytes;
	} else {
		watch->live_bytes -= weight.bytes;
	}
	peaks_see(&watch->peaks, watch->live_bytes);
	watch->events++;
}

static int watch_events(void *context, const struct trace_event *events, size_t count)
{
	struct watch *watch = context;

	for (size_t i = 0; i < count; i++) {
		catch_up(watch, watch->events);
		see(watch, &events[i]);
	}
	return 0;
}

static int by_end(const void *left, const void *right)
{
	const struct phase *a = *(struct phase *const *)left, *b = *(struct phase *const *)right;

	return a->end_event < b->end_event ? -1 : a->end_event > b->end_event;
}

static void measure_by_events(struct profile *profile, struct phase *phases, size_t count)
{
	struct watch watch = {.phases = phases,
			      .count = count,
			      .by_end = memory_zeroed(count, sizeof(struct phase *)),
			      .sample_bytes = profile->info->sample_bytes};
	struct diagnostic ignored;

	for (size_t i = 0; i < count; i++)
		watch.by_end[i] = &phases[i];
	qsort(watch.by_end, count, sizeof(*watch.by_end), by_end);
	if (trace_replay(profile->trace, watch_events, &watch, &ignored) == 0)
		catch_up(&watch, UINT64_MAX);
	peaks_finish(&watch.peaks);
	free(watch.by_end);
}

/* ---- by the time line -------------------------------------------------------------------------- */

/* At the boundary behind so many intervals. */
struct boundary {
	uint64_t heap_bytes, allocations, allocated_bytes;
};

static struct boundary *boundaries_of(const struct timeline *timeline)
{
	struct boundary *list = memory_zeroed(timeline->count + 1, sizeof(*list));
	struct timeline_entry entry;

	for (size_t i = 0; i < timeline->count; i++) {
		struct timeline_walk walk = interval_walk(&timeline->list[i]);

		list[i + 1] = list[i];
		list[i + 1].heap_bytes += (uint64_t)timeline->list[i].change.bytes;
		while (timeline_walk_next(&walk, &entry)) {
			list[i + 1].allocations += entry.allocations;
			list[i + 1].allocated_bytes += entry.allocated_bytes;
		}
	}
	return list;
}

static bool find_ends(const struct timeline *timeline, struct phase *phase)
{
	bool found = timeline_boundary(timeline, phase->begin_event, &phase->from);

	phase->to = timeline->count;
	return found && (phase->unended || timeline_boundary(timeline, phase->end_event, &phase->to));
}

static void fill(const struct timeline *timeline, const struct boundary *boundaries, uint64_t sample_bytes,
		 struct phase *phase)
{
	const struct boundary *begin = &boundaries[phase->from], *end = &boundaries[phase->to];

	phase->begin_bytes = phase->peak_bytes = begin->heap_bytes;
	phase->end_bytes = end->heap_bytes;
	phase->allocations = weight_blocks(end->allocations - begin->allocations, sample_bytes);
	phase->allocated_bytes = end->allocated_bytes - begin->allocated_bytes;
	for (size_t i = phase->from; i < phase->to; i++) {
		uint64_t peak = boundaries[i].heap_bytes + (uint64_t)timeline->list[i].to_peak.bytes;

		phase->peak_bytes = peak > phase->peak_bytes ? peak : phase->peak_bytes;
	}
	phase->measured = phase->bounded = true;
}

/* Those that begin and end at boundaries; how many. */
static size_t measure_by_timeline(struct profile *profile, struct phase *phases, size_t count)
{
	struct diagnostic ignored;
	const struct timeline *timeline;
	struct boundary *boundaries;
	size_t measured = 0;

	if (trace_timeline(profile->trace, &timeline, &ignored) != 0 || !timeline)
		return 0;
	boundaries = boundaries_of(timeline);
	for (size_t i = 0; i < count; i++) {
		if (!find_ends(timeline, &phases[i]))
			continue;
		fill(timeline, boundaries, profile->info->sample_bytes, &phases[i]);
		measured++;
	}
	free(boundaries);
	return measured;
}

const struct phase *profile_phases(struct profile *profile, size_t *count)
{
	phases_list(profile, count);
	/* Figures of those that are measured already come out the same. */
	if (*count > 0 && !profile->phases_measured &&
	    measure_by_timeline(profile, profile->phases, *count) < *count && !profile->info->aggregate)
		measure_by_events(profile, profile->phases, *count);
	profile->phases_measured = true;
	return profile->phases;
}

/* ---- what a peak was made of --------------------------------------------------------------------- */

static int by_bytes(const void *left, const void *right)
{
	const struct phase_site *a = left, *b = right;

	if (a->peak_bytes != b->peak_bytes)
		return a->peak_bytes > b->peak_bytes ? -1 : 1;
	return a->site->index < b->site->index ? -1 : a->site->index > b->site->index;
}

static void add_sites(const struct profile *profile, const struct path_sums *sums, struct phase_site *sites)
{
	const struct site_list *list = &profile->sites;

	for (uint32_t number = 1; number <= sums->numbers.count; number++) {
		uint32_t index = list->of_node[sums->numbers.nodes[number]];

		if (index == 0)
			continue;
		sites[index - 1].peak_bytes += sums->list[number].peak_bytes;
		sites[index - 1].peak_blocks += sums->list[number].peak_blocks;
	}
}

size_t profile_phase_sites(struct profile *profile, const struct phase *phase, struct phase_site *out,
			   size_t most)
{
	struct path_sums sums = {0};
	const struct timeline *timeline;
	struct diagnostic ignored;
	size_t count = 0;

	if (!phase->bounded || trace_timeline(profile->trace, &timeline, &ignored) != 0)
		return 0;
	profile_collect_sites(profile, true);
	struct phase_site *sites = memory_zeroed(profile->sites.count, sizeof(*sites));
	for (size_t i = 0; i < profile->sites.count; i++)
		sites[i].site = &profile->sites.sites[i];
	path_sums_window(&sums, timeline, phase->from, phase->to);
	add_sites(profile, &sums, sites);
	qsort(sites, profile->sites.count, sizeof(*sites), by_bytes);
	for (; count < most && count < profile->sites.count && sites[count].peak_bytes > 0; count++) {
		out[count] = sites[count];
		out[count].peak_blocks = weight_blocks(sites[count].peak_blocks, profile->info->sample_bytes);
	}
	free(sites);
	path_sums_finish(&sums);
	return count;
}
