/*
 * lookup.c - from (module, pc) to frames: asks unit and symbol indexes, keeps the answers.
 */
#include "symbolize/symbolize.h"
#include "base/text.h"

#include "classify.h"
#include "marks.h"
#include "names.h"
#include "private.h"
#include "remembered.h"
#include "unwind_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	if (size_bytes > 0)
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
	image_warn_of_missing_lines(symbolizer, image);
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
