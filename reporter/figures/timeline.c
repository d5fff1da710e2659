/*
 * timeline.c - see timeline.h.
 *
 * Most entries are small: a path that allocated and freed as much, or one whose blocks all came before the
 * peak, or all behind it.  Two bits say which, and spare the rest.
 */
#include "figures/timeline.h"

#include "base/radix.h"

#include <errno.h>
#include <stdlib.h>

void timeline_finish(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->count; i++)
		buffer_finish(&timeline->list[i].entries);
	free(timeline->list);
	*timeline = (struct timeline){0};
}

int timeline_add(struct timeline *timeline, struct interval *interval)
{
	if (timeline->count == timeline->capacity) {
		size_t capacity = timeline->capacity ? 2 * timeline->capacity : 64;
		struct interval *list = reallocarray(timeline->list, capacity, sizeof(*list));

		if (!list)
			return -ENOMEM;
		timeline->list = list;
		timeline->capacity = capacity;
	}
	timeline->bytes += interval->entries.length;
	timeline->list[timeline->count++] = *interval;
	interval->entries = (struct buffer){0};
	return 0;
}

/* ---- entries ------------------------------------------------------------------------ */

#define HAS_CHANGE 1u
#define PEAK_SHIFT 1
#define ALLOCATED_SHIFT 3
#define HEAD_BITS 5

/* How the second of two figures follows from the first. */
enum follows {
	FOLLOWS_ZERO, /* it is nothing */
	FOLLOWS_SAME, /* it is the same */
	FOLLOWS_NOT,  /* it stands there */
};

static enum follows follow(const struct heap_change *change, int64_t bytes, int64_t blocks)
{
	if (bytes == 0 && blocks == 0)
		return FOLLOWS_ZERO;
	return change->bytes == bytes && change->blocks == blocks ? FOLLOWS_SAME : FOLLOWS_NOT;
}

void interval_add(struct interval *interval, uint32_t *next_id, const struct timeline_entry *entry)
{
	struct buffer *out = &interval->entries;
	const struct heap_change *change = &entry->change, *to_peak = &entry->to_peak;
	bool changed = change->bytes != 0 || change->blocks != 0;
	enum follows peak = follow(change, to_peak->bytes, to_peak->blocks);
	enum follows allocated = follow(change, (int64_t)entry->allocated_bytes, (int64_t)entry->allocations);

	if (!changed && peak == FOLLOWS_ZERO && allocated == FOLLOWS_ZERO)
		return;
	buffer_varint(out, (uint64_t)(entry->id - *next_id) << HEAD_BITS | allocated << ALLOCATED_SHIFT |
				   peak << PEAK_SHIFT | (changed ? HAS_CHANGE : 0));
	if (changed) {
		buffer_signed(out, change->bytes);
		buffer_signed(out, change->blocks);
	}
	if (peak == FOLLOWS_NOT) {
		buffer_signed(out, to_peak->bytes);
		buffer_signed(out, to_peak->blocks);
	}
	if (allocated == FOLLOWS_NOT) {
		buffer_varint(out, entry->allocated_bytes);
		buffer_varint(out, entry->allocations);
	}
	*next_id = entry->id + 1;
	interval->entry_count++;
}

struct timeline_walk interval_walk(const struct interval *interval)
{
	static const uint8_t nothing[1]; /* cursors do arithmetic, and NULL is no place for that */
	const uint8_t *entries = interval->entries.data ? interval->entries.data : nothing;

	return (struct timeline_walk){.at = varint_cursor(entries, interval->entries.length),
				      .left = interval->entry_count};
}

static struct heap_change next_change(struct varint_cursor *at)
{
	int64_t bytes = varint_next_signed(at);

	return (struct heap_change){bytes, varint_next_signed(at)};
}

bool timeline_walk_next(struct timeline_walk *walk, struct timeline_entry *entry)
{
	if (walk->left == 0)
		return false;
	uint64_t head = varint_next(&walk->at), step = head >> HEAD_BITS;
	unsigned peak = head >> PEAK_SHIFT & 3, allocated = head >> ALLOCATED_SHIFT & 3;

	walk->left--;
	*entry = (struct timeline_entry){0};
	if (head & HAS_CHANGE)
		entry->change = next_change(&walk->at);
	if (peak != FOLLOWS_ZERO)
		entry->to_peak = peak == FOLLOWS_SAME ? entry->change : next_change(&walk->at);
	if (allocated == FOLLOWS_SAME) {
		entry->allocated_bytes = (uint64_t)entry->change.bytes;
		entry->allocations = (uint64_t)entry->change.blocks;
	} else if (allocated != FOLLOWS_ZERO) {
		entry->allocated_bytes = varint_next(&walk->at);
		entry->allocations = varint_next(&walk->at);
	}
	walk->at.failed |=
		step > UINT32_MAX - 1 - walk->next_id || peak > FOLLOWS_NOT || allocated > FOLLOWS_NOT;
	entry->id = walk->next_id + (uint32_t)step;
	walk->next_id = entry->id + 1;
	return !walk->at.failed;
}

/* ---- two become one ----------------------------------------------------------------------- */

/* One path's: either may be all zero. */
static struct timeline_entry join_entries(const struct timeline_entry *a, const struct timeline_entry *b,
					  bool peak_in_first)
{
	return (struct timeline_entry){
		.change = heap_change_plus(a->change, b->change),
		.to_peak = peak_in_first ? a->to_peak : heap_change_plus(a->change, b->to_peak),
		.allocations = a->allocations + b->allocations,
		.allocated_bytes = a->allocated_bytes + b->allocated_bytes,
	};
}

static void join_paths(const struct interval *a, const struct interval *b, bool peak_in_first,
		       struct interval *joined)
{
	static const struct timeline_entry none;
	struct timeline_walk a_walk = interval_walk(a), b_walk = interval_walk(b);
	struct timeline_entry left, right, entry;
	bool has_left = timeline_walk_next(&a_walk, &left), has_right = timeline_walk_next(&b_walk, &right);
	uint32_t next_id = 0;

	while (has_left || has_right) {
		bool take_left = has_left && (!has_right || left.id <= right.id);
		bool take_right = has_right && (!has_left || right.id <= left.id);

		entry = join_entries(take_left ? &left : &none, take_right ? &right : &none, peak_in_first);
		entry.id = take_left ? left.id : right.id;
		interval_add(joined, &next_id, &entry);
		if (take_left)
			has_left = timeline_walk_next(&a_walk, &left);
		if (take_right)
			has_right = timeline_walk_next(&b_walk, &right);
	}
}

/* Of two equal peaks the first counts, as of a whole run's. */
static int join(struct interval *a, struct interval *b)
{
	struct heap_change second = heap_change_plus(a->change, b->to_peak);
	bool peak_in_first = a->to_peak.bytes >= second.bytes;
	struct interval joined = {.begin_ns = a->begin_ns,
				  .end_ns = b->end_ns,
				  .peak_ns = peak_in_first ? a->peak_ns : b->peak_ns,
				  .events = a->events + b->events,
				  .change = heap_change_plus(a->change, b->change),
				  .to_peak = peak_in_first ? a->to_peak : second,
				  .rss_pages = a->rss_pages > b->rss_pages ? a->rss_pages : b->rss_pages,
				  .pinned = b->pinned};

	join_paths(a, b, peak_in_first, &joined);
	if (joined.entries.failed) {
		buffer_finish(&joined.entries);
		return -ENOMEM;
	}
	buffer_finish(&a->entries);
	buffer_finish(&b->entries);
	*a = joined;
	return 0;
}

int timeline_thin(struct timeline *timeline, uint64_t most_ns)
{
	struct interval *list = timeline->list;
	size_t kept = 0, count = timeline->count, bytes = 0;
	int error = 0;

	for (size_t i = 0; i < count; kept++) {
		bool pair = !error && i + 1 < count && !list[i].pinned &&
			    list[i + 1].end_ns - list[i].begin_ns <= most_ns;

		if (pair)
			error = join(&list[i], &list[i + 1]);
		pair &= !error;
		list[kept] = list[i];
		bytes += list[kept].entries.length;
		i += pair ? 2 : 1;
	}
	timeline->count = kept;
	timeline->bytes = bytes;
	return error;
}

size_t timeline_loose(const struct timeline *timeline)
{
	size_t loose = 0;

	for (size_t i = 0; i + 1 < timeline->count; i++)
		loose += !timeline->list[i].pinned;
	return loose;
}

size_t timeline_highest(const struct timeline *timeline)
{
	int64_t heap = 0, highest = 0;
	size_t found = 0;

	for (size_t i = 0; i < timeline->count; i++) {
		int64_t peak = heap + timeline->list[i].to_peak.bytes;

		found = peak > highest ? i : found;
		highest = peak > highest ? peak : highest;
		heap += timeline->list[i].change.bytes;
	}
	return found;
}

/* ---- other ids ------------------------------------------------------------------------------ */

/* Where an entry of this head ends, whose figures begin here. */
static const uint8_t *behind_figures(const struct varint_cursor *at, uint64_t head)
{
	unsigned left = (head & HAS_CHANGE ? 2 : 0) + ((head >> PEAK_SHIFT & 3) == FOLLOWS_NOT ? 2 : 0) +
			((head >> ALLOCATED_SHIFT & 3) == FOLLOWS_NOT ? 2 : 0);
	const uint8_t *end = at->at;

	for (; left > 0 && end < at->end; end++)
		left -= *end < 0x80;
	return end;
}

/* Each entry's new id, and where the entry begins. */
static int new_ids(const struct interval *interval, const uint32_t *ids, size_t id_count, uint64_t *list)
{
	struct varint_cursor at = interval_walk(interval).at;
	const uint8_t *start = at.at;
	uint64_t id = 0;

	for (uint32_t i = 0; i < interval->entry_count; i++, id++) {
		uint32_t begin = (uint32_t)(at.at - start);
		uint64_t head = varint_next(&at);

		id += head >> HEAD_BITS;
		if (id >= id_count)
			return -EBADMSG;
		list[i] = radix_item(ids[id], begin);
		at.at = behind_figures(&at, head);
	}
	return at.failed ? -EBADMSG : 0;
}

/* An entry of another interval by its new id: its figures are the same bytes. */
static void copy_entry(struct interval *to, uint32_t *next_id, const struct interval *from, uint64_t item)
{
	size_t begin = radix_which(item);
	uint32_t id = radix_number(item);
	struct varint_cursor at = varint_cursor(from->entries.data + begin, from->entries.length - begin);
	uint64_t head = varint_next(&at);

	buffer_varint(&to->entries,
		      (uint64_t)(id - *next_id) << HEAD_BITS | (head & ((1u << HEAD_BITS) - 1)));
	buffer_append(&to->entries, at.at, (size_t)(behind_figures(&at, head) - at.at));
	*next_id = id + 1;
	to->entry_count++;
}

int interval_renumber(const struct interval *interval, const uint32_t *ids, size_t id_count,
		      struct interval *renumbered)
{
	size_t count = interval->entry_count;
	uint64_t *list = malloc((2 * count + 1) * sizeof(*list));
	int error = list ? new_ids(interval, ids, id_count, list) : -ENOMEM;
	const uint64_t *sorted = error ? NULL : radix_sort(list, list + count, count);
	uint32_t next_id = 0;

	*renumbered = *interval;
	renumbered->entries = (struct buffer){0};
	renumbered->entry_count = 0;
	for (size_t i = 0; !error && i < count && radix_number(sorted[i]) != TIMELINE_GONE; i++)
		copy_entry(renumbered, &next_id, interval, sorted[i]);
	free(list);
	return !error && renumbered->entries.failed ? -ENOMEM : error;
}

int timeline_renumber(struct timeline *timeline, const uint32_t *ids, size_t id_count)
{
	size_t bytes = 0;
	int error = 0;

	for (size_t i = 0; !error && i < timeline->count; i++) {
		struct interval renumbered;

		error = interval_renumber(&timeline->list[i], ids, id_count, &renumbered);
		buffer_finish(error ? &renumbered.entries : &timeline->list[i].entries);
		if (!error)
			timeline->list[i] = renumbered;
		bytes += timeline->list[i].entries.length;
	}
	timeline->bytes = bytes;
	return error;
}
