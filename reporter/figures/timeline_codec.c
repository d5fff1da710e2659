/*
 * timeline_codec.c - a time line to the bytes of BLOCK_INTERVALS and back; see timeline.h, and format.h for
 * the layout.
 */
#include "figures/timeline.h"

#include <errno.h>

#define PINNED 1u

/* ---- encoding ------------------------------------------------------------------------ */

static void put_change(struct buffer *out, const struct heap_change *change)
{
	buffer_signed(out, change->bytes);
	buffer_signed(out, change->blocks);
}

static void put_interval(struct buffer *out, const struct interval *interval)
{
	buffer_varint(out, interval->end_ns - interval->begin_ns);
	buffer_varint(out, interval->peak_ns - interval->begin_ns);
	buffer_varint(out, interval->events);
	put_change(out, &interval->change);
	put_change(out, &interval->to_peak);
	buffer_varint(out, interval->rss_pages);
	buffer_varint(out, interval->pinned ? PINNED : 0);
	buffer_varint(out, interval->entry_count);
	buffer_text(out, interval->entries.data, interval->entries.length);
}

int timeline_encode(const struct timeline *timeline, const uint32_t *nodes, size_t id_count,
		    struct buffer *out)
{
	buffer_varint(out, timeline->count);
	for (size_t i = 0; i < timeline->count; i++) {
		struct interval by_node;
		int error = interval_renumber(&timeline->list[i], nodes, id_count, &by_node);

		if (!error)
			put_interval(out, &by_node);
		buffer_finish(&by_node.entries);
		if (error)
			return error;
	}
	return out->failed ? -ENOMEM : 0;
}

/* ---- decoding -------------------------------------------------------------------------- */

static struct heap_change take_change(struct varint_cursor *at)
{
	int64_t bytes = varint_next_signed(at);

	return (struct heap_change){bytes, varint_next_signed(at)};
}

static bool equal(const struct heap_change *a, const struct heap_change *b)
{
	return a->bytes == b->bytes && a->blocks == b->blocks;
}

/* Each call path is there, and once; their sums are the interval's. */
static bool entries_make_sense(const struct interval *interval, size_t node_count)
{
	struct timeline_walk walk = interval_walk(interval);
	struct heap_change change = {0}, to_peak = {0};
	struct timeline_entry entry;

	while (timeline_walk_next(&walk, &entry)) {
		if (entry.id >= node_count)
			return false;
		change = heap_change_plus(change, entry.change);
		to_peak = heap_change_plus(to_peak, entry.to_peak);
	}
	return !walk.at.failed && varint_left(&walk.at) == 0 && equal(&change, &interval->change) &&
	       equal(&to_peak, &interval->to_peak);
}

/* The highest point is no lower than either end. */
static bool makes_sense(const struct interval *interval, size_t node_count)
{
	return interval->end_ns >= interval->begin_ns && interval->peak_ns >= interval->begin_ns &&
	       interval->peak_ns <= interval->end_ns && interval->to_peak.bytes >= 0 &&
	       interval->to_peak.bytes >= interval->change.bytes && entries_make_sense(interval, node_count);
}

static int take_interval(struct timeline *timeline, struct varint_cursor *at, uint64_t *time_ns,
			 size_t node_count)
{
	struct interval interval = {.begin_ns = *time_ns};

	interval.end_ns = *time_ns += varint_next(at);
	interval.peak_ns = interval.begin_ns + varint_next(at);
	interval.events = varint_next(at);
	interval.change = take_change(at);
	interval.to_peak = take_change(at);
	interval.rss_pages = varint_next(at);
	interval.pinned = (varint_next(at) & PINNED) != 0;
	uint64_t count = varint_next(at), bytes = varint_next(at);
	const uint8_t *entries = varint_next_bytes(at, bytes);

	if (at->failed || count > bytes)
		return -EBADMSG;
	interval.entry_count = (uint32_t)count;
	buffer_append(&interval.entries, entries, (size_t)bytes);
	int error = interval.entries.failed ? -ENOMEM : makes_sense(&interval, node_count) ? 0 : -EBADMSG;
	if (!error)
		error = timeline_add(timeline, &interval);
	buffer_finish(&interval.entries);
	return error;
}

int timeline_decode(struct timeline *timeline, const void *bytes, size_t count, size_t node_count)
{
	struct varint_cursor at = varint_cursor(bytes, count);
	uint64_t intervals = varint_next(&at), time_ns = 0;
	int error = 0;

	for (; intervals > 0 && !error; intervals--)
		error = take_interval(timeline, &at, &time_ns, node_count);
	return error ? error : at.failed || varint_left(&at) > 0 ? -EBADMSG : 0;
}
