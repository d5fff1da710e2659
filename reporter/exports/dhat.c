/*
 * dhat.c - the file of DHAT (Valgrind's heap profiler) for its viewer: what each call path allocated, held at
 * most, at the peak and at the end, and how long its blocks lived.
 *
 * Two of these are not counted by call path, and follow from the heap over time: the most that a path held at
 * once is that of all boundaries and highest points, so it may have been more in between; blocks that were
 * never freed live to the end, since about when as many lived as do then.  The file says so.
 */
#include "exports/export.h"

#include "base/memory.h"
#include "exports/place.h"
#include "figures/breakdown_tables.h"
#include "figures/summary.h"
#include "figures/timeline.h"
#include "formats/json.h"
#include "profile/blocks.h"
#include "profile/measure.h"
#include "profile/window.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* A call path, by node of the tree. */
struct path {
	uint64_t bytes, blocks;           /* at a moment on the way through the run */
	uint64_t most_bytes, most_blocks; /* and when it held most */
	uint64_t left_blocks, since_ns;   /* on the way back: those of the end that have not begun yet */
	uint64_t lived_ns;                /* all blocks together */
};

struct writing {
	FILE *out;
	const struct export_source *source;
	const struct timeline *timeline;
	struct path *paths;
};

typedef void entry_fn(struct path *path, const struct timeline_entry *entry, uint64_t time_ns);

/* Several of the recording's paths may be one of the tree: so what is added up is done for all entries before
 * it is looked at. */
static void each(struct writing *writing, const struct interval *interval, entry_fn *visit, uint64_t time_ns)
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;

	while (timeline_walk_next(&walk, &entry)) {
		uint32_t node = writing->source->tree->of_node[entry.id];

		if (node > 0)
			visit(&writing->paths[node], &entry, time_ns);
	}
}

/* ---- the most that was held ------------------------------------------------ */

static void to_peak(struct path *path, const struct timeline_entry *entry, uint64_t time_ns)
{
	(void)time_ns;
	path->bytes += (uint64_t)entry->to_peak.bytes;
	path->blocks += (uint64_t)entry->to_peak.blocks;
}

static void to_end(struct path *path, const struct timeline_entry *entry, uint64_t time_ns)
{
	(void)time_ns;
	path->bytes += (uint64_t)entry->change.bytes - (uint64_t)entry->to_peak.bytes;
	path->blocks += (uint64_t)entry->change.blocks - (uint64_t)entry->to_peak.blocks;
}

static void see_most(struct path *path, const struct timeline_entry *entry, uint64_t time_ns)
{
	(void)entry, (void)time_ns;
	if (path->bytes < path->most_bytes)
		return;
	path->most_bytes = path->bytes;
	path->most_blocks = path->blocks;
}

static void find_most(struct writing *writing)
{
	for (size_t i = 0; i < writing->timeline->count; i++) {
		const struct interval *interval = &writing->timeline->list[i];

		each(writing, interval, to_peak, 0);
		each(writing, interval, see_most, 0);
		each(writing, interval, to_end, 0);
		each(writing, interval, see_most, 0);
	}
}

/* ---- how long blocks lived ------------------------------------------------- */

static void back_to_begin(struct path *path, const struct timeline_entry *entry, uint64_t time_ns)
{
	(void)time_ns;
	path->blocks -= (uint64_t)entry->change.blocks;
}

/* Where fewer lived than are left, the last ones begin. */
static void begin_some(struct path *path, const struct timeline_entry *entry, uint64_t time_ns)
{
	(void)entry;
	if (path->blocks >= path->left_blocks)
		return;
	path->lived_ns += path->left_blocks * (path->since_ns - time_ns);
	path->since_ns = time_ns;
	path->left_blocks = path->blocks;
}

/* Once find_most has come to the end. */
static void add_remaining(struct writing *writing, uint64_t end_ns)
{
	for (uint32_t node = 1; node < writing->source->tree->count; node++) {
		writing->paths[node].left_blocks = writing->paths[node].blocks;
		writing->paths[node].since_ns = end_ns;
	}
	for (size_t i = writing->timeline->count; i-- > 0;) {
		const struct interval *interval = &writing->timeline->list[i];
		uint64_t middle_ns = interval->begin_ns + (interval->end_ns - interval->begin_ns) / 2;

		each(writing, interval, back_to_begin, 0);
		each(writing, interval, begin_some, middle_ns < end_ns ? middle_ns : end_ns);
	}
}

static void add_freed(struct writing *writing, const struct figures_nodes *nodes)
{
	struct figures_walk walk = figures_walk(nodes);
	struct model_node figures;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &figures))
		writing->paths[writing->source->tree->of_node[node]].lived_ns += figures.lifetime_ns;
}

/* ---- text ------------------------------------------------------------------ */

static void print_frames(const struct writing *writing)
{
	const struct tree *tree = writing->source->tree;
	FILE *out = writing->out;

	fputs("\"ftbl\":[\"[root]\"", out);
	for (size_t i = 1; i < tree->frame_count; i++) {
		char *text = NULL;
		size_t length;
		FILE *stream = open_memstream(&text, &length);

		if (!stream)
			memory_exhausted();
		export_print_place(stream, writing->source, &tree->frames[i]);
		fclose(stream);
		fputs(",\n", out);
		json_print_text(out, text);
		free(text);
	}
	fputs("]", out);
}

static void print_point(const struct writing *writing, uint32_t node, const struct amounts *own)
{
	const struct tree *tree = writing->source->tree;
	const struct path *path = &writing->paths[node];
	uint64_t live_bytes = own->leaked_bytes + own->kept_bytes + own->suppressed_bytes;
	uint64_t live_blocks = own->leaked_blocks + own->kept_blocks + own->suppressed_blocks;
	FILE *out = writing->out;

	fprintf(out, "{\"tb\":%" PRIu64 ",\"tbk\":%" PRIu64 ",\"tl\":%" PRIu64, own->allocated_bytes,
		own->allocations, path->lived_ns);
	fprintf(out, ",\"mb\":%" PRIu64 ",\"mbk\":%" PRIu64, path->most_bytes, path->most_blocks);
	fprintf(out, ",\"gb\":%" PRIu64 ",\"gbk\":%" PRIu64, own->peak_bytes, own->peak_blocks);
	fprintf(out, ",\"eb\":%" PRIu64 ",\"ebk\":%" PRIu64 ",\"fs\":[", live_bytes, live_blocks);
	for (uint32_t at = node; at != 0; at = tree->parent[at])
		fprintf(out, "%s%" PRIu32, at == node ? "" : ",", tree->frame[at]);
	fputs("]}", out);
}

static void print_points(const struct writing *writing)
{
	const struct tree *tree = writing->source->tree;
	bool first = true;

	fputs("\"pps\":[", writing->out);
	for (uint32_t node = 1; node < tree->count; node++) {
		const struct amounts own = tree_self(tree, node);

		if (!amounts_have_blocks(&own))
			continue;
		fputs(first ? "\n" : ",\n", writing->out);
		print_point(writing, node, &own);
		first = false;
	}
	fputs("],\n", writing->out);
}

static void print_head(const struct writing *writing)
{
	const struct overview *run = writing->source->run;
	FILE *out = writing->out;
	struct pool pool = {0};
	const char *command = "";

	for (const char *const *word = run->command; *word; word++)
		command = pool_format(&pool, "%s%s ", command, *word);
	command = pool_format(&pool,
			      "%s(mprof " MPROF_VERSION ": what a program point held at most is that of %zu "
			      "moments, and blocks that were never freed began about when they are said to)",
			      command, 2 * writing->timeline->count);
	fputs("{\"dhatFileVersion\":2,\"mode\":\"heap\",\"verb\":\"Allocated\",\"bklt\":true,\"bkacc\":false,"
	      "\n"
	      "\"tu\":\"ns\",\"Mtu\":\"ms\",\"tuth\":500000,\n\"cmd\":",
	      out);
	json_print_text(out, command);
	fprintf(out, ",\n\"pid\":%d,\"te\":%" PRIu64 ",\"tg\":%" PRIu64 ",\n", run->pid, run->duration_ns,
		run->peak_time_ns);
	pool_finish(&pool);
}

/* ---- what is known --------------------------------------------------------- */

static int check_known(const struct export_source *source, struct diagnostic *diagnostic)
{
	const struct breakdown_tables *tables;
	const char *path = source->run->path;
	int error;

	if (source->run->blocks)
		return diagnostic_set(
			diagnostic, EINVAL,
			"--min-size, --max-size, --thread: --format dhat is of all blocks, since "
			"lifetimes are known by call path only");
	if (source->run->sample_bytes > 0)
		return diagnostic_set(
			diagnostic, ENOTSUP,
			"%s: --format dhat has lifetimes of all blocks, and this recording is of "
			"samples; pprof takes it",
			path);
	error = profile_breakdown(source->profile, &tables, diagnostic);
	if (error || (profile_trace(source->profile)->summary && tables->lifetimes_known))
		return error;
	return diagnostic_set(
		diagnostic, ENOTSUP,
		"%s: --format dhat has lifetimes, which only a recording knows that was seen to its "
		"end; pprof takes it",
		path);
}

int export_dhat(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	struct writing writing = {.out = out, .source = source};
	int error = check_known(source, diagnostic);

	if (!error)
		error = profile_timeline(source->profile, &writing.timeline, diagnostic);
	if (error)
		return error;
	writing.paths = memory_zeroed(source->tree->count, sizeof(*writing.paths));
	find_most(&writing);
	add_remaining(&writing, source->run->duration_ns);
	add_freed(&writing, profile_trace(source->profile)->summary->nodes);
	print_head(&writing);
	print_points(&writing);
	print_frames(&writing);
	fputs("}\n", out);
	free(writing.paths);
	return 0;
}
