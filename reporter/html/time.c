/*
 * time.c - the run over time: intervals, what each node of the call tree did in them, and what happened when.
 *
 * All of an interval's entries that have one node are one; so the sums over intervals are exact.
 */
#include "html/private.h"

#include "base/memory.h"
#include "figures/timeline.h"
#include "figures/weight.h"
#include "formats/json.h"
#include "profile/filter.h"
#include "profile/measure.h"
#include "profile/phases.h"
#include "profile/window.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* What a node did within an interval; changes modulo 2^64, as they come from a file. */
struct doing {
	uint64_t change, to_peak;
	uint64_t allocations, allocated_bytes; /* the former in parts where blocks are sampled */
	bool touched;
};

struct sweep {
	FILE *out;
	struct profile *profile;
	const struct trace_info *info;
	const struct shown_tree *shown;
	const struct timeline *timeline;
	struct doing *doings; /* by node of the page */
	uint32_t *touched;    /* those nodes of which the interval says anything */
	size_t touched_count;
	uint64_t live;         /* before the interval */
	uint64_t parts, whole; /* of blocks whose allocation was told so far, and as so many blocks */
};

/* ---- one interval ------------------------------------------------------------------------------- */

static void clear(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->touched_count; i++)
		sweep->doings[sweep->touched[i]] = (struct doing){0};
	sweep->touched_count = 0;
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* Of the paths that are shown; those of no node count as the root's. */
static void take(struct sweep *sweep, const struct interval *interval)
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;

	clear(sweep);
	while (timeline_walk_next(&walk, &entry)) {
		if (!profile_passes(sweep->profile, entry.id))
			continue;
		uint32_t node = sweep->shown->number[sweep->shown->tree->of_node[entry.id]];
		struct doing *doing = &sweep->doings[node];

		if (!doing->touched)
			sweep->touched[sweep->touched_count++] = node;
		doing->touched = true;
		doing->change += (uint64_t)entry.change.bytes;
		doing->to_peak += (uint64_t)entry.to_peak.bytes;
		doing->allocations += entry.allocations;
		doing->allocated_bytes += entry.allocated_bytes;
	}
	qsort(sweep->touched, sweep->touched_count, sizeof(*sweep->touched), by_number);
}

/* ---- entries ------------------------------------------------------------------------------------ */

static uint64_t change_of(const struct doing *doing)
{
	return doing->change;
}

static uint64_t to_peak_of(const struct doing *doing)
{
	return doing->to_peak;
}

static uint64_t allocated_of(const struct doing *doing)
{
	return doing->allocated_bytes;
}

static void print_column(const struct sweep *sweep, uint64_t (*value)(const struct doing *doing))
{
	fputs(",[", sweep->out);
	for (size_t i = 0; i < sweep->touched_count; i++)
		fprintf(sweep->out, "%s%" PRId64, i > 0 ? "," : "",
			(int64_t)value(&sweep->doings[sweep->touched[i]]));
	fputc(']', sweep->out);
}

/* Whole blocks, whose sum over all intervals is right wherever they are rounded. */
static void print_allocations(struct sweep *sweep)
{
	fputs(",[", sweep->out);
	for (size_t i = 0; i < sweep->touched_count; i++) {
		sweep->parts += sweep->doings[sweep->touched[i]].allocations;
		uint64_t blocks = weight_blocks(sweep->parts, sweep->info->sample_bytes);

		fprintf(sweep->out, "%s%" PRIu64, i > 0 ? "," : "", blocks - sweep->whole);
		sweep->whole = blocks;
	}
	fputc(']', sweep->out);
}

static void print_entries(struct sweep *sweep)
{
	fputs("\"entries\":[", sweep->out);
	for (size_t i = 0; i < sweep->timeline->count; i++) {
		take(sweep, &sweep->timeline->list[i]);
		fputs(i > 0 ? ",\n[" : "[", sweep->out);
		print_differences(sweep->out, sweep->touched, sweep->touched_count);
		print_column(sweep, change_of);
		print_column(sweep, to_peak_of);
		print_allocations(sweep);
		print_column(sweep, allocated_of);
		fputc(']', sweep->out);
	}
	fputc(']', sweep->out);
}

/* ---- intervals ---------------------------------------------------------------------------------- */

static uint64_t sum(const struct sweep *sweep, uint64_t (*value)(const struct doing *doing))
{
	uint64_t all = 0;

	for (size_t i = 0; i < sweep->touched_count; i++)
		all += value(&sweep->doings[sweep->touched[i]]);
	return all;
}

static void print_intervals(struct sweep *sweep)
{
	fputs("\"intervals\":[", sweep->out);
	for (size_t i = 0; i < sweep->timeline->count; i++) {
		const struct interval *interval = &sweep->timeline->list[i];

		take(sweep, interval);
		uint64_t peak = sweep->live + sum(sweep, to_peak_of);
		sweep->live += sum(sweep, change_of);
		fprintf(sweep->out,
			"%s[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRIu64 "]",
			i > 0 ? ",\n" : "", interval->end_ns - interval->begin_ns, interval->peak_ns,
			interval->rss_pages * sweep->info->page_bytes, (int64_t)sweep->live, (int64_t)peak,
			interval->events);
	}
	fputc(']', sweep->out);
}

/* ---- what happened when ------------------------------------------------------------------------- */

#define RSS_POINTS 2000u /* more than a screen shows */

/* The greatest of so many samples, one after the other. */
static const struct trace_sample *greatest_of(const struct trace_sample *samples, size_t count)
{
	const struct trace_sample *greatest = samples;

	for (size_t i = 1; i < count; i++)
		if (samples[i].rss_bytes > greatest->rss_bytes)
			greatest = &samples[i];
	return greatest;
}

static void print_rss(FILE *out, const struct trace_info *info)
{
	size_t each = (info->sample_count + RSS_POINTS - 1) / RSS_POINTS;

	fputs("\"rss\":[", out);
	for (size_t i = 0; i < info->sample_count; i += each) {
		size_t left = info->sample_count - i;
		const struct trace_sample *sample = greatest_of(&info->samples[i], left < each ? left : each);

		fprintf(out, "%s[%" PRIu64 ",%" PRIu64 "]", i > 0 ? "," : "", sample->time_ns,
			sample->rss_bytes);
	}
	fputc(']', out);
}

#define DEPTH_MAX 32u

/* How deep a phase is drawn: in the first row that those before have left. */
static uint32_t depth_of(const struct phase *phase, uint64_t row_ends[DEPTH_MAX])
{
	uint32_t depth = 0;

	while (depth < DEPTH_MAX - 1 && row_ends[depth] > phase->begin_ns)
		depth++;
	row_ends[depth] = phase->begin_ns + phase->duration_ns;
	return depth;
}

static void print_phase(struct writer *writer, const struct phase *phase, uint32_t depth)
{
	fprintf(writer->out, "{\"name\":%" PRIu32 ",\"begin_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64,
		texts_number(&writer->texts, phase->name), phase->begin_ns,
		phase->begin_ns + phase->duration_ns);
	if (phase->measured)
		fprintf(writer->out, ",\"peak_bytes\":%" PRIu64, phase->peak_bytes);
	else
		fputs(",\"peak_bytes\":null", writer->out);
	fprintf(writer->out, ",\"depth\":%" PRIu32 "}", depth);
}

static void print_phases(struct writer *writer, const struct phase *phases, size_t count)
{
	uint64_t row_ends[DEPTH_MAX] = {0};
	const char *between = "";

	fputs("\"phases\":[", writer->out);
	for (size_t i = 0; i < count; i++) {
		if (phases[i].mark)
			continue;
		fputs(between, writer->out);
		print_phase(writer, &phases[i], depth_of(&phases[i], row_ends));
		between = ",\n";
	}
	fputc(']', writer->out);
}

static void print_marks(struct writer *writer, const struct phase *phases, size_t count)
{
	const char *between = "";

	fputs("\"marks\":[", writer->out);
	for (size_t i = 0; i < count; i++) {
		if (!phases[i].mark)
			continue;
		fprintf(writer->out, "%s{\"name\":%" PRIu32 ",\"ns\":%" PRIu64 "}", between,
			texts_number(&writer->texts, phases[i].name), phases[i].begin_ns);
		between = ",\n";
	}
	fputc(']', writer->out);
}

static void print_collections(struct writer *writer, struct profile *profile)
{
	const struct collections *of = profile_collections_only(profile);

	fputs("\"collections\":[", writer->out);
	for (size_t i = 0; i < of->collection_count; i++) {
		const struct collection *one = &of->collections[i];

		fprintf(writer->out,
			"%s{\"ns\":%" PRIu64 ",\"pause_ns\":%" PRIu64 ",\"generation\":%" PRIu32
			",\"candidates\":%" PRIu64 ",\"collected\":%" PRIu64 ",\"uncollectable\":%" PRIu64
			",\"freed_bytes\":%" PRIu64 "}",
			i > 0 ? ",\n" : "", one->time_ns, one->pause_ns, one->generation, one->candidates,
			one->collected, one->uncollectable, one->freed_bytes);
	}
	fputc(']', writer->out);
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static void print_sweeps(struct sweep *sweep)
{
	sweep->doings = memory_zeroed(sweep->shown->count, sizeof(*sweep->doings));
	sweep->touched = memory_zeroed(sweep->shown->count, sizeof(*sweep->touched));
	print_intervals(sweep);
	fputs(",\n", sweep->out);
	print_entries(sweep);
	free(sweep->doings);
	free(sweep->touched);
}

static int find_timeline(struct profile *profile, const struct timeline **timeline,
			 struct diagnostic *diagnostic)
{
	if (profile_window(profile))
		return diagnostic_set(diagnostic, ENOTSUP,
				      "There is no time line, since figures are of a part of the run only");
	return profile_timeline(profile, timeline, diagnostic);
}

void time_print(struct writer *writer, struct profile *profile, const struct shown_tree *shown)
{
	struct sweep sweep = {
		.out = writer->out, .profile = profile, .info = profile_trace(profile), .shown = shown};
	struct diagnostic diagnostic = {""};
	size_t phase_count;

	fputs("\"time\":", writer->out);
	if (find_timeline(profile, &sweep.timeline, &diagnostic) != 0 || !sweep.timeline) {
		writer_remark(writer, diagnostic.message);
		fputs("null", writer->out);
		return;
	}
	const struct phase *phases = profile_phases(profile, &phase_count);
	fprintf(writer->out, "{\"duration_ns\":%" PRIu64 ",\n", sweep.info->duration_ns);
	print_sweeps(&sweep);
	fputs(",\n", writer->out);
	print_rss(writer->out, sweep.info);
	fputs(",\n", writer->out);
	print_phases(writer, phases, phase_count);
	fputs(",\n", writer->out);
	print_marks(writer, phases, phase_count);
	fputs(",\n", writer->out);
	print_collections(writer, profile);
	fputc('}', writer->out);
}
