/*
 * timeline.h - the run cut into intervals: how the heap changed over each, and up to its own highest point,
 * by call path.
 *
 * Both are relative to the interval's beginning.  So what lived at any boundary, and at the highest point
 * between any two, is a sum; and two neighbours become one without anything else being known:
 *     change = a + b        to the peak = a's, or a's change + b's to the peak, whichever is higher
 * Call paths stand by whatever id the owner has for them, in rising order: by number (trace/numbering.h)
 * while it is recorded, by node in a trace.
 */
#ifndef MPROF_REPORTER_FIGURES_TIMELINE_H
#define MPROF_REPORTER_FIGURES_TIMELINE_H

#include "trace/buffer.h"
#include "trace/varint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the heap, or of one call path's part in it; counts of blocks are in parts where blocks are sampled. */
struct heap_change {
	int64_t bytes, blocks;
};

/* Of figures that are checked against the whole later: so sums may come round, and come back. */
static inline struct heap_change heap_change_plus(struct heap_change a, struct heap_change b)
{
	return (struct heap_change){(int64_t)((uint64_t)a.bytes + (uint64_t)b.bytes),
				    (int64_t)((uint64_t)a.blocks + (uint64_t)b.blocks)};
}

/* What one call path did within an interval; all zero: it has no entry. */
struct timeline_entry {
	uint32_t id;
	struct heap_change change;  /* from beginning to end */
	struct heap_change to_peak; /* from beginning to the interval's highest point */
	uint64_t allocations, allocated_bytes;
};

struct interval {
	uint64_t begin_ns, end_ns, peak_ns; /* since the start of the run */
	uint64_t events;
	struct heap_change change, to_peak; /* of all call paths: sums of the entries' */
	uint64_t rss_pages;                 /* greatest that was seen; 0: none was */
	bool pinned;                        /* its end is a mark's, or a phase's: it stays a boundary */
	uint32_t entry_count;
	struct buffer entries; /* packed, by id */
};

struct timeline { /* all zero: no intervals */
	struct interval *list;
	size_t count, capacity;
	size_t bytes; /* of all entries */
};

void timeline_finish(struct timeline *timeline);

/* Adds an interval behind all others, whose entries become the time line's.  0 or -ENOMEM. */
int timeline_add(struct timeline *timeline, struct interval *interval);

/* Joins neighbours in pairs, but for those with a pinned boundary between them, and those that would be
 * longer than `most_ns`.  0 or -ENOMEM, and then each interval is as it was or joined. */
int timeline_thin(struct timeline *timeline, uint64_t most_ns);

/* How many boundaries within are not pinned: what timeline_thin may halve. */
size_t timeline_loose(const struct timeline *timeline);

/* The interval with the highest point of all; the first, if several have. */
size_t timeline_highest(const struct timeline *timeline);

/* ---- entries --------------------------------------------------------------------- */

/* Adds an entry, unless it is all zero.  Its id is at least *next_id, which is 0 at first. */
void interval_add(struct interval *interval, uint32_t *next_id, const struct timeline_entry *entry);

struct timeline_walk {
	struct varint_cursor at;
	uint32_t next_id, left;
};

struct timeline_walk interval_walk(const struct interval *interval);

/* The next entry; false: there is none, or what is there is no entry (at.failed). */
bool timeline_walk_next(struct timeline_walk *walk, struct timeline_entry *entry);

/* ---- to a trace and back; see BLOCK_INTERVALS of format.h -------------------------- */

/* Appends all intervals, by node: `nodes` has the node of each id below `id_count`.  0, -EBADMSG if a path
 * has none, or -ENOMEM. */
int timeline_encode(const struct timeline *timeline, const uint32_t *nodes, size_t id_count,
		    struct buffer *out);

/* Takes intervals from untrusted bytes, for a trace of so many nodes; for an all-zero struct, timeline_finish
 * in any case.  0, -EBADMSG or -ENOMEM. */
int timeline_decode(struct timeline *timeline, const void *bytes, size_t count, size_t node_count);

/* The id of paths that are to go. */
#define TIMELINE_GONE UINT32_MAX

/* The same intervals by other ids, which `ids` has for each below `id_count`; without those that go, which
 * count in their sums.  0, -EBADMSG if a path has none, or -ENOMEM. */
int timeline_renumber(struct timeline *timeline, const uint32_t *ids, size_t id_count);

/* The same of one interval, as a copy whose entries are the caller's to finish, in any case. */
int interval_renumber(const struct interval *interval, const uint32_t *ids, size_t id_count,
		      struct interval *renumbered);

#endif
