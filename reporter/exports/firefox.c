/*
 * firefox.c - Firefox Profiler's own format (github.com/firefox-devtools/profiler, docs-developer/
 * CHANGELOG-formats.md): the heap over time by call path, as blocks that begin and end, so that it can tell
 * what was held in any part of the run that is selected.
 *
 * Version 60 is written, which later ones read.  Tables are columns.  The tree is its table of stacks as it
 * is: a node's row is the one before its number, since the root is none.
 */
#include "exports/firefox.h"

#include "formats/gzip.h"
#include "formats/json.h"
#include "profile/phases.h"
#include "profile/run.h"
#include "profile/window.h"

#include <stdlib.h>

#define BEHIND_NS 1000 /* what happens just at the end of a part is none of it */

static void print_ms(FILE *out, uint64_t time_ns)
{
	fprintf(out, "%" PRIu64 ".%06" PRIu64, time_ns / 1000000, time_ns % 1000000);
}

/* ---- what happened --------------------------------------------------------- */

static const struct block_event *event_at(const struct firefox *writing, size_t row)
{
	return &writing->made.events[row];
}

static void event_time(struct firefox *writing, size_t row)
{
	print_ms(writing->out, event_at(writing, row)->time_ns);
}

static void event_stack(struct firefox *writing, size_t row)
{
	print_number(writing->out, event_at(writing, row)->node - 1);
}

static void event_weight(struct firefox *writing, size_t row)
{
	fprintf(writing->out, "%" PRId64, event_at(writing, row)->bytes);
}

static void event_block(struct firefox *writing, size_t row)
{
	print_number(writing->out, event_at(writing, row)->block);
}

static void event_thread(struct firefox *writing, size_t row)
{
	(void)row;
	print_number(writing->out, (uint64_t)writing->source->run->pid);
}

static void print_blocks(struct firefox *writing)
{
	size_t count = writing->made.event_count;

	fputs("\"nativeAllocations\":{\"weightType\":\"bytes\",\n", writing->out);
	firefox_column(writing, "time", count, event_time);
	firefox_column(writing, "stack", count, event_stack);
	firefox_column(writing, "weight", count, event_weight);
	firefox_column(writing, "memoryAddress", count, event_block);
	firefox_column(writing, "threadId", count, event_thread);
	firefox_length(writing, count, "");
}

static void step_time(struct firefox *writing, size_t row)
{
	print_ms(writing->out, writing->made.steps[row].time_ns);
}

static void step_bytes(struct firefox *writing, size_t row)
{
	fprintf(writing->out, "%" PRId64, writing->made.steps[row].bytes);
}

static void print_counter(struct firefox *writing)
{
	size_t count = writing->made.step_count;

	fprintf(writing->out,
		"\"counters\":[{\"name\":\"malloc\",\"category\":\"Memory\",\"description\":\"Heap\",\"pid\":"
		"\"%d\","
		"\"mainThreadIndex\":0,\"samples\":{\n",
		writing->source->run->pid);
	firefox_column(writing, "time", count, step_time);
	firefox_column(writing, "count", count, step_bytes);
	firefox_length(writing, count, "}],");
}

static const struct phase *phase_at(const struct firefox *writing, size_t row)
{
	size_t count;

	return &phases_list(writing->source->profile, &count)[row];
}

static void phase_name(struct firefox *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, phase_at(writing, row)->name));
}

static void phase_begin(struct firefox *writing, size_t row)
{
	print_ms(writing->out, phase_at(writing, row)->begin_ns);
}

static void phase_end(struct firefox *writing, size_t row)
{
	const struct phase *phase = phase_at(writing, row);

	if (phase->mark)
		fputs("null", writing->out);
	else
		print_ms(writing->out, phase->begin_ns + phase->duration_ns);
}

/* A moment, or from one to another. */
static void phase_kind(struct firefox *writing, size_t row)
{
	print_number(writing->out, !phase_at(writing, row)->mark);
}

static void print_phases(struct firefox *writing)
{
	size_t count;

	phases_list(writing->source->profile, &count);
	fputs("\"markers\":{\n", writing->out);
	firefox_column(writing, "name", count, phase_name);
	firefox_column(writing, "startTime", count, phase_begin);
	firefox_column(writing, "endTime", count, phase_end);
	firefox_column(writing, "phase", count, phase_kind);
	firefox_same(writing, "category", count, "0");
	firefox_same(writing, "data", count, "null");
	firefox_length(writing, count, ",");
}

/* ---- the profile ----------------------------------------------------------- */

static void print_meta(const struct firefox *writing)
{
	const struct overview *run = writing->source->run;

	fputs("{\"meta\":{\"interval\":1,\"startTime\":", writing->out);
	print_ms(writing->out, run->started_realtime_ns);
	fputs(",\"profilingStartTime\":0,\"profilingEndTime\":", writing->out);
	print_ms(writing->out, run->duration_ns + BEHIND_NS);
	fputs(",\"processType\":0,\"product\":", writing->out);
	json_print_text(writing->out, profile_program(writing->source->profile));
	fputs(",\"importedFrom\":\"mprof " MPROF_VERSION "\",\"stackwalk\":1,\"version\":27,"
	      "\"preprocessedProfileVersion\":60,\n\"categories\":[{\"name\":\"Other\",\"color\":\"grey\","
	      "\"subcategories\":[\"Other\"]}],\"markerSchema\":[],\"symbolicated\":true},\n",
	      writing->out);
}

/* Without samples it is the heap that is shown first. */
static void print_thread(struct firefox *writing)
{
	const struct overview *run = writing->source->run;
	FILE *out = writing->out;

	fputs("\"threads\":[{\"processType\":\"default\",\"processStartupTime\":0,\"processShutdownTime\":"
	      "null,"
	      "\"registerTime\":0,\"unregisterTime\":null,\"pausedRanges\":[],\"isMainThread\":true,"
	      "\"name\":",
	      out);
	json_print_text(out, profile_program(writing->source->profile));
	fprintf(out,
		",\"pid\":\"%d\",\"tid\":%d,\n\"samples\":{\"stack\":[],\"time\":[],\"weight\":null,"
		"\"weightType\":\"samples\",\"length\":0},\n",
		run->pid, run->pid);
	print_phases(writing);
	print_blocks(writing);
	fputs("}],\n", out);
}

static void print_shared(struct firefox *writing)
{
	fputs("\"shared\":{\n", writing->out);
	firefox_code(writing);
	fputs("\"stringArray\":[", writing->out);
	for (size_t i = 0; i < writing->texts.count; i++) {
		fputs(i > 0 ? ",\n" : "", writing->out);
		json_print_text(writing->out, writing->texts.list[i]);
	}
	fputs("]},\n\"libs\":[", writing->out);
	firefox_modules(writing);
	fputs("],\n\"pages\":[]}\n", writing->out);
}

int export_firefox(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	const struct timeline *timeline;
	int error = profile_timeline(source->profile, &timeline, diagnostic);
	struct firefox writing = {
		.source = source, .tree = source->tree, .info = profile_trace(source->profile)};

	if (error)
		return error;
	writing.out = gzip_open(out);
	writing.made = blocks_make(source->tree, timeline);
	print_meta(&writing);
	print_counter(&writing);
	print_thread(&writing);
	print_shared(&writing);
	gzip_close(writing.out);
	blocks_made_finish(&writing.made);
	texts_finish(&writing.texts);
	texts_finish(&writing.files);
	texts_finish(&writing.modules);
	map_finish(&writing.function_ids);
	free(writing.functions);
	return 0;
}
