/*
 * lookup.c - from (module, pc) to frames: opens objects, asks unit and symbol indexes, keeps the answers.
 */
#include "symbolize/symbolize.h"

#include "classify.h"
#include "marks.h"
#include "missing.h"
#include "names.h"
#include "private.h"
#include "remembered.h"
#include "unwind_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	if (made->options.names && !(made->remembered = remembered_create(made, made->options.names))) {
		symbolizer_destroy(made);
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	}
	*out = made;
	return 0;
}

static void image_close(struct image *image)
{
	symbols_finish(&image->symbols);
	exports_finish(&image->exports);
	map_finish(&image->defined);
	map_finish(&image->exported);
	units_finish(&image->units);
	sources_finish(&image->sources);
	object_close(&image->object);
}

void symbolizer_destroy(struct symbolizer *symbolizer)
{
	if (!symbolizer)
		return;
	remembered_destroy(symbolizer->remembered);
	code_functions_finish(symbolizer);
	for (size_t i = 0; symbolizer->images && i < symbolizer->module_count; i++)
		if (symbolizer->images[i] && symbolizer->images[i]->module == &symbolizer->modules[i])
			image_close(symbolizer->images[i]);
	free(symbolizer->images);
	free(symbolizer->c_library);
	free(symbolizer->warnings);
	free(symbolizer->marked);
	free(symbolizer->made.list);
	map_finish(&symbolizer->frames);
	map_finish(&symbolizer->codes);
	map_finish(&symbolizer->left_out);
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

struct image *symbolizer_image(struct symbolizer *symbolizer, size_t index)
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

struct units *image_units(struct image *image)
{
	if (!image->units_ready)
		units_init(&image->units, object_dwarf(&image->object));
	image->units_ready = true;
	return &image->units;
}

const struct symbol *image_symbol(struct image *image, uint64_t address)
{
	if (!image->symbols_ready)
		symbols_init(&image->symbols, &image->object);
	image->symbols_ready = true;
	return symbols_find(&image->symbols, address);
}

struct exports *image_exports(struct image *image)
{
	if (!image->exports_ready)
		exports_init(&image->exports, &image->object);
	image->exports_ready = true;
	return &image->exports;
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
	char *reason = missing_reason(&image->object, image->path, image_units(image),
				      symbolizer->places.build_id_roots);
	if (reason)
		warn(symbolizer, image->path, reason);
	free(reason);
}

/* A pc, as seen by one image. */
struct place {
	struct image *image;
	uint64_t address; /* to look up: in the file, within the call instruction */
	uint64_t reached; /* what offsets are printed of: the pc itself */
};

void symbolizer_push(struct symbolizer *symbolizer, const struct source_frame *frame)
{
	struct frame_list *made = &symbolizer->made;
	made->list = pool_grow(made->list, &made->capacity, made->count + 1, sizeof(*made->list));
	made->list[made->count++] = *frame;
}

static const char *instance_of(const struct symbol *symbol)
{
	return name_is_mangled(symbol->name) ? symbol->name : NULL;
}

/* Without lines: the symbol's function, else one named by where it begins, else the module. */
static void push_unplaced(struct symbolizer *symbolizer, const struct place *place)
{
	const struct symbol *symbol = image_symbol(place->image, place->address);
	struct source_frame frame = {.offset = place->reached};
	uint64_t start;
	if (symbol) {
		frame.function =
			functions_of_symbol(&symbolizer->functions, symbol->name, place->image->path);
		frame.instance = instance_of(symbol);
		frame.offset = place->reached - symbol->start;
	} else if (unwind_table_function(&place->image->object, place->address, &start)) {
		char name[32];
		snprintf(name, sizeof(name), "0x%" PRIx64, start);
		frame.function = functions_of_symbol(&symbolizer->functions, name, place->image->path);
		frame.offset = place->reached - start;
	} else {
		frame.function = functions_of_module(&symbolizer->functions, place->image->path);
	}
	symbolizer_push(symbolizer, &frame);
}

static uint64_t offset_of(const struct place *place)
{
	const struct symbol *symbol = image_symbol(place->image, place->address);
	return symbol ? place->reached - symbol->start : place->reached;
}

/* A frame at a line of another file: that of the part which stands there, then its own. */
static void push_part(struct symbolizer *symbolizer, struct source_frame frame,
		      const struct source_function *part, uint32_t line)
{
	const struct symbolizer_options *options = &symbolizer->options;
	struct source_frame inner = frame;
	inner.function = part;
	inner.line = line;
	inner.inlined = true;
	symbolizer_push(symbolizer, &inner);
	frame.line = options->inclusion ? options->inclusion(options->inclusion_context, frame.function,
							     part->file, line)
					: 0;
	symbolizer_push(symbolizer, &frame);
}

struct frames *symbolizer_made(struct symbolizer *symbolizer)
{
	struct frame_list *made = &symbolizer->made;
	size_t size_bytes = made->count * sizeof(*made->list);
	struct frames *frames = pool_alloc(&symbolizer->pool, sizeof(*frames) + size_bytes);
	frames->count = made->count;
	memcpy(frames->list, made->list, size_bytes);
	made->count = 0;
	return frames;
}

/* The linker's name of a function that its DIE names too little: a lambda, what is in line tables only. */
const char *image_name_of(struct image *image, struct unit_origin *origin)
{
	if (origin->function || origin->entry == 0 || !functions_want_symbol(&origin->die))
		return NULL;
	const struct symbol *symbol = image_symbol(image, origin->entry + image->object.dwarf_shift);
	return symbol ? symbol->name : NULL;
}

/* From the innermost scope outwards: each outer one stands at the line that its inner one was called from. */
static void push_scopes(struct symbolizer *symbolizer, const struct place *place, struct unit *unit,
			uint32_t innermost, uint64_t address)
{
	const char *file;
	uint32_t line = unit_line_at(unit, &place->image->sources, address, &file);
	struct unit_scope *scope;
	for (uint32_t i = innermost; i != SCOPE_NONE; i = scope->parent) {
		scope = &unit->scopes[i];
		struct unit_origin *origin = &unit->origins[scope->origin];
		struct source_frame frame = {.inlined = scope->parent != SCOPE_NONE, .line = line};
		frame.function = functions_of_origin(&symbolizer->functions, origin, &scope->die,
						     image_name_of(place->image, origin), place->image->path);
		frame.instance = origin->instance;
		const struct unit_part *part =
			line > 0 && file != origin->file ? unit_part_of(unit, origin, file) : NULL;
		if (line == 0 || part)
			frame.offset = offset_of(place);
		if (part)
			push_part(symbolizer, frame,
				  functions_of_part(&symbolizer->functions, frame.function, file,
						    part->first_line, part->last_line),
				  line);
		else
			symbolizer_push(symbolizer, &frame);
		file = scope->call_file;
		line = *file ? scope->call_line : 0;
	}
}

/* Symbols of assembler may have no size: then their first line is all that is known of them. */
static uint64_t code_bytes(const struct symbol *symbol)
{
	return symbol->size_bytes > 0 ? symbol->size_bytes : 1;
}

/* Where a symbol's code stands, by the line table: a clone's, or a part's that was split off, stands where
 * its function does. */
static struct source_function *function_of_code(struct symbolizer *symbolizer, struct image *image,
						const struct symbol *symbol)
{
	const struct symbol *whole = symbols_whole(&image->symbols, symbol);
	uint64_t start = whole->start - image->object.dwarf_shift;
	struct unit *unit = units_find(&image->units, start);
	struct unit_extent extent = {.file = ""};
	if (unit) {
		unit_index(unit, &image->sources);
		extent = unit_extent(unit, &image->sources, start, start + code_bytes(whole), "");
	}
	return functions_of_code(&symbolizer->functions, symbol->name, &extent, image->path);
}

static struct source_function *find_code(struct symbolizer *symbolizer, struct image *image,
					 const struct symbol *symbol)
{
	struct source_function *known = map_get(&symbolizer->codes, (uintptr_t)symbol, 0);
	if (!known) {
		known = function_of_code(symbolizer, image, symbol);
		map_put(&symbolizer->codes, (uintptr_t)symbol, 0, known);
	}
	return known;
}

/* Code that a line table is about, but no DIE: assembler, and functions in line tables only. */
static void push_code(struct symbolizer *symbolizer, const struct place *place, struct unit *unit,
		      uint64_t address)
{
	struct image *image = place->image;
	const struct symbol *symbol = image_symbol(image, place->address);
	if (!symbol) {
		push_unplaced(symbolizer, place);
		return;
	}
	const char *file;
	struct source_frame frame = {.function = find_code(symbolizer, image, symbol),
				     .instance = instance_of(symbol),
				     .offset = place->reached - symbol->start,
				     .line = unit_line_at(unit, &image->sources, address, &file)};
	if (frame.line == 0 || file == frame.function->file) {
		symbolizer_push(symbolizer, &frame);
		return;
	}
	uint64_t start = symbol->start - image->object.dwarf_shift;
	struct unit_extent part = unit_extent(unit, &image->sources, start, start + code_bytes(symbol), file);
	push_part(symbolizer, frame,
		  functions_of_part(&symbolizer->functions, frame.function, file, part.first_line,
				    part.last_line),
		  frame.line);
}

static struct frames *look_up(struct symbolizer *symbolizer, const struct place *place)
{
	uint64_t address = place->address - place->image->object.dwarf_shift;
	struct unit *unit = units_find(image_units(place->image), address);
	if (unit) {
		unit_index(unit, &place->image->sources);
		const struct unit_segment *segment = unit_segment_at(unit, address);
		if (segment)
			push_scopes(symbolizer, place, unit, segment->scope, address);
		else
			push_code(symbolizer, place, unit, address);
	} else {
		push_unplaced(symbolizer, place);
	}
	return symbolizer_made(symbolizer);
}

struct frames *symbolizer_look_up(struct symbolizer *symbolizer, struct image *image, uint64_t address)
{
	return look_up(symbolizer, &(struct place){image, address, address + 1});
}

struct source_function *symbolizer_function(struct symbolizer *symbolizer, struct image *image,
					    struct unit *unit, struct unit_origin *origin)
{
	return functions_of_origin(&symbolizer->functions, origin, &unit->scopes[origin->copies - 1].die,
				   image_name_of(image, origin), image->path);
}

static struct frames *look_up_unknown(struct symbolizer *symbolizer, uint64_t pc)
{
	const char *nowhere = strings_intern(&symbolizer->strings, "");
	struct source_frame frame = {.function = functions_of_module(&symbolizer->functions, nowhere),
				     .offset = pc};
	symbolizer_push(symbolizer, &frame);
	return symbolizer_made(symbolizer);
}

const char *symbolizer_full_name(struct symbolizer *symbolizer, const struct source_frame *frame,
				 bool parameters)
{
	const char *name = frame->function->name;
	if (!frame->instance)
		return name;
	if (name_is_mangled(frame->instance))
		return name_with_arguments(&symbolizer->strings, frame->instance, parameters);
	return name_within(&symbolizer->strings, name, frame->instance);
}

const char *symbolizer_place(struct symbolizer *symbolizer, const struct source_frame *frame)
{
	const struct source_function *function = frame->function;
	char *text, *end;

	if (source_frame_spot(frame) < SPOT_OFFSET)
		return function->name;
	uint64_t start = text_starts(function->name, "0x") ? strtoull(function->name, &end, 16) : 0;
	int length = start > 0 ? asprintf(&text, "0x%" PRIx64, start + frame->offset)
			       : asprintf(&text, "%s+0x%" PRIx64, function->name, frame->offset);
	if (length < 0)
		return function->name;
	const char *place = strings_intern(&symbolizer->strings, text);
	free(text);
	return place;
}

const char *symbolizer_demangled_name(struct symbolizer *symbolizer, const struct source_frame *frame)
{
	if (frame->instance && text_starts(frame->instance, "_Z"))
		return name_as_demangled(&symbolizer->strings, frame->instance);
	return symbolizer_full_name(symbolizer, frame, true);
}

static struct frames *look_up_code(struct symbolizer *symbolizer, uint16_t module, uint64_t pc, bool exact)
{
	if (module == 0 || module >= symbolizer->module_count)
		return look_up_unknown(symbolizer, pc);
	struct image *image = symbolizer_image(symbolizer, module);
	uint64_t reached = pc - symbolizer->modules[module].bias;
	warn_of_missing_lines(symbolizer, image);
	return look_up(symbolizer, &(struct place){image, exact ? reached : reached - 1, reached});
}

size_t symbolizer_frames(struct symbolizer *symbolizer, uint16_t module, uint64_t pc, bool exact,
			 const struct source_frame **out)
{
	uint64_t key = (uint64_t)module << 1 | exact;
	const struct frames *frames = NULL;
	if (symbolizer->remembered)
		frames = remembered_frames(symbolizer->remembered, &(struct names_key){pc, module, exact});
	if (!frames)
		frames = map_get(&symbolizer->frames, pc, key);
	if (!frames) {
		struct frames *found = look_up_code(symbolizer, module, pc, exact);
		map_put(&symbolizer->frames, pc, key, found);
		frames = found;
	}
	*out = frames->list;
	return frames->count;
}

const char *symbolizer_export(struct symbolizer *symbolizer, const struct trace_code *code)
{
	struct image *image;

	if (symbolizer->remembered)
		return remembered_export(symbolizer->remembered, code);
	if (code->module == 0 || code->module >= symbolizer->module_count)
		return NULL;
	image = symbolizer_image(symbolizer, code->module);
	return exports_find(image_exports(image), &image->object,
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

void symbolizer_add_marked(struct symbolizer *symbolizer, const struct source_function *function)
{
	symbolizer->marked = pool_grow(symbolizer->marked, &symbolizer->marked_capacity,
				       symbolizer->marked_count + 1, sizeof(struct source_function *));
	symbolizer->marked[symbolizer->marked_count++] = function;
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
		functions_of_origin(&symbolizer->functions, origin, &die, NULL, marking->image->path);
	if (function->marked)
		return;
	function->marked = true;
	symbolizer_add_marked(symbolizer, function);
}

size_t symbolizer_marks(struct symbolizer *symbolizer, const struct source_function *const **functions)
{
	if (symbolizer->remembered)
		return remembered_marks(symbolizer->remembered, functions);
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		struct image *image = symbolizer_image(symbolizer, i);
		if (image->module != &symbolizer->modules[i])
			continue;
		/* The debug files of system libraries are not worth a search: nobody marks functions there.
		 */
		if (!is_system_library(image->path))
			object_dwarf(&image->object);
		Elf_Data *section = object_section(&image->object, MARKS_SECTION);
		if (section && section->d_buf && image_units(image)->count > 0)
			marks_resolve(section->d_buf, section->d_size, &image->units, &image->sources,
				      mark_function, &(struct marking){symbolizer, image});
	}
	*functions = symbolizer->marked;
	return symbolizer->marked_count;
}

const unsigned char *symbolizer_source_md5(const struct symbolizer *symbolizer, const char *file)
{
	const unsigned char *md5 = NULL;
	if (symbolizer->remembered)
		return remembered_md5(symbolizer->remembered, file);
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		const struct image *image = symbolizer->images[i];
		const unsigned char *found = image ? sources_md5(&image->sources, file) : NULL;
		if (md5 && found && memcmp(md5, found, MD5_BYTES) != 0)
			return NULL;
		md5 = found ? found : md5;
	}
	return md5;
}

const char *symbolizer_warning(const struct symbolizer *symbolizer, size_t index)
{
	return index < symbolizer->warning_count ? symbolizer->warnings[index] : NULL;
}
