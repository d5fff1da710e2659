/*
 * symbolize.c - from (module, pc) to frames: opens objects, asks unit and symbol indexes, keeps the answers.
 */
#include "symbolize/symbolize.h"

#include "classify.h"
#include "exports.h"
#include "functions.h"
#include "marks.h"
#include "units.h"
#include "unwind_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An object of the trace, opened: modules that were loaded twice share it. */
struct image {
	struct object object;
	const char *path; /* interned */
	const struct trace_module *module;
	struct sources sources;
	struct units units;
	struct symbols symbols;
	struct exports exports;
	bool units_ready, symbols_ready, exports_ready, asked; /* asked: a pc was looked up in it */
};

struct frames {
	size_t count;
	struct source_frame list[];
};

struct symbolizer {
	const struct trace_module *modules;
	size_t module_count;
	struct symbolizer_options options;
	struct places places;
	struct strings strings;
	struct functions functions;
	struct pool pool;
	struct map frames;     /* (pc, module and exactness) -> struct frames */
	struct image **images; /* by module; NULL until needed */
	bool *c_library;       /* by module */
	const char **warnings;
	size_t warning_count, warning_capacity;
	const struct source_function **marked;
	size_t marked_count, marked_capacity;
};

int symbolizer_create(const struct trace_module *modules, size_t module_count,
		      const struct symbolizer_options *options, struct symbolizer **out,
		      struct diagnostic *diagnostic)
{
	struct symbolizer *made = calloc(1, sizeof(*made));
	*out = NULL;
	if (!made)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	made->modules = modules;
	made->module_count = module_count;
	strings_init(&made->strings);
	functions_init(&made->functions, &made->strings);
	if (options)
		made->options = *options;
	if (made->options.sysroot)
		made->options.sysroot = strings_path(&made->strings, made->options.sysroot);
	made->images = calloc(module_count + 1, sizeof(struct image *));
	made->c_library = calloc(module_count + 1, sizeof(bool));
	if (places_init(&made->places, &made->options) != 0 || !made->images || !made->c_library) {
		symbolizer_destroy(made);
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	}
	for (size_t i = 1; i < module_count; i++)
		made->c_library[i] = is_c_library(modules[i].path);
	*out = made;
	return 0;
}

static void image_close(struct image *image)
{
	symbols_finish(&image->symbols);
	exports_finish(&image->exports);
	units_finish(&image->units);
	sources_finish(&image->sources);
	object_close(&image->object);
}

void symbolizer_destroy(struct symbolizer *symbolizer)
{
	if (!symbolizer)
		return;
	for (size_t i = 0; symbolizer->images && i < symbolizer->module_count; i++)
		if (symbolizer->images[i] && symbolizer->images[i]->module == &symbolizer->modules[i])
			image_close(symbolizer->images[i]);
	free(symbolizer->images);
	free(symbolizer->c_library);
	free(symbolizer->warnings);
	free(symbolizer->marked);
	map_finish(&symbolizer->frames);
	places_finish(&symbolizer->places);
	functions_finish(&symbolizer->functions);
	strings_finish(&symbolizer->strings);
	pool_finish(&symbolizer->pool);
	free(symbolizer);
}

static bool same_object(const struct trace_module *a, const struct trace_module *b)
{
	return strcmp(a->path, b->path) == 0 && a->build_id_bytes == b->build_id_bytes &&
	       (a->build_id_bytes == 0 || memcmp(a->build_id, b->build_id, a->build_id_bytes) == 0);
}

/* The source files in which MPROF_RUNTIME stands; each with a NUL, untrusted. */
static void know_runtime(struct symbolizer *symbolizer, struct image *image)
{
	Elf_Data *section = object_section(&image->object, RUNTIME_SECTION);
	const char *at = section ? section->d_buf : NULL, *end = at ? at + section->d_size : NULL;
	while (at < end) {
		size_t length = strnlen(at, (size_t)(end - at));
		if (at + length == end)
			return;
		functions_know_runtime(&symbolizer->functions, at);
		at += length + 1;
	}
}

static struct image *image_of(struct symbolizer *symbolizer, size_t index)
{
	if (symbolizer->images[index])
		return symbolizer->images[index];
	const struct trace_module *module = &symbolizer->modules[index];
	for (size_t i = 0; i < symbolizer->module_count; i++)
		if (symbolizer->images[i] && same_object(&symbolizer->modules[i], module))
			return symbolizer->images[index] = symbolizer->images[i];
	struct image *image = pool_alloc(&symbolizer->pool, sizeof(*image));
	image->module = module;
	image->path = strings_intern(&symbolizer->strings, module->path);
	sources_init(&image->sources, &symbolizer->strings);
	object_open(&image->object, module, &symbolizer->places);
	know_runtime(symbolizer, image);
	return symbolizer->images[index] = image;
}

static struct units *units_of(struct image *image)
{
	if (!image->units_ready)
		units_init(&image->units, object_dwarf(&image->object));
	image->units_ready = true;
	return &image->units;
}

static const struct symbol *symbol_at(struct image *image, uint64_t address)
{
	if (!image->symbols_ready)
		symbols_init(&image->symbols, &image->object);
	image->symbols_ready = true;
	return symbols_find(&image->symbols, address);
}

static void warn(struct symbolizer *symbolizer, const char *path, const char *what)
{
	char *text;
	if (asprintf(&text, "%s %s", path, what) < 0)
		return;
	symbolizer->warnings = pool_grow(symbolizer->warnings, &symbolizer->warning_capacity,
					 symbolizer->warning_count + 1, sizeof(*symbolizer->warnings));
	symbolizer->warnings[symbolizer->warning_count++] = strings_intern(&symbolizer->strings, text);
	free(text);
}

/* Once per object that a pc was looked up in. */
static void warn_of_missing_lines(struct symbolizer *symbolizer, struct image *image)
{
	if (image->asked)
		return;
	image->asked = true;
	if (image->path[0] != '/' || is_runtime_library(image->path))
		return;
	if (image->object.state == OBJECT_STALE)
		warn(symbolizer, image->path, "was rebuilt since the recording; its lines are left out");
	else if (image->object.state == OBJECT_ABSENT)
		warn(symbolizer, image->path,
		     "cannot be found or read; its functions and lines are left out");
	else if (units_of(image)->count == 0 && is_packaged_program(image->path))
		warn(symbolizer, image->path,
		     "has no debug information; install its -dbgsym package or set DEBUGINFOD_URLS");
	else if (units_of(image)->count == 0)
		warn(symbolizer, image->path, "has no debug information; compile it with -g");
}

/* A pc, as seen by one image. */
struct place {
	struct image *image;
	uint64_t address; /* to look up: in the file, within the call instruction */
	uint64_t reached; /* what offsets are printed of: the pc itself */
};

/* The symbol's function, else one named by where it begins, else the module; `line` is what a line table
 * without functions (assembler) knows. */
static struct source_frame frame_without_scope(struct symbolizer *symbolizer, const struct place *place,
					       const char *file, uint32_t line)
{
	const struct symbol *symbol = symbol_at(place->image, place->address);
	struct source_frame frame = {.line = line, .offset = place->reached};
	if (symbol) {
		frame.function =
			functions_of_symbol(&symbolizer->functions, symbol->name, file, place->image->path);
		frame.offset = place->reached - symbol->start;
		return frame;
	}
	uint64_t start;
	if (unwind_table_function(&place->image->object, place->address, &start)) {
		char name[32];
		snprintf(name, sizeof(name), "0x%" PRIx64, start);
		frame.function = functions_of_symbol(&symbolizer->functions, name, file, place->image->path);
		frame.offset = place->reached - start;
	} else {
		frame.function = functions_of_module(&symbolizer->functions, place->image->path);
	}
	return frame;
}

static uint64_t offset_of(const struct place *place)
{
	const struct symbol *symbol = symbol_at(place->image, place->address);
	return symbol ? place->reached - symbol->start : place->reached;
}

static struct frames *frames_alloc(struct symbolizer *symbolizer, size_t count)
{
	struct frames *frames =
		pool_alloc(&symbolizer->pool, sizeof(*frames) + count * sizeof(struct source_frame));
	frames->count = count;
	return frames;
}

/* From the innermost scope outwards: each outer one stands at the line that its inner one was called from. */
static struct frames *frames_of_scopes(struct symbolizer *symbolizer, const struct place *place,
				       struct unit *unit, const struct unit_segment *segment,
				       uint64_t address)
{
	size_t count = 0;
	for (uint32_t scope = segment->scope; scope != SCOPE_NONE; scope = unit->scopes[scope].parent)
		count++;
	struct frames *frames = frames_alloc(symbolizer, count);
	const struct unit_scope *inner = NULL;
	uint32_t index = segment->scope;
	for (size_t i = 0; i < count; i++, index = inner->parent) {
		struct unit_scope *scope = &unit->scopes[index];
		struct source_frame *frame = &frames->list[i];
		const struct source_function *function =
			functions_of_origin(&symbolizer->functions, &unit->origins[scope->origin],
					    &scope->die, place->image->path);
		const char *file = function->file;
		frame->function = function;
		frame->inlined = scope->parent != SCOPE_NONE;
		if (!inner)
			frame->line =
				unit_line_at(unit, &place->image->sources, address, segment->start, &file);
		else if (inner->call_file == file)
			frame->line = inner->call_line;
		if (frame->line == 0)
			frame->offset = offset_of(place);
		inner = scope;
	}
	return frames;
}

static struct frames *look_up(struct symbolizer *symbolizer, const struct place *place)
{
	struct unit *unit =
		units_find(units_of(place->image), place->address - place->image->object.dwarf_shift);
	uint64_t address = place->address - place->image->object.dwarf_shift;
	const char *file = "";
	uint32_t line = 0;
	if (unit) {
		unit_index(unit, &place->image->sources);
		const struct unit_segment *segment = unit_segment_at(unit, address);
		if (segment)
			return frames_of_scopes(symbolizer, place, unit, segment, address);
		line = unit_line_at(unit, &place->image->sources, address, 0, &file);
	}
	struct frames *frames = frames_alloc(symbolizer, 1);
	frames->list[0] = frame_without_scope(symbolizer, place, file, line);
	return frames;
}

static struct frames *look_up_unknown(struct symbolizer *symbolizer, uint64_t pc)
{
	struct frames *frames = frames_alloc(symbolizer, 1);
	const char *nowhere = strings_intern(&symbolizer->strings, "");
	frames->list[0] = (struct source_frame){
		.function = functions_of_module(&symbolizer->functions, nowhere), .offset = pc};
	return frames;
}

size_t symbolizer_frames(struct symbolizer *symbolizer, uint16_t module, uint64_t pc, bool exact,
			 const struct source_frame **out)
{
	uint64_t key = (uint64_t)module << 1 | exact;
	struct frames *frames = map_get(&symbolizer->frames, pc, key);
	if (!frames) {
		if (module == 0 || module >= symbolizer->module_count) {
			frames = look_up_unknown(symbolizer, pc);
		} else {
			struct image *image = image_of(symbolizer, module);
			uint64_t reached = pc - symbolizer->modules[module].bias;
			warn_of_missing_lines(symbolizer, image);
			frames = look_up(symbolizer,
					 &(struct place){image, exact ? reached : reached - 1, reached});
		}
		map_put(&symbolizer->frames, pc, key, frames);
	}
	*out = frames->list;
	return frames->count;
}

const char *symbolizer_export(struct symbolizer *symbolizer, const struct trace_code *code)
{
	struct image *image;

	if (code->module == 0 || code->module >= symbolizer->module_count)
		return NULL;
	image = image_of(symbolizer, code->module);
	if (!image->exports_ready)
		exports_init(&image->exports, &image->object);
	image->exports_ready = true;
	return exports_find(&image->exports, &image->object,
			    code->pc - symbolizer->modules[code->module].bias - !code->exact_pc);
}

bool symbolizer_is_c_library(const struct symbolizer *symbolizer, uint16_t module)
{
	return module < symbolizer->module_count && symbolizer->c_library[module];
}

size_t symbolizer_functions(const struct symbolizer *symbolizer,
			    const struct source_function *const **functions)
{
	*functions = (const struct source_function *const *)symbolizer->functions.list;
	return symbolizer->functions.count;
}

struct marking {
	struct symbolizer *symbolizer;
	struct image *image;
};

static void mark_function(void *context, struct unit_origin *origin)
{
	struct marking *marking = context;
	struct symbolizer *symbolizer = marking->symbolizer;
	Dwarf_Die die = origin->die;
	struct source_function *function =
		functions_of_origin(&symbolizer->functions, origin, &die, marking->image->path);
	if (function->marked)
		return;
	function->marked = true;
	symbolizer->marked = pool_grow(symbolizer->marked, &symbolizer->marked_capacity,
				       symbolizer->marked_count + 1, sizeof(struct source_function *));
	symbolizer->marked[symbolizer->marked_count++] = function;
}

size_t symbolizer_marks(struct symbolizer *symbolizer, const struct source_function *const **functions)
{
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		struct image *image = image_of(symbolizer, i);
		if (image->module != &symbolizer->modules[i])
			continue;
		/* The debug files of system libraries are not worth a search: nobody marks functions there.
		 */
		if (!is_system_library(image->path))
			object_dwarf(&image->object);
		Elf_Data *section = object_section(&image->object, MARKS_SECTION);
		if (section && section->d_buf && units_of(image)->count > 0)
			marks_resolve(section->d_buf, section->d_size, &image->units, &image->sources,
				      mark_function, &(struct marking){symbolizer, image});
	}
	*functions = symbolizer->marked;
	return symbolizer->marked_count;
}

const char *symbolizer_warning(const struct symbolizer *symbolizer, size_t index)
{
	return index < symbolizer->warning_count ? symbolizer->warnings[index] : NULL;
}
