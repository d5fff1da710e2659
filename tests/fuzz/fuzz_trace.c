/*
 * fuzz_trace.c - any bytes as a trace: heading, tables, replay into the model, snapshot.
 *
 * Whatever the bytes are, each call must return, with a diagnostic if it fails; and if a replay succeeds, the
 * model's sums must agree with each other, and its visits with its moves.  Knows nothing of the fuzzer:
 * corpus_driver.c runs it, too.
 */
#include "figures/timeline.h"
#include "replay/model.h"
#include "replay/breakdown_replay.h"
#include "replay/replayed.h"
#include "replay/visits.h"
#include "reader/reader.h"
#include "sources/sources.h"
#include "trace/events_run.h"

#include "must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EVENTS_ENOUGH 500000u /* a small file may hold many millions, and the fuzzer has no time */
#define SCOPES 7u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void expect_diagnostic(int error, const struct diagnostic *diagnostic, const char *path)
{
	must(error == 0 || strstr(diagnostic->message, path) != NULL, "an error without a diagnostic");
}

/* ---- the model ----------------------------------------------------------- */

/* Makes up source lines: which scopes code has follows from its pc. */
static struct model_scopes make_scopes(const struct trace_info *info)
{
	uint32_t *first = calloc(info->code_count + 1, sizeof(*first));
	uint32_t *ids = calloc(info->code_count * 2, sizeof(*ids));
	uint32_t used = 0;

	must(first && ids, "no memory for scopes");
	for (size_t i = 0; i < info->code_count; i++) {
		first[i] = used;
		for (uint64_t left = i == 0 ? 0 : info->codes[i].pc % 3; left > 0; left--)
			ids[used++] = (uint32_t)((info->codes[i].pc / 3 + left) % SCOPES);
	}
	first[info->code_count] = used;
	return (struct model_scopes){.scope_count = SCOPES, .first = first, .ids = ids};
}

static void expect_sums(const struct model *model, const struct trace_info *info)
{
	const struct model_totals *totals = model_totals(model);
	uint64_t live_bytes = 0, live_blocks = 0, peak_bytes = 0, peak_blocks = 0;

	for (uint32_t i = 0; i < info->node_count; i++) {
		const struct model_node node = model_node(model, i);
		must(node.allocations == node.own_frees + node.live_blocks, "blocks of a node");
		must(node.collected_blocks <= node.own_frees && node.collected_bytes <= node.own_freed_bytes,
		     "a collector that frees more than all");
		live_bytes += node.live_bytes;
		live_blocks += node.live_blocks;
		peak_bytes += node.peak_bytes;
		peak_blocks += node.peak_blocks;
	}
	must(live_bytes == totals->live_bytes && live_blocks == totals->live_blocks, "live by node");
	must(peak_bytes == totals->peak_bytes && peak_blocks == totals->peak_blocks, "peak by node");
	must(totals->allocations - totals->frees == totals->live_blocks, "blocks in all");
	must(totals->allocated_bytes - totals->freed_bytes == totals->live_bytes, "bytes in all");
	must(totals->temporary + totals->lost_frees <= totals->frees, "kinds of frees");
	must(totals->inherited_frees <= totals->stray_frees, "inherited frees");
}

/* No scope is left more often than its moves are made, nor with more than ever lived. */
static void expect_visits(const struct model *model, const struct trace_info *info)
{
	const struct figures_summary *summary = model_summary(model);
	struct model_scopes scopes = make_scopes(info);
	struct model_scope results[SCOPES] = {0};
	uint64_t moves = 0;

	must(visits_count(summary, info->nodes, &scopes, results) == 0, "no memory for visits");
	for (size_t i = 0; i < summary->move_count; i++)
		moves += summary->moves[i].count;
	for (uint32_t i = 0; i < SCOPES; i++)
		must(results[i].visits <= moves && results[i].entry_bytes <= summary->totals.peak_bytes &&
			     results[i].exit_bytes <= summary->totals.peak_bytes,
		     "visits that nobody made");
	free((void *)(uintptr_t)scopes.first);
	free((void *)(uintptr_t)scopes.ids);
}

struct replay {
	struct model *model;
	uint64_t events;
};

static int on_events(void *context, const struct trace_event *events, size_t count)
{
	struct replay *replay = context;

	replay->events += count;
	return replay->events > EVENTS_ENOUGH ? 1 : model_events(replay->model, events, count);
}

static int on_run(void *context, struct events_run *run)
{
	struct replay *replay = context;

	replay->events += (size_t)(run->end - run->first);
	return replay->events > EVENTS_ENOUGH ? 1 : model_run(replay->model, run);
}

/* The quick way: it may refuse what the slow way refuses, but what both take they must see alike. */
static void replay_runs(struct trace *trace, const struct model *slow, bool complete)
{
	const struct trace_info *info = trace_info(trace);
	struct diagnostic diagnostic = {{0}};
	struct replay state = {.model = model_create(info->node_count)};

	must(state.model != NULL, "no memory for the model");
	int result = trace_replay_runs(trace, on_run, &state, &diagnostic);
	expect_diagnostic(result < 0 ? result : 0, &diagnostic, info->path);
	if (result == 0)
		result = model_finish(state.model);
	must(!complete || result == 0, "runs are refused whose events are not");
	if (complete) {
		const struct model_totals *a = model_totals(slow), *b = model_totals(state.model);
		/* Which event it was, not when: times of single events are kept between what was noted. */
		must(a->peak_bytes == b->peak_bytes && a->peak_event == b->peak_event &&
			     a->live_bytes == b->live_bytes && a->allocations == b->allocations &&
			     a->freed_bytes == b->freed_bytes,
		     "runs count what events do not");
		expect_sums(state.model, info);
	}
	model_destroy(state.model);
}

static void replay(struct trace *trace, const struct trace_inherited *blocks, size_t count)
{
	const struct trace_info *info = trace_info(trace);
	struct diagnostic diagnostic = {{0}};
	struct replay state = {.model = model_create(info->node_count)};

	must(state.model != NULL, "no memory for the model");
	must(model_inherit(state.model, blocks, count) == 0, "no memory to inherit");
	int result = trace_replay(trace, on_events, &state, &diagnostic);
	expect_diagnostic(result < 0 ? result : 0, &diagnostic, info->path);
	must(result != 0 || state.events == info->event_count, "events that were not replayed");
	model_finish(state.model);
	expect_sums(state.model, info);
	expect_visits(state.model, info);
	replay_runs(trace, state.model, result == 0);
	model_destroy(state.model);
}

/* Figures that nobody replayed must agree with each other as well. */
static void expect_summary(const struct trace_info *info)
{
	if (!info->summary)
		return;
	struct model *model = model_from_summary(info->summary);
	must(model != NULL, "no memory for the summary");
	must(info->ended && model_totals(model)->events == info->event_count, "a summary of other events");
	expect_sums(model, info);
	expect_visits(model, info);
	model_destroy(model);
}

/* ---- the reader ---------------------------------------------------------- */

static void touch_info(const struct trace *trace)
{
	const struct trace_info *info = trace_info(trace);
	size_t bytes = strlen(info->exe) + strlen(info->cwd) + strlen(info->host) + strlen(info->kernel) +
		       strlen(info->parent_trace);

	for (const char *const *text = info->command; *text; text++)
		bytes += strlen(*text);
	for (const char *const *text = info->environment; *text; text++)
		must(strchr(*text, '=') != NULL, "an environment entry without a value");
	for (size_t i = 0; i < info->module_count; i++) {
		bytes += strlen(info->modules[i].path);
		must(info->modules[i].start <= info->modules[i].end, "a module that ends before it starts");
	}
	for (size_t i = 1; i < info->code_count; i++) {
		must(info->codes[i].label == 0 || info->codes[i].module == 0, "code in a label");
		must(info->codes[i].module < info->module_count, "code of no module");
		bytes += info->codes[i].label ? strlen(trace_label(trace, info->codes[i].pc)) : 0;
	}
	for (size_t i = 1; i < info->node_count; i++)
		must(info->nodes[i].parent < i && info->nodes[i].code > 0 &&
			     info->nodes[i].code < info->code_count,
		     "a wild node");
	for (size_t i = 0; i < info->note_count; i++) {
		must(info->notes[i].node < info->node_count && info->notes[i].thread < info->thread_count,
		     "a wild note");
		for (uint32_t value = 0; value < info->notes[i].value_count; value++)
			bytes += strlen(trace_label(trace, info->notes[i].values[value]));
	}
	must(info->damaged_at < info->file_bytes && bytes < SIZE_MAX, "damage beyond the end");
	must(!info->complete || (info->ended && info->damaged_at == 0), "complete, yet not whole");
}

/* What stands behind the recording: names that fit, and text. */
static void touch_extras(struct trace *trace)
{
	const struct names *names = trace_names(trace);
	const struct source_options options = {0};
	struct sources *sources = sources_create(&options);
	size_t bytes, length = 0;
	const uint8_t *packed = trace_sources(trace, &bytes);

	must(!names || names->code_count < trace_info(trace)->code_count, "names of more code than there is");
	for (size_t i = 0; names && i < names->frame_count; i++)
		length += strlen(names->texts[names->functions[names->frames[i].function].name]);
	must(sources && sources_unpack(sources, packed, bytes) == 0, "no memory for text");
	must(length < SIZE_MAX, "no length");
	sources_destroy(sources);
}

/* No path ever has less than nothing, and what an interval says of all is the sum of its paths. */
static void expect_timeline(const struct timeline *timeline, const struct trace_info *info)
{
	uint64_t heap_bytes = 0, events = 0;
	struct timeline_entry entry;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct interval *interval = &timeline->list[i];
		struct timeline_walk walk = interval_walk(interval);
		uint64_t change = 0;

		while (timeline_walk_next(&walk, &entry)) {
			must(entry.id < info->node_count, "a wild entry");
			change += (uint64_t)entry.change.bytes;
		}
		must(change == (uint64_t)interval->change.bytes, "an interval that is not its paths");
		heap_bytes += change;
		events += interval->events;
		must((int64_t)heap_bytes >= 0, "a heap below nothing");
	}
	must(events == info->event_count, "intervals of other events");
}

/* As recorded, and as a replay makes it. */
static void touch_timeline(struct trace *trace)
{
	const struct trace_info *info = trace_info(trace);
	const struct replay_boundaries regular = {NULL, 0};
	struct diagnostic diagnostic = {{0}};
	const struct timeline *recorded;
	struct timeline replayed;

	int error = trace_timeline(trace, &recorded, &diagnostic);
	expect_diagnostic(error, &diagnostic, info->path);
	if (recorded)
		expect_timeline(recorded, info);
	if (info->event_count > EVENTS_ENOUGH)
		return;
	error = timeline_replay(trace, &regular, NULL, &replayed, &diagnostic);
	expect_diagnostic(error, &diagnostic, info->path);
	if (error == 0)
		expect_timeline(&replayed, info);
	timeline_finish(&replayed);
}

/* Every row is of nodes that there are, and nothing ends that did not begin. */
static void expect_breakdown(const struct breakdown_tables *tables, const struct trace_info *info)
{
	uint64_t own_frees = 0, pair_blocks = 0;

	for (size_t i = 0; i < tables->kind_count; i++) {
		const struct kind_row *row = &tables->kinds[i];

		must(row->node < info->node_count && kind_class(row->kind) < SIZE_CLASSES, "a wild kind");
		must(row->live_blocks <= row->allocations && row->live_bytes <= row->allocated_bytes,
		     "more lives than was allocated");
		own_frees += row->allocations - row->live_blocks;
	}
	for (size_t i = 0; i < tables->pair_count; i++) {
		must(tables->pairs[i].node < info->node_count && tables->pairs[i].freed < info->node_count,
		     "a wild pair");
		pair_blocks += tables->pairs[i].blocks;
	}
	must(own_frees == pair_blocks, "pairs that are not what was freed");
	for (size_t i = 0; i < tables->lifetime_count; i++)
		must(tables->lifetimes[i].node < info->node_count, "a wild lifetime");
}

/* As recorded, and as a replay makes it. */
static void touch_breakdown(struct trace *trace)
{
	const struct trace_info *info = trace_info(trace);
	struct breakdown_tables replayed = {0};
	struct diagnostic diagnostic = {{0}};
	const struct breakdown_tables *recorded;

	int error = trace_breakdown(trace, &recorded, &diagnostic);
	expect_diagnostic(error, &diagnostic, info->path);
	if (recorded)
		expect_breakdown(recorded, info);
	if (info->event_count > EVENTS_ENOUGH)
		return;
	error = breakdown_replay(trace, NULL, &replayed, &diagnostic);
	expect_diagnostic(error, &diagnostic, info->path);
	if (error == 0)
		expect_breakdown(&replayed, info);
	breakdown_tables_finish(&replayed);
}

static void read_trace(const char *path)
{
	struct diagnostic diagnostic = {{0}};
	struct trace_heading heading;
	struct trace_inherited *blocks = NULL;
	struct trace *trace;
	size_t count = 0;

	int error = trace_read_heading(path, &heading, &diagnostic);
	expect_diagnostic(error, &diagnostic, path);
	int opened = trace_open(path, &trace, &diagnostic);
	expect_diagnostic(opened, &diagnostic, path);
	must((opened == 0) == (trace != NULL), "failure and a trace");
	must(opened != 0 || error == 0, "a trace without a heading");
	if (!trace)
		return;
	touch_info(trace);
	touch_extras(trace);
	expect_summary(trace_info(trace));
	error = trace_snapshot(trace, 3, &blocks, &count, &diagnostic);
	expect_diagnostic(error, &diagnostic, path);
	replay(trace, blocks, count);
	touch_timeline(trace);
	touch_breakdown(trace);
	free(blocks);
	trace_close(trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static int fd = -1;
	static char path[64];

	if (fd < 0) {
		fd = memfd_create("trace", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(fd >= 0 && ftruncate(fd, 0) == 0, "no memory file");
	must(pwrite(fd, bytes, count, 0) == (ssize_t)count, "cannot write the memory file");
	read_trace(path);
	return 0;
}
