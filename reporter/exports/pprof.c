/*
 * pprof.c - the protocol buffer of pprof (github.com/google/pprof, proto/profile.proto), packed by gzip: a
 * sample for each call path, with all figures.
 *
 * The message is flat and has three kinds of fields, so it is written by hand: varints are there already
 * (trace/varint.h), and what a library's compiler would generate is longer than this file.  Fields may come
 * in any order: samples do as the tree is walked, and behind them the tables of what they name.
 *
 * Mapping 1 is the executable, since pprof calls the profile by it.  Readers are told that all names are
 * there: else pprof looks addresses up itself, in whatever program is there by now.
 */
#include "exports/export.h"

#include "base/clean.h"
#include "base/map.h"
#include "base/memory.h"
#include "exports/gzip.h"
#include "exports/texts.h"
#include "figures/breakdown_tables.h"
#include "profile/blocks.h"
#include "profile/measure.h"
#include "profile/window.h"
#include "trace/buffer.h"

#include <stdlib.h>
#include <string.h>

/* ---- fields ------------------------------------------------------------------------------------- */

enum { SAMPLE_TYPE = 1, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING };
enum { TIME = 9, DURATION, PERIOD_TYPE, PERIOD, COMMENT, DEFAULT_TYPE };
enum { TYPE_NAME = 1, TYPE_UNIT };
enum { SAMPLE_LOCATIONS = 1, SAMPLE_VALUES, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_TEXT, LABEL_NUMBER, LABEL_UNIT };
enum { MAPPING_ID = 1, MAPPING_START, MAPPING_LIMIT, MAPPING_OFFSET, MAPPING_FILE, MAPPING_BUILD_ID };
enum { MAPPING_HAS_FUNCTIONS = 7, MAPPING_HAS_INLINE_FRAMES = 10 }; /* and files and lines between */
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS, LOCATION_LINE };
enum { LINE_FUNCTION = 1, LINE_NUMBER };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILE, FUNCTION_LINE };

enum wire { WIRE_NUMBER = 0, WIRE_BYTES = 2 };

static void put_number(struct buffer *message, uint32_t field, uint64_t value)
{
	buffer_varint(message, field << 3 | WIRE_NUMBER);
	buffer_varint(message, value);
}

/* A message, or numbers one after the other. */
static void put_bytes(struct buffer *message, uint32_t field, const struct buffer *inner)
{
	buffer_varint(message, field << 3 | WIRE_BYTES);
	buffer_text(message, inner->data, inner->length);
}

/* ---- what a sample has ----------------------------------------------------------------------------- */

/* In the order in which they are told.  The four that Go's own heap profiles have mean the same there. */
static const struct value_type {
	const char *name, *unit;
	enum figure figure; /* is known where this is, and the usual one if it is asked for */
} value_types[] = {
	{"alloc_objects", "count", FIGURE_ALLOCATIONS},
	{"alloc_space", "bytes", FIGURE_ALLOCATED},
	{"temporary_objects", "count", FIGURE_TEMPORARY},
	{"peak_objects", "count", FIGURE_COUNT},
	{"peak_space", "bytes", FIGURE_PEAK},
	{"inuse_objects", "count", FIGURE_COUNT},
	{"inuse_space", "bytes", FIGURE_LEAKED},
};

#define VALUES (sizeof(value_types) / sizeof(*value_types))
#define USUAL_VALUE 4 /* peak_space */

static void fill_values(uint64_t values[VALUES], const struct amounts *own)
{
	const uint64_t all[VALUES] = {
		own->allocations,
		own->allocated_bytes,
		own->temporary,
		own->peak_blocks,
		own->peak_bytes,
		own->leaked_blocks + own->kept_blocks + own->suppressed_blocks,
		own->leaked_bytes + own->kept_bytes + own->suppressed_bytes,
	};

	memcpy(values, all, sizeof(all));
}

struct writing {
	const struct export_source *source;
	const struct trace_info *info;
	FILE *out; /* packs */
	bool known[VALUES];
	uint64_t *mappings;                 /* their ids, by module */
	struct buffer message, part, inner; /* on their way */
	struct texts texts;                 /* 0 is "" */
	struct buffer locations, functions; /* fields of the profile */
	struct map runs, location_ids;      /* see run_of; by run */
	struct map function_ids;            /* by source_function */
	size_t run_count, location_count, function_count;
	uint32_t *threads;      /* by node of the tree: as kinds know it, + 1; 0: none; NULL: not known */
	uint32_t *thread_texts; /* by thread + 1: number of its name */
};

static uint64_t text_of(struct writing *writing, const char *text)
{
	return texts_number(&writing->texts, text);
}

/* Writes the part that was made as a field of the profile. */
static void write_part(struct writing *writing, uint32_t field)
{
	buffer_clear(&writing->message);
	put_bytes(&writing->message, field, &writing->part);
	if (writing->message.failed || writing->part.failed || writing->inner.failed)
		memory_exhausted();
	fwrite(writing->message.data, 1, writing->message.length, writing->out);
}

static void write_number(struct writing *writing, uint32_t field, uint64_t value)
{
	buffer_clear(&writing->message);
	put_number(&writing->message, field, value);
	fwrite(writing->message.data, 1, writing->message.length, writing->out);
}

/* ---- places ------------------------------------------------------------------------------------------ */

static uint64_t function_of(struct writing *writing, const struct source_function *function)
{
	uintptr_t known = (uintptr_t)map_get(&writing->function_ids, (uintptr_t)function, 0);
	struct buffer *part = &writing->inner;

	if (known > 0)
		return known;
	map_put(&writing->function_ids, (uintptr_t)function, 0, (void *)++writing->function_count); // NOLINT
	buffer_clear(part);
	put_number(part, FUNCTION_ID, writing->function_count);
	put_number(part, FUNCTION_NAME, text_of(writing, function->name));
	put_number(part, FUNCTION_SYSTEM_NAME, text_of(writing, function->name));
	put_number(part, FUNCTION_FILE, text_of(writing, function->file));
	put_number(part, FUNCTION_LINE, function->first_line);
	put_bytes(&writing->functions, FUNCTION, part);
	return writing->function_count;
}

static void put_line(struct writing *writing, struct buffer *location, const struct tree_frame *frame)
{
	uint64_t function = function_of(writing, frame->function);
	struct buffer *line = &writing->inner;

	buffer_clear(line);
	put_number(line, LINE_FUNCTION, function);
	put_number(line, LINE_NUMBER, frame->line);
	put_bytes(location, LOCATION_LINE, line);
}

/* The node behind (further out than) those of one place in the code: functions inlined there, innermost
 * first. Of a recursive call each is a place by itself. */
static uint32_t run_end(const struct tree *tree, uint32_t node)
{
	const struct tree_frame *frame, *outer = tree_frame(tree, node);

	do {
		frame = outer;
		node = tree->parent[node];
		outer = tree_frame(tree, node);
	} while (node != 0 && frame->code > 0 && outer->code == frame->code && outer->within > frame->within);
	return node;
}

/* A number for these frames, one after the other. */
static uint64_t run_of(struct writing *writing, uint32_t node, uint32_t end)
{
	const struct tree *tree = writing->source->tree;
	uintptr_t run = 0;

	for (; node != end; node = tree->parent[node]) {
		uintptr_t longer = (uintptr_t)map_get(&writing->runs, run, tree->frame[node]);

		if (longer == 0) {
			longer = ++writing->run_count;
			map_put(&writing->runs, run, tree->frame[node], (void *)longer); // NOLINT
		}
		run = longer;
	}
	return run;
}

static void write_location(struct writing *writing, uint32_t node, uint32_t end)
{
	const struct tree *tree = writing->source->tree;
	const struct trace_code *code = &writing->info->codes[tree_frame(tree, node)->code];
	struct buffer location = {0};

	put_number(&location, LOCATION_ID, writing->location_count);
	put_number(&location, LOCATION_MAPPING, writing->mappings[code->module]);
	put_number(&location, LOCATION_ADDRESS, code->pc - (code->pc > 0 && !code->exact_pc));
	for (; node != end; node = tree->parent[node])
		put_line(writing, &location, tree_frame(tree, node));
	put_bytes(&writing->locations, LOCATION, &location);
	buffer_finish(&location);
}

static uint64_t location_of(struct writing *writing, uint32_t node, uint32_t end)
{
	uint64_t run = run_of(writing, node, end);
	uintptr_t known = (uintptr_t)map_get(&writing->location_ids, run, 0);

	if (known > 0)
		return known;
	map_put(&writing->location_ids, run, 0, (void *)++writing->location_count); // NOLINT
	write_location(writing, node, end);
	return writing->location_count;
}

/* ---- samples ------------------------------------------------------------------------------------------- */

/* Which thread allocated a path's blocks. */
static void know_threads(struct writing *writing)
{
	const struct tree *tree = writing->source->tree;
	const struct breakdown_tables *tables;

	if (profile_breakdown(writing->source->profile, &tables, &(struct diagnostic){0}) != 0 ||
	    !tables->threads_known)
		return;
	writing->threads = memory_zeroed(tree->count, sizeof(*writing->threads));
	writing->thread_texts = memory_zeroed(KIND_SEVERAL + 2, sizeof(*writing->thread_texts));
	for (size_t i = 0; i < tables->kind_count; i++) {
		const struct kind_row *row = &tables->kinds[i];
		uint32_t *thread = &writing->threads[tree->of_node[row->node]];
		uint32_t own = kind_thread(row->kind) + 1;

		if (profile_has_kind(writing->source->profile, row))
			*thread = *thread == 0 || *thread == own ? own : KIND_SEVERAL + 1;
	}
}

static uint32_t thread_text(struct writing *writing, uint32_t thread)
{
	uint32_t *text = &writing->thread_texts[thread];

	if (*text == 0)
		*text = (uint32_t)text_of(writing, profile_thread_name(writing->source->profile, thread - 1));
	return *text;
}

static void put_labels(struct writing *writing, uint32_t node, const struct amounts *own)
{
	uint64_t blocks = own->allocations > 0 ? own->allocations : own->peak_blocks;
	uint64_t bytes = own->allocations > 0 ? own->allocated_bytes : own->peak_bytes;
	struct buffer *label = &writing->inner;

	if (blocks > 0) {
		buffer_clear(label);
		put_number(label, LABEL_KEY, text_of(writing, "bytes"));
		put_number(label, LABEL_NUMBER, bytes / blocks);
		put_number(label, LABEL_UNIT, text_of(writing, "bytes"));
		put_bytes(&writing->part, SAMPLE_LABEL, label);
	}
	if (writing->threads && writing->threads[node] > 0) {
		buffer_clear(label);
		put_number(label, LABEL_KEY, text_of(writing, "thread"));
		put_number(label, LABEL_TEXT, thread_text(writing, writing->threads[node]));
		put_bytes(&writing->part, SAMPLE_LABEL, label);
	}
}

static void put_values(struct writing *writing, const struct amounts *own)
{
	uint64_t values[VALUES];

	fill_values(values, own);
	buffer_clear(&writing->inner);
	for (size_t i = 0; i < VALUES; i++)
		if (writing->known[i])
			buffer_varint(&writing->inner, values[i]);
	put_bytes(&writing->part, SAMPLE_VALUES, &writing->inner);
}

static void write_sample(struct writing *writing, uint32_t node, const struct amounts *own)
{
	struct buffer locations = {0};

	for (uint32_t at = node, end; at != 0; at = end) {
		end = run_end(writing->source->tree, at);
		buffer_varint(&locations, location_of(writing, at, end));
	}
	buffer_clear(&writing->part);
	put_bytes(&writing->part, SAMPLE_LOCATIONS, &locations);
	put_values(writing, own);
	put_labels(writing, node, own);
	write_part(writing, SAMPLE);
	buffer_finish(&locations);
}

static void write_samples(struct writing *writing)
{
	const struct tree *tree = writing->source->tree;

	for (uint32_t node = 1; node < tree->count; node++) {
		const struct amounts own = tree_self(tree, node);

		if (amounts_have_blocks(&own))
			write_sample(writing, node, &own);
	}
}

/* ---- modules ------------------------------------------------------------------------------------------- */

static size_t executable_of(const struct trace_info *info)
{
	size_t module = 1;

	while (module < info->module_count && strcmp(info->modules[module].path, info->exe) != 0)
		module++;
	return module;
}

static uint64_t build_id_text(struct writing *writing, const struct trace_module *module)
{
	char *text = memory_zeroed(2 * module->build_id_bytes + 1, 1);
	uint64_t number;

	for (size_t i = 0; i < module->build_id_bytes; i++)
		sprintf(text + 2 * i, "%02x", module->build_id[i]);
	number = text_of(writing, text);
	free(text);
	return number;
}

static void write_mapping(struct writing *writing, uint64_t id, const struct trace_module *module)
{
	struct buffer *part = &writing->part;

	buffer_clear(part);
	put_number(part, MAPPING_ID, id);
	put_number(part, MAPPING_START, module->start);
	put_number(part, MAPPING_LIMIT, module->end);
	put_number(part, MAPPING_OFFSET, module->start - module->bias);
	put_number(part, MAPPING_FILE, text_of(writing, module->path));
	put_number(part, MAPPING_BUILD_ID, build_id_text(writing, module));
	for (uint32_t field = MAPPING_HAS_FUNCTIONS; field <= MAPPING_HAS_INLINE_FRAMES; field++)
		put_number(part, field, true);
	write_part(writing, MAPPING);
}

/* The executable is there even if no call path leads through it. */
static void write_mappings(struct writing *writing)
{
	const struct trace_info *info = writing->info;
	const struct trace_module missing = {.path = info->exe};
	size_t executable = executable_of(info);
	uint64_t id = 1;

	writing->mappings = memory_zeroed(info->module_count + 1, sizeof(*writing->mappings));
	writing->mappings[executable] = id;
	write_mapping(writing, id, executable < info->module_count ? &info->modules[executable] : &missing);
	for (size_t module = 1; module < info->module_count; module++) {
		if (module == executable)
			continue;
		writing->mappings[module] = ++id;
		write_mapping(writing, id, &info->modules[module]);
	}
}

/* ---- the profile -----------------------------------------------------------------------------------------
 */

static void write_type(struct writing *writing, uint32_t field, const char *name, const char *unit)
{
	buffer_clear(&writing->part);
	put_number(&writing->part, TYPE_NAME, text_of(writing, name));
	put_number(&writing->part, TYPE_UNIT, text_of(writing, unit));
	write_part(writing, field);
}

static void write_types(struct writing *writing)
{
	const struct window *window = writing->source->run->window;
	size_t usual = USUAL_VALUE;

	for (size_t i = 0; i < VALUES; i++) {
		enum figure figure = value_types[i].figure;

		writing->known[i] = !window || figure == FIGURE_COUNT || window_knows(window, figure);
		if (writing->known[i])
			write_type(writing, SAMPLE_TYPE, value_types[i].name, value_types[i].unit);
		if (figure == writing->source->figure)
			usual = i;
	}
	write_number(writing, DEFAULT_TYPE, text_of(writing, value_types[usual].name));
}

static void write_run(struct writing *writing)
{
	const struct overview *run = writing->source->run;
	const struct window *window = run->window;
	uint64_t from_ns = window ? window->from_ns : 0;
	struct pool pool = {0};
	const char *command = "";

	write_number(writing, TIME, run->started_realtime_ns + from_ns);
	write_number(writing, DURATION, window ? window->to_ns - from_ns : run->duration_ns);
	write_type(writing, PERIOD_TYPE, "space", "bytes");
	write_number(writing, PERIOD, run->sample_bytes > 0 ? run->sample_bytes : 1);
	for (const char *const *word = run->command; *word; word++)
		command = pool_format(&pool, "%s%s%s", command, *command ? " " : "", *word);
	write_number(writing, COMMENT, text_of(writing, command));
	pool_finish(&pool);
}

static void write_tables(struct writing *writing)
{
	if (writing->locations.failed || writing->functions.failed)
		memory_exhausted();
	if (writing->location_count > 0) {
		fwrite(writing->locations.data, 1, writing->locations.length, writing->out);
		fwrite(writing->functions.data, 1, writing->functions.length, writing->out);
	}
	for (size_t i = 0; i < writing->texts.count; i++) {
		char *text = clean_copy(writing->texts.list[i], 0);

		if (!text)
			memory_exhausted();
		buffer_clear(&writing->part);
		buffer_append(&writing->part, text, strlen(text));
		write_part(writing, STRING);
		free(text);
	}
}

static void finish(struct writing *writing)
{
	struct map *maps[] = {&writing->runs, &writing->location_ids, &writing->function_ids};
	struct buffer *buffers[] = {&writing->message, &writing->part, &writing->inner, &writing->locations,
				    &writing->functions};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		map_finish(maps[i]);
	for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
		buffer_finish(buffers[i]);
	texts_finish(&writing->texts);
	free(writing->mappings);
	free(writing->threads);
	free(writing->thread_texts);
}

int export_pprof(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	struct writing writing = {
		.source = source, .info = profile_trace(source->profile), .out = gzip_open(out)};

	(void)diagnostic;
	texts_number(&writing.texts, "");
	know_threads(&writing);
	write_types(&writing);
	write_run(&writing);
	write_mappings(&writing);
	write_samples(&writing);
	write_tables(&writing);
	gzip_close(writing.out);
	finish(&writing);
	return 0;
}
