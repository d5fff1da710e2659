/*
 * private.h - what the files behind symbolize.h share: the symbolizer and its opened objects.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_PRIVATE_H
#define MPROF_REPORTER_SYMBOLIZE_PRIVATE_H

#include "exports.h"
#include "functions.h"
#include "symbols.h"
#include "units.h"

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
	bool runtimes_ready;
	unsigned runtimes; /* enum runtime */
};

/* The frames of one pc as they are made. */
struct frame_list {
	struct source_frame *list;
	size_t count, capacity;
};

struct symbolizer {
	const struct trace_module *modules;
	size_t module_count;
	struct symbolizer_options options;
	struct places places;
	struct strings strings;
	struct functions functions;
	struct pool pool;
	struct frame_list made;
	struct map codes;      /* symbol -> its function, where a line table alone is about it */
	struct map frames;     /* (pc, module and exactness) -> struct frames */
	struct image **images; /* by module; NULL until needed */
	bool *c_library;       /* by module */
	const char **warnings;
	size_t warning_count, warning_capacity;
	const struct source_function **marked;
	size_t marked_count, marked_capacity;
};

/* The object of a module, opened when first asked for. */
struct image *symbolizer_image(struct symbolizer *symbolizer, size_t index);

/* Its units and the symbol at an address of its file, or NULL; both are read when first asked for. */
struct units *image_units(struct image *image);
const struct symbol *image_symbol(struct image *image, uint64_t address);

/* The linker's name of a function, where that says more than its DIE; else NULL. */
const char *image_name_of(struct image *image, struct unit_origin *origin);

#endif
