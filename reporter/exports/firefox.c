/*
 * firefox.c - Firefox Profiler's own format (github.com/firefox-devtools/profiler, docs-developer/
 * CHANGELOG-formats.md): the heap over time by call path, as blocks that begin and end, so that it can tell
 * what was held in any part of the run that is selected.
 *
 * Version 60 is written, which later ones read.  Tables are columns.  The tree is its table of stacks as it
 * is: a node's row is the one before its number, since the root is none.
 */
#include "exports/export.h"

#include "base/map.h"
#include "base/memory.h"
#include "exports/blocks_made.h"
#include "formats/gzip.h"
#include "base/texts.h"
#include "formats/json.h"
#include "profile/measure.h"
#include "profile/phases.h"
#include "profile/run.h"
#include "profile/window.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BEHIND_NS 1000 /* what happens just at the end of a part is none of it */

struct writing {
	FILE *out; /* packs */
	const struct export_source *source;
	const struct tree *tree;
	const struct trace_info *info;
	struct blocks_made made;
	struct texts texts, files, modules; /* the latter two by numbers of their own */
	struct map function_ids;            /* by source_function: index + 1 */
	const struct source_function **functions;
	size_t function_count, function_capacity;
};

/* ---- columns --------------------------------------------------------------------------------------------
 */

typedef void cell_fn(struct writing *writing, size_t row);

static void print_column(struct writing *writing, const char *name, size_t count, cell_fn *cell)
{
	fprintf(writing->out, "\"%s\":[", name);
	for (size_t row = 0; row < count; row++) {
		if (row > 0)
			fputc(',', writing->out);
		cell(writing, row);
	}
	fputs("],\n", writing->out);
}

static void print_same(struct writing *writing, const char *name, size_t count, const char *cell)
{
	fprintf(writing->out, "\"%s\":[", name);
	for (size_t row = 0; row < count; row++)
		fprintf(writing->out, "%s%s", row > 0 ? "," : "", cell);
	fputs("],\n", writing->out);
}

static void print_length(struct writing *writing, size_t count, const char *behind)
{
	fprintf(writing->out, "\"length\":%zu}%s\n", count, behind);
}

static void print_number(FILE *out, uint64_t number)
{
	fprintf(out, "%" PRIu64, number);
}

static void print_line(FILE *out, uint32_t line)
{
	if (line > 0)
		print_number(out, line);
	else
		fputs("null", out);
}

static void print_ms(FILE *out, uint64_t time_ns)
{
	fprintf(out, "%" PRIu64 ".%06" PRIu64, time_ns / 1000000, time_ns % 1000000);
}

/* ---- stacks, frames, functions ----------------------------------------------------------------------------
 */

static const struct tree_frame *frame_at(const struct writing *writing, size_t row)
{
	return &writing->tree->frames[row + 1];
}

static void stack_frame(struct writing *writing, size_t row)
{
	print_number(writing->out, writing->tree->frame[row + 1] - 1);
}

static void stack_prefix(struct writing *writing, size_t row)
{
	uint32_t parent = writing->tree->parent[row + 1];

	if (parent > 0)
		print_number(writing->out, parent - 1);
	else
		fputs("null", writing->out);
}

static void frame_address(struct writing *writing, size_t row)
{
	const struct trace_code *code = &writing->info->codes[frame_at(writing, row)->code];

	if (code->module == 0)
		fputs("-1", writing->out);
	else
		print_number(writing->out,
			     code->pc - !code->exact_pc - writing->info->modules[code->module].bias);
}

static void frame_inlined(struct writing *writing, size_t row)
{
	print_number(writing->out, frame_at(writing, row)->inlined);
}

static size_t function_number(struct writing *writing, const struct source_function *function)
{
	uintptr_t number = (uintptr_t)map_get(&writing->function_ids, (uintptr_t)function, 0);

	if (number > 0)
		return number - 1;
	writing->functions = pool_grow(writing->functions, &writing->function_capacity,
				       writing->function_count + 1, sizeof(struct source_function *));
	writing->functions[writing->function_count++] = function;
	map_put(&writing->function_ids, (uintptr_t)function, 0,
		(void *)(uintptr_t)writing->function_count); // NOLINT
	return writing->function_count - 1;
}

static void frame_function(struct writing *writing, size_t row)
{
	print_number(writing->out, function_number(writing, frame_at(writing, row)->function));
}

static void frame_line(struct writing *writing, size_t row)
{
	print_line(writing->out, frame_at(writing, row)->line);
}

static void function_name(struct writing *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, writing->functions[row]->name));
}

static void function_resource(struct writing *writing, size_t row)
{
	if (*writing->functions[row]->module)
		print_number(writing->out, texts_number(&writing->modules, writing->functions[row]->module));
	else
		fputs("-1", writing->out);
}

static void function_source(struct writing *writing, size_t row)
{
	if (*writing->functions[row]->file)
		print_number(writing->out, texts_number(&writing->files, writing->functions[row]->file));
	else
		fputs("null", writing->out);
}

static void function_line(struct writing *writing, size_t row)
{
	print_line(writing->out, writing->functions[row]->first_line);
}

static void print_stacks(struct writing *writing)
{
	size_t count = writing->tree->count - 1;

	fputs("\"stackTable\":{\n", writing->out);
	print_column(writing, "frame", count, stack_frame);
	print_column(writing, "prefix", count, stack_prefix);
	print_length(writing, count, ",");
}

static void print_frames(struct writing *writing)
{
	size_t count = writing->tree->frame_count - 1;

	fputs("\"frameTable\":{\n", writing->out);
	print_column(writing, "address", count, frame_address);
	print_column(writing, "inlineDepth", count, frame_inlined);
	print_same(writing, "category", count, "0");
	print_same(writing, "subcategory", count, "0");
	print_column(writing, "func", count, frame_function);
	print_same(writing, "nativeSymbol", count, "null");
	print_same(writing, "innerWindowID", count, "null");
	print_column(writing, "line", count, frame_line);
	print_same(writing, "column", count, "null");
	print_length(writing, count, ",");
}

static void print_functions(struct writing *writing)
{
	size_t count = writing->function_count;

	fputs("\"funcTable\":{\n", writing->out);
	print_column(writing, "name", count, function_name);
	print_same(writing, "isJS", count, "false");
	print_same(writing, "relevantForJS", count, "false");
	print_column(writing, "resource", count, function_resource);
	print_column(writing, "source", count, function_source);
	print_column(writing, "lineNumber", count, function_line);
	print_same(writing, "columnNumber", count, "null");
	print_length(writing, count, ",");
}

/* ---- files and modules
 * -------------------------------------------------------------------------------------- */

static void file_name(struct writing *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, writing->files.list[row]));
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void module_name(struct writing *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, base_name(writing->modules.list[row])));
}

static void module_number(struct writing *writing, size_t row)
{
	print_number(writing->out, row);
}

/* Once functions have named them. */
static void print_places(struct writing *writing)
{
	size_t files = writing->files.count, modules = writing->modules.count;

	fputs("\"sources\":{\n", writing->out);
	print_same(writing, "id", files, "null");
	print_column(writing, "filename", files, file_name);
	print_length(writing, files, ",");
	fputs("\"resourceTable\":{\n", writing->out);
	print_column(writing, "lib", modules, module_number);
	print_column(writing, "name", modules, module_name);
	print_same(writing, "host", modules, "null");
	print_same(writing, "type", modules, "1");
	print_length(writing, modules, ",");
	fputs("\"nativeSymbols\":{\"libIndex\":[],\"address\":[],\"name\":[],\"functionSize\":[],\"length\":"
	      "0},\n",
	      writing->out);
}

static void print_code_id(const struct writing *writing, const char *path)
{
	const struct trace_info *info = writing->info;

	for (size_t i = 1; i < info->module_count; i++) {
		const struct trace_module *module = &info->modules[i];

		if (strcmp(module->path, path) != 0)
			continue;
		for (size_t k = 0; k < module->build_id_bytes; k++)
			fprintf(writing->out, "%02x", module->build_id[k]);
		return;
	}
}

static void print_module(struct writing *writing, const char *path)
{
	static const char *const keys[] = {"name", "debugName", "path", "debugPath"};

	fputc('{', writing->out);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		fprintf(writing->out, "\"%s\":", keys[i]);
		json_print_text(writing->out, i < 2 ? base_name(path) : path);
		fputc(',', writing->out);
	}
	fputs("\"arch\":\"\",\"breakpadId\":\"\",\"codeId\":\"", writing->out);
	print_code_id(writing, path);
	fputs("\"}", writing->out);
}

/* ---- what happened
 * -------------------------------------------------------------------------------------------- */

static const struct block_event *event_at(const struct writing *writing, size_t row)
{
	return &writing->made.events[row];
}

static void event_time(struct writing *writing, size_t row)
{
	print_ms(writing->out, event_at(writing, row)->time_ns);
}

static void event_stack(struct writing *writing, size_t row)
{
	print_number(writing->out, event_at(writing, row)->node - 1);
}

static void event_weight(struct writing *writing, size_t row)
{
	fprintf(writing->out, "%" PRId64, event_at(writing, row)->bytes);
}

static void event_block(struct writing *writing, size_t row)
{
	print_number(writing->out, event_at(writing, row)->block);
}

static void event_thread(struct writing *writing, size_t row)
{
	(void)row;
	print_number(writing->out, (uint64_t)writing->source->run->pid);
}

static void print_blocks(struct writing *writing)
{
	size_t count = writing->made.event_count;

	fputs("\"nativeAllocations\":{\"weightType\":\"bytes\",\n", writing->out);
	print_column(writing, "time", count, event_time);
	print_column(writing, "stack", count, event_stack);
	print_column(writing, "weight", count, event_weight);
	print_column(writing, "memoryAddress", count, event_block);
	print_column(writing, "threadId", count, event_thread);
	print_length(writing, count, "");
}

static void step_time(struct writing *writing, size_t row)
{
	print_ms(writing->out, writing->made.steps[row].time_ns);
}

static void step_bytes(struct writing *writing, size_t row)
{
	fprintf(writing->out, "%" PRId64, writing->made.steps[row].bytes);
}

static void print_counter(struct writing *writing)
{
	size_t count = writing->made.step_count;

	fprintf(writing->out,
		"\"counters\":[{\"name\":\"malloc\",\"category\":\"Memory\",\"description\":\"Heap\",\"pid\":"
		"\"%d\","
		"\"mainThreadIndex\":0,\"samples\":{\n",
		writing->source->run->pid);
	print_column(writing, "time", count, step_time);
	print_column(writing, "count", count, step_bytes);
	print_length(writing, count, "}],");
}

static const struct phase *phase_at(const struct writing *writing, size_t row)
{
	size_t count;

	return &phases_list(writing->source->profile, &count)[row];
}

static void phase_name(struct writing *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, phase_at(writing, row)->name));
}

static void phase_begin(struct writing *writing, size_t row)
{
	print_ms(writing->out, phase_at(writing, row)->begin_ns);
}

static void phase_end(struct writing *writing, size_t row)
{
	const struct phase *phase = phase_at(writing, row);

	if (phase->mark)
		fputs("null", writing->out);
	else
		print_ms(writing->out, phase->begin_ns + phase->duration_ns);
}

/* A moment, or from one to another. */
static void phase_kind(struct writing *writing, size_t row)
{
	print_number(writing->out, !phase_at(writing, row)->mark);
}

static void print_phases(struct writing *writing)
{
	size_t count;

	phases_list(writing->source->profile, &count);
	fputs("\"markers\":{\n", writing->out);
	print_column(writing, "name", count, phase_name);
	print_column(writing, "startTime", count, phase_begin);
	print_column(writing, "endTime", count, phase_end);
	print_column(writing, "phase", count, phase_kind);
	print_same(writing, "category", count, "0");
	print_same(writing, "data", count, "null");
	print_length(writing, count, ",");
}

/* ---- the profile
 * ------------------------------------------------------------------------------------------------ */

static void print_meta(const struct writing *writing)
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
static void print_thread(struct writing *writing)
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

static void print_shared(struct writing *writing)
{
	fputs("\"shared\":{\n", writing->out);
	print_stacks(writing);
	print_frames(writing);
	print_functions(writing);
	print_places(writing);
	fputs("\"stringArray\":[", writing->out);
	for (size_t i = 0; i < writing->texts.count; i++) {
		fputs(i > 0 ? ",\n" : "", writing->out);
		json_print_text(writing->out, writing->texts.list[i]);
	}
	fputs("]},\n\"libs\":[", writing->out);
	for (size_t i = 0; i < writing->modules.count; i++) {
		fputs(i > 0 ? ",\n" : "", writing->out);
		print_module(writing, writing->modules.list[i]);
	}
	fputs("],\n\"pages\":[]}\n", writing->out);
}

int export_firefox(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	const struct timeline *timeline;
	int error = profile_timeline(source->profile, &timeline, diagnostic);
	struct writing writing = {
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
