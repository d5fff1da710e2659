/*
 * names.c - asks a symbolizer for all that reports would, in their order, and makes tables of the answers.
 */
#include "profile/names.h"

#include "base/strings.h"
#include "base/vector.h"
#include "sources/stale.h"
#include "symbolize/classify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CALLEE_OTHER 1 /* a function that nothing was left out before */

struct asked_names {
	const struct trace_info *info;
	struct symbolizer *symbolizer;
	struct sources *sources;
	struct names names;
	struct names_key *keys;
	uint32_t *code_of_key;
	const struct code_function **called, **entered; /* by code of the trace */
	struct strings strings;
	struct map texts, functions, callees, pairs_asked;
	struct vector text_list, function_list, frame_list, pair_list, source_list, marked_list, warning_list;
	uint32_t callee_count;
	bool failed;
};

/* ---- texts, functions, frames -------------------------------------------------------------------- */

static void push(struct asked_names *asked, struct vector *list, const void *element, size_t bytes)
{
	asked->failed |= vector_push(list, element, bytes) != 0;
}

static void *numbered(size_t number)
{
	return (void *)(uintptr_t)number; // NOLINT(performance-no-int-to-ptr)
}

static uint32_t text_of(struct asked_names *asked, const char *text)
{
	const char *interned = text && *text ? strings_intern(&asked->strings, text) : NULL;
	uintptr_t known = interned ? (uintptr_t)map_get(&asked->texts, (uintptr_t)interned, 0) : 0;

	if (!interned || known > 0)
		return (uint32_t)known;
	map_put(&asked->texts, (uintptr_t)interned, 0, numbered(asked->text_list.count));
	push(asked, &asked->text_list, &interned, sizeof(interned)); // NOLINT: of pointers
	return (uint32_t)asked->text_list.count - 1;
}

static uint32_t function_of(struct asked_names *asked, const struct source_function *function)
{
	uintptr_t known = (uintptr_t)map_get(&asked->functions, (uintptr_t)function, 0);

	if (known > 0)
		return (uint32_t)known - 1;
	const struct names_function told = {
		.name = text_of(asked, function->name),
		.file = text_of(asked, function->file),
		.module = text_of(asked, function->module),
		.part_of = function->part_of ? 1 + function_of(asked, function->part_of) : 0,
		.first_line = function->first_line,
		.last_line = function->last_line,
		.flags = (function->nested ? NAMES_NESTED : 0u) | (function->marked ? NAMES_MARKED : 0u) |
			 (function->system ? NAMES_SYSTEM : 0u) |
			 (function->allocator ? NAMES_ALLOCATOR : 0u),
		.signature = function->signature,
	};
	push(asked, &asked->function_list, &told, sizeof(told));
	map_put(&asked->functions, (uintptr_t)function, 0, numbered(asked->function_list.count));
	return (uint32_t)asked->function_list.count - 1;
}

static struct names_frames frames_of(struct asked_names *asked, const struct source_frame *frames,
				     size_t count)
{
	struct names_frames told = {(uint32_t)asked->frame_list.count, (uint32_t)count};

	for (size_t i = 0; i < count; i++) {
		const struct names_frame frame = {
			.function = function_of(asked, frames[i].function),
			.instance = text_of(asked, frames[i].instance),
			.line = frames[i].line,
			.inlined = frames[i].inlined,
			.jumped = frames[i].jumped,
			.offset = frames[i].offset,
		};
		push(asked, &asked->frame_list, &frame, sizeof(frame));
	}
	return told;
}

/* ---- code ---------------------------------------------------------------------------------------- */

/* The C library's last, as in reports: its debug information is large, and few ask for it. */
static void meet_codes(struct asked_names *asked, bool c_library)
{
	const struct trace_info *info = asked->info;
	const struct source_frame *frames;

	for (size_t i = 1; i < info->code_count; i++) {
		const struct trace_code *code = &info->codes[i];

		if (!code->label && symbolizer_is_c_library(asked->symbolizer, code->module) == c_library)
			symbolizer_frames(asked->symbolizer, code->module, code->pc, code->exact_pc, &frames);
	}
}

static bool is_librarys(const struct asked_names *asked, const struct trace_code *code)
{
	return code->module > 0 && code->module < asked->info->module_count &&
	       is_system_library(asked->info->modules[code->module].path);
}

/* Whether anything was left out is known by now. */
static uint32_t callee_of(const struct asked_names *asked, const struct code_function *function)
{
	uintptr_t known = (uintptr_t)map_get(&asked->callees, (uintptr_t)function, 0);

	if (!function || asked->pair_list.count == 0)
		return 0;
	return known > 0 ? (uint32_t)known : CALLEE_OTHER;
}

static struct names_code code_of(struct asked_names *asked, uint32_t index)
{
	const struct trace_code *code = &asked->info->codes[index];
	const struct source_frame *frames;
	size_t count = symbolizer_frames(asked->symbolizer, code->module, code->pc, code->exact_pc, &frames);
	uint32_t called = callee_of(asked, asked->called[index]);

	return (struct names_code){
		.frames = frames_of(asked, frames, count),
		.called = called == CALLEE_OTHER ? 0 : called,
		.entered = callee_of(asked, asked->entered[index]),
		.exported = is_librarys(asked, code)
				    ? text_of(asked, symbolizer_export(asked->symbolizer, code))
				    : 0,
	};
}

static int index_keys(struct asked_names *asked)
{
	const struct trace_info *info = asked->info;
	size_t count;

	asked->keys = trace_names_keys(info, &count);
	asked->code_of_key = calloc(count + 1, sizeof(*asked->code_of_key));
	asked->names.codes = calloc(count + 1, sizeof(*asked->names.codes));
	if (!asked->keys || !asked->code_of_key || !asked->names.codes)
		return -ENOMEM;
	asked->names.code_count = count;
	for (uint32_t i = 1; i < info->code_count; i++) {
		const struct trace_code *code = &info->codes[i];
		const struct names_key key = {code->pc, code->module, code->exact_pc};
		const struct names_key *found =
			code->label ? NULL
				    : bsearch(&key, asked->keys, count, sizeof(key), names_compare_keys);

		if (found)
			asked->code_of_key[found - asked->keys] = i;
	}
	return 0;
}

/* ---- what jumps left out ------------------------------------------------------------------------- */

static uint32_t number_callee(struct asked_names *asked, const struct code_function *function)
{
	uintptr_t known = (uintptr_t)map_get(&asked->callees, (uintptr_t)function, 0);

	if (!function || known > 0)
		return (uint32_t)known;
	map_put(&asked->callees, (uintptr_t)function, 0, numbered(++asked->callee_count));
	return asked->callee_count;
}

static void ask_pair(struct asked_names *asked, const struct code_function *called,
		     const struct code_function *entered)
{
	const struct source_frame *frames;
	size_t count;

	if (!called || called == entered ||
	    map_get(&asked->pairs_asked, (uintptr_t)called, (uintptr_t)entered))
		return;
	map_put(&asked->pairs_asked, (uintptr_t)called, (uintptr_t)entered, numbered(1));
	count = symbolizer_left_out(asked->symbolizer, called, entered, &frames);
	if (count == 0)
		return;
	const struct names_pair pair = {
		.called = number_callee(asked, called),
		.entered = number_callee(asked, entered),
		.frames = frames_of(asked, frames, count),
	};
	push(asked, &asked->pair_list, &pair, sizeof(pair));
}

/* Between nodes, and where an event takes place at the node itself. */
static int ask_left_out(struct asked_names *asked)
{
	const struct trace_info *info = asked->info;
	bool any = false;

	asked->called = calloc(info->code_count + 1, sizeof(*asked->called));
	asked->entered = calloc(info->code_count + 1, sizeof(*asked->entered));
	if (!asked->called || !asked->entered)
		return -ENOMEM;
	for (uint32_t i = 1; i < info->code_count; i++)
		any |= (asked->called[i] = symbolizer_called(asked->symbolizer, &info->codes[i])) != NULL;
	for (uint32_t i = 1; any && i < info->code_count; i++)
		asked->entered[i] = symbolizer_entered(asked->symbolizer, &info->codes[i]);
	for (uint32_t node = 1; any && node < info->node_count; node++) {
		uint32_t code = info->nodes[node].code, outer = info->nodes[info->nodes[node].parent].code;

		if (!info->codes[code].label)
			ask_pair(asked, asked->called[outer], asked->entered[code]);
		ask_pair(asked, asked->called[code], NULL);
	}
	return 0;
}

/* ---- modules, sources and the rest ----------------------------------------------------------------- */

static int ask_modules(struct asked_names *asked)
{
	const struct trace_info *info = asked->info;

	asked->names.modules = calloc(info->module_count + 1, sizeof(*asked->names.modules));
	if (!asked->names.modules)
		return -ENOMEM;
	asked->names.module_count = info->module_count;
	for (size_t i = 1; i < info->module_count; i++)
		asked->names.modules[i] = (struct names_module){
			.runtimes = symbolizer_runtimes(asked->symbolizer, info->modules[i].path),
			.lines = symbolizer_has_lines(asked->symbolizer, i),
		};
	asked->names.origin = symbolizer_origin(asked->symbolizer, info->exe);
	return 0;
}

static void ask_marks(struct asked_names *asked)
{
	const struct source_function *const *marked;
	size_t count = symbolizer_marks(asked->symbolizer, &marked);

	for (size_t i = 0; i < count; i++) {
		uint32_t function = function_of(asked, marked[i]);

		push(asked, &asked->marked_list, &function, sizeof(function));
	}
}

static bool is_same_text(struct asked_names *asked, const struct source_function *function,
			 const struct source_text *text)
{
	const char *since;

	return !stale_is(text,
			 &(struct stale_facts){
				 .md5 = symbolizer_source_md5(asked->symbolizer, function->file),
				 .module = function->module,
				 .started_realtime_ns = asked->info->started_realtime_ns,
			 },
			 &since);
}

/* What the compiler said of a file goes before what the file is now, which may be another one. */
static void ask_source(struct asked_names *asked, const struct source_function *function)
{
	const char *file = function->file;
	const unsigned char *md5 = symbolizer_source_md5(asked->symbolizer, file);
	const struct source_text *text = sources_find(asked->sources, file);
	struct names_source source = {.file = text_of(asked, file)};

	if (text && is_same_text(asked, function, text)) {
		source.size_bytes = text->size_bytes;
		source.modified_ns =
			(uint64_t)text->modified.tv_sec * 1000000000u + (uint64_t)text->modified.tv_nsec;
		md5 = text->md5;
	}
	if (!md5)
		return;
	memcpy(source.md5, md5, NAMES_MD5_BYTES);
	push(asked, &asked->source_list, &source, sizeof(source));
}

/* Of the program's own functions, each once. */
static void ask_sources(struct asked_names *asked)
{
	struct map seen = {0};
	const struct source_function *const *functions;
	size_t count = symbolizer_functions(asked->symbolizer, &functions);

	for (size_t i = 0; i < count; i++) {
		const char *file = functions[i]->file;

		if (functions[i]->system || !*file || map_get(&seen, (uintptr_t)file, 0) ||
		    !map_get(&asked->functions, (uintptr_t)functions[i], 0))
			continue;
		map_put(&seen, (uintptr_t)file, 0, numbered(1));
		ask_source(asked, functions[i]);
	}
	map_finish(&seen);
}

static void ask_warnings(struct asked_names *asked)
{
	const char *warning;

	for (size_t i = 0; (warning = symbolizer_warning(asked->symbolizer, i)); i++) {
		uint32_t text = text_of(asked, warning);

		push(asked, &asked->warning_list, &text, sizeof(text));
	}
}

/* ---- all ------------------------------------------------------------------------------------------- */

static void publish(struct asked_names *asked)
{
	struct names *names = &asked->names;

	names->key_crc = names_key_crc(asked->keys, names->code_count);
	names->keys = asked->keys;
	names->texts = asked->text_list.data;
	names->text_count = asked->text_list.count;
	names->functions = asked->function_list.data;
	names->function_count = asked->function_list.count;
	names->frames = asked->frame_list.data;
	names->frame_count = asked->frame_list.count;
	names->pairs = asked->pair_list.data;
	names->pair_count = asked->pair_list.count;
	names->sources = asked->source_list.data;
	names->source_count = asked->source_list.count;
	names->marked = asked->marked_list.data;
	names->marked_count = asked->marked_list.count;
	names->warnings = asked->warning_list.data;
	names->warning_count = asked->warning_list.count;
	names->callee_count = asked->callee_count + 1;
}

static int ask_all(struct asked_names *asked)
{
	const char *empty = "";
	int error = index_keys(asked);

	push(asked, &asked->text_list, &empty, sizeof(empty)); // NOLINT: of pointers
	meet_codes(asked, false);
	if (!error)
		error = ask_left_out(asked);
	ask_marks(asked);
	/* Before the C library's are met: nobody has it warned of. */
	meet_codes(asked, true);
	for (size_t i = 0; !error && i < asked->names.code_count; i++)
		asked->names.codes[i] = code_of(asked, asked->code_of_key[i]);
	if (!error)
		error = ask_modules(asked);
	ask_sources(asked);
	ask_warnings(asked);
	return error ? error : asked->failed ? -ENOMEM : 0;
}

int asked_names_create(const struct trace_info *info, struct symbolizer *symbolizer, struct sources *sources,
		       struct asked_names **out)
{
	struct asked_names *asked = calloc(1, sizeof(*asked));
	int error;

	*out = NULL;
	if (!asked)
		return -ENOMEM;
	*asked = (struct asked_names){
		.info = info, .symbolizer = symbolizer, .sources = sources, .callee_count = CALLEE_OTHER};
	strings_init(&asked->strings);
	error = ask_all(asked);
	publish(asked);
	if (error)
		asked_names_destroy(asked);
	else
		*out = asked;
	return error;
}

const struct names *asked_names(const struct asked_names *asked)
{
	return &asked->names;
}

void asked_names_destroy(struct asked_names *asked)
{
	if (!asked)
		return;
	names_finish(&asked->names);
	free(asked->keys);
	free(asked->code_of_key);
	free(asked->called);
	free(asked->entered);
	map_finish(&asked->texts);
	map_finish(&asked->functions);
	map_finish(&asked->callees);
	map_finish(&asked->pairs_asked);
	strings_finish(&asked->strings);
	free(asked);
}
