/*
 * massif.c - massif's own format (Valgrind's heap profiler): the heap over time, and at its highest points by
 * call path, from the functions that allocate to their callers.
 *
 * A snapshot is the highest point of an interval, or its end.  A hundred at most have call paths, since each
 * takes as much room as the tree of a whole profile; one of them, the run's highest, is called the peak.
 */
#include "exports/export.h"

#include "base/clean.h"
#include "base/memory.h"
#include "exports/place.h"
#include "figures/timeline.h"
#include "profile/window.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DETAILED_MOST 100
#define DEPTH_MOST 95 /* calls: lines are indented by them, and ms_print warns of more than 99 */

/* Some bytes, and how far up their path was told. */
struct part {
	uint32_t at; /* node of the tree */
	uint64_t bytes;
};

/* Parts that have come through the same frame. */
struct group {
	struct part *parts;
	size_t count;
	uint64_t bytes;
};

struct writing {
	FILE *out;
	const struct export_source *source;
	const struct timeline *timeline;
	uint64_t *live, *then; /* by node of the tree: at the boundary, and at the highest point behind it */
	uint64_t least;        /* bytes of what is told by itself, in this snapshot */
	size_t snapshots;
};

/* ---- trees ----------------------------------------------------------------- */

static int by_frame(const void *left, const void *right, void *context)
{
	const struct tree *tree = context;
	uint32_t a = tree->frame[((const struct part *)left)->at];
	uint32_t b = tree->frame[((const struct part *)right)->at];

	return a < b ? -1 : a > b;
}

static int by_bytes(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	return a->bytes != b->bytes ? (a->bytes > b->bytes ? -1 : 1) : a->parts < b->parts ? -1 : 1;
}

/* Puts parts in the order of their groups, greatest first; how many groups.  The groups are the caller's to
 * free(). */
static size_t group(const struct tree *tree, struct part *parts, size_t count, struct group **groups)
{
	size_t found = 0;

	qsort_r(parts, count, sizeof(*parts), by_frame, (void *)(uintptr_t)tree);
	*groups = memory_zeroed(count, sizeof(**groups));
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || tree->frame[parts[i].at] != tree->frame[parts[i - 1].at])
			(*groups)[found++].parts = &parts[i];
		(*groups)[found - 1].count++;
		(*groups)[found - 1].bytes += parts[i].bytes;
	}
	qsort(*groups, found, sizeof(**groups), by_bytes);
	return found;
}

/* What a group's callers are parts of; how many there are. */
static size_t go_up(const struct tree *tree, struct group *group)
{
	size_t left = 0;

	for (size_t i = 0; i < group->count; i++)
		if (tree->parent[group->parts[i].at] != 0)
			group->parts[left++] =
				(struct part){tree->parent[group->parts[i].at], group->parts[i].bytes};
	return left;
}

static void print_rest(struct writing *writing, const struct group *groups, size_t count, size_t depth)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += groups[i].bytes;
	fprintf(writing->out, "%*sn0: %" PRIu64 " in %zu place%s, %sbelow massif's threshold (%.2f%%)\n",
		(int)depth, "", bytes, count, count == 1 ? "" : "s", count == 1 ? "" : "all ",
		writing->source->least_share * 100);
}

/* A line's text is behind its bytes: what it is of, for the first one. */
static void print_parts(struct writing *writing, struct part *parts, size_t count, uint64_t bytes,
			const struct tree_frame *frame, size_t depth)
{
	struct group *groups = NULL;
	size_t found = depth < DEPTH_MOST ? group(writing->source->tree, parts, count, &groups) : 0;
	size_t told = 0;

	while (told < found && groups[told].bytes >= writing->least)
		told++;
	fprintf(writing->out, "%*sn%zu: %" PRIu64 " ", (int)depth, "", told + (told < found), bytes);
	if (frame)
		export_print_place(writing->out, writing->source, frame);
	else
		fputs("(heap allocation functions) malloc/new/new[], --alloc-fns, etc.", writing->out);
	fputc('\n', writing->out);
	for (size_t i = 0; i < told; i++) {
		const struct tree *tree = writing->source->tree;
		const struct tree_frame *own = tree_frame(tree, groups[i].parts->at);

		print_parts(writing, groups[i].parts, go_up(tree, &groups[i]), groups[i].bytes, own,
			    depth + 1);
	}
	if (told < found)
		print_rest(writing, groups + told, found - told, depth + 1);
	free(groups);
}

static void print_tree(struct writing *writing, uint64_t bytes)
{
	const struct tree *tree = writing->source->tree;
	struct part *parts = memory_zeroed(tree->count, sizeof(*parts));
	size_t count = 0;

	for (uint32_t node = 1; node < tree->count; node++)
		if (writing->then[node] > 0)
			parts[count++] = (struct part){node, writing->then[node]};
	writing->least = (uint64_t)((double)bytes * writing->source->least_share);
	writing->least += writing->least == 0;
	print_parts(writing, parts, count, bytes, NULL, 0);
	free(parts);
}

/* ---- snapshots ------------------------------------------------------------- */

static void print_snapshot(struct writing *writing, uint64_t time_ns, uint64_t bytes, const char *tree)
{
	fprintf(writing->out,
		"#-----------\nsnapshot=%zu\n#-----------\ntime=%" PRIu64 "\nmem_heap_B=%" PRIu64
		"\nmem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree=%s\n",
		writing->snapshots++, time_ns / 1000000, bytes, tree);
	if (strcmp(tree, "empty") != 0)
		print_tree(writing, bytes);
}

/* The interval's highest point to `then`, and its end to `live`; how high the former was.  The latter
 * follows. */
static uint64_t take_interval(struct writing *writing, const struct interval *interval, uint64_t *live_bytes)
{
	const uint32_t *of_node = writing->source->tree->of_node;
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;
	uint64_t highest = *live_bytes;

	memcpy(writing->then, writing->live, writing->source->tree->count * sizeof(*writing->live));
	while (timeline_walk_next(&walk, &entry)) {
		uint32_t node = of_node[entry.id];

		if (node == 0)
			continue;
		writing->then[node] += (uint64_t)entry.to_peak.bytes;
		writing->live[node] += (uint64_t)entry.change.bytes;
		highest += (uint64_t)entry.to_peak.bytes;
		*live_bytes += (uint64_t)entry.change.bytes;
	}
	return highest;
}

/* Of many intervals some have call paths, at regular distances. */
static const char *detail_of(const struct timeline *timeline, size_t i, uint64_t bytes)
{
	bool first = i == 0 || i * (DETAILED_MOST - 1) / timeline->count !=
				       (i - 1) * (DETAILED_MOST - 1) / timeline->count;
	bool few = timeline->count < DETAILED_MOST;

	if (bytes == 0)
		return "empty";
	return i == timeline_highest(timeline) ? "peak" : few || first ? "detailed" : "empty";
}

static void print_snapshots(struct writing *writing)
{
	const struct timeline *timeline = writing->timeline;
	uint64_t live_bytes = 0;

	print_snapshot(writing, 0, 0, "empty");
	for (size_t i = 0; i < timeline->count; i++) {
		const struct interval *interval = &timeline->list[i];
		uint64_t highest = take_interval(writing, interval, &live_bytes);

		print_snapshot(writing, interval->peak_ns, highest, detail_of(timeline, i, highest));
		print_snapshot(writing, interval->end_ns, live_bytes, "empty");
	}
}

static void print_head(FILE *out, const struct overview *run)
{
	fputs("desc: mprof " MPROF_VERSION
	      ": sizes as they were asked for; what allocators add, and stacks, are "
	      "not counted\ncmd:",
	      out);
	for (const char *const *word = run->command; *word; word++)
		clean_print_between(out, " ", *word, "");
	fputs("\ntime_unit: ms\n", out);
}

int export_massif(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	struct writing writing = {.out = out, .source = source};
	int error = profile_timeline(source->profile, &writing.timeline, diagnostic);

	if (error)
		return error;
	writing.live = memory_zeroed(source->tree->count, sizeof(*writing.live));
	writing.then = memory_zeroed(source->tree->count, sizeof(*writing.then));
	print_head(out, source->run);
	print_snapshots(&writing);
	free(writing.live);
	free(writing.then);
	return 0;
}
