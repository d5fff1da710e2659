/* timeline.c - the heap over time as a trace has it, which is looked at when somebody asks. */
#include "reader/private.h"

#include <errno.h>
#include <stdlib.h>

/* What each call path has at a boundary, at the highest of all points and at the end. */
struct paths {
	uint64_t *live_bytes, *live_blocks, *peak_bytes, *peak_blocks;
};

static void paths_finish(struct paths *paths)
{
	free(paths->live_bytes);
	free(paths->live_blocks);
	free(paths->peak_bytes);
	free(paths->peak_blocks);
}

static bool paths_init(struct paths *paths, size_t count)
{
	*paths = (struct paths){calloc(count, sizeof(uint64_t)), calloc(count, sizeof(uint64_t)),
				calloc(count, sizeof(uint64_t)), calloc(count, sizeof(uint64_t))};
	return paths->live_bytes && paths->live_blocks && paths->peak_bytes && paths->peak_blocks;
}

/* Whether no call path ever has less than nothing. */
static bool add_interval(struct paths *paths, const struct interval *interval, bool highest)
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;
	bool sound = true;

	while (timeline_walk_next(&walk, &entry)) {
		uint64_t *bytes = &paths->live_bytes[entry.id], *blocks = &paths->live_blocks[entry.id];

		sound &= (int64_t)(*bytes + (uint64_t)entry.to_peak.bytes) >= 0;
		if (highest) {
			paths->peak_bytes[entry.id] += (uint64_t)entry.to_peak.bytes;
			paths->peak_blocks[entry.id] += (uint64_t)entry.to_peak.blocks;
		}
		*bytes += (uint64_t)entry.change.bytes;
		*blocks += (uint64_t)entry.change.blocks;
		sound &= (int64_t)*bytes >= 0 && (int64_t)*blocks >= 0;
	}
	return sound;
}

/* The last of these and the highest are the summary's. */
static bool equals_summary(const struct paths *paths, const struct figures_summary *summary)
{
	struct figures_walk walk = figures_walk(summary->nodes);
	bool equal = true;

	for (uint32_t node = 0; equal && node < summary->node_count; node++) {
		struct model_node figures = figures_walk_to(&walk, node);

		equal = figures.live_bytes == paths->live_bytes[node] &&
			figures.live_blocks == paths->live_blocks[node] &&
			figures.peak_bytes == paths->peak_bytes[node] &&
			figures.peak_blocks == paths->peak_blocks[node];
	}
	return equal;
}

/* 0, -EBADMSG or -ENOMEM. */
static int compare(const struct timeline *timeline, const struct figures_summary *summary)
{
	size_t highest = timeline_highest(timeline);
	struct paths paths;
	bool sound = true;
	int error = paths_init(&paths, summary->node_count + 1) ? 0 : -ENOMEM;

	for (size_t i = 0; !error && sound && i < timeline->count; i++) {
		sound = add_interval(&paths, &timeline->list[i], i == highest);
		if (i == highest)
			continue;
		/* What the path had when the highest one began. */
		for (size_t node = 0; i + 1 == highest && node < summary->node_count; node++) {
			paths.peak_bytes[node] = paths.live_bytes[node];
			paths.peak_blocks[node] = paths.live_blocks[node];
		}
	}
	if (!error)
		error = sound && equals_summary(&paths, summary) ? 0 : -EBADMSG;
	paths_finish(&paths);
	return error;
}

static int decode(struct trace *trace)
{
	const struct buffer *bytes = &trace->interval_bytes.whole;
	uint64_t events = 0;
	int error = timeline_decode(&trace->timeline, bytes->data, bytes->length, trace->nodes.count);

	for (size_t i = 0; i < trace->timeline.count; i++)
		events += trace->timeline.list[i].events;
	if (!error && events != trace->info.event_count)
		error = -EBADMSG;
	return error ? error : compare(&trace->timeline, trace->info.summary);
}

int trace_timeline(struct trace *trace, const struct timeline **out, struct diagnostic *diagnostic)
{
	*out = NULL;
	if (!trace->info.summary || (!trace->timeline_asked && trace->interval_bytes.whole.length == 0))
		return 0;
	if (!trace->timeline_asked) {
		trace->timeline_asked = true;
		trace->timeline_error = decode(trace);
		if (trace->timeline_error)
			timeline_finish(&trace->timeline);
		buffer_finish(&trace->interval_bytes.whole);
	}
	if (trace->timeline_error)
		return diagnostic_set(
			diagnostic, -trace->timeline_error,
			trace->timeline_error == -ENOMEM
				? "%s: not enough memory for its heap over time"
				: "%s: damaged: its heap over time contradicts its figures; copy the "
				  "trace again, or record it anew",
			trace->info.path);
	*out = &trace->timeline;
	return 0;
}
