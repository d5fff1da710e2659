/*
 * private.h - what the files behind symbolize.h share: the symbolizer and its opened objects.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_PRIVATE_H
#define MPROF_REPORTER_SYMBOLIZE_PRIVATE_H

#include "call_sites.h"
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
	struct map defined, exported; /* by interned name: symbols; see callees.c */
	bool defined_ready, exported_ready;
	bool units_ready, symbols_ready, exports_ready, asked; /* asked: a pc was looked up in it */
	bool runtimes_ready;
	unsigned runtimes; /* enum runtime */
};

/* A function with code and debug information. */
struct code_function {
	struct image *image; /* NULL: code that has not called anything yet, though it stands within a call */
	struct unit *unit;
	struct unit_origin *origin;
	struct call_sites sites;
	const struct code_function **callees; /* of these; NULL until asked for */
};

/* What one pc's frames are, or those between two. */
struct frames {
	size_t count;
	struct source_frame list[];
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
	struct map codes;              /* symbol -> its function, where a line table alone is about it */
	struct map frames;             /* (pc, module and exactness) -> struct frames */
	struct map callees;            /* DIE -> the function with code */
	struct map code_functions;     /* origin -> itself as such */
	struct map left_out;           /* (function called, function inside) -> struct frames */
	struct remembered *remembered; /* NULL: everything is looked up */
	struct image **images;         /* by module; NULL until needed */
	bool *c_library;               /* by module */
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

/* The frames of an address of the file within an instruction. */
struct frames *symbolizer_look_up(struct symbolizer *symbolizer, struct image *image, uint64_t address);

/* The source function of an origin with code of its own. */
struct source_function *symbolizer_function(struct symbolizer *symbolizer, struct image *image,
					    struct unit *unit, struct unit_origin *origin);

/* Adds a frame to those that are being made; and takes these. */
void symbolizer_push(struct symbolizer *symbolizer, const struct source_frame *frame);
struct frames *symbolizer_made(struct symbolizer *symbolizer);

/* Adds a function to those that carry a mark. */
void symbolizer_add_marked(struct symbolizer *symbolizer, const struct source_function *function);

/* The exports of an object, read when first asked for. */
struct exports *image_exports(struct image *image);

/* Once per object that a pc was looked up in. */
void image_warn_of_missing_lines(struct symbolizer *symbolizer, struct image *image);

/* The function that an address of the file lies in; NULL: nothing is known of it. */
struct code_function *code_function_at(struct symbolizer *symbolizer, struct image *image, uint64_t address);

/* The calls of a function; and the function that one of them calls, NULL if that is not known.  callees.c */
const struct call_sites *code_function_sites(struct code_function *function);
const struct code_function *code_function_callee(struct symbolizer *symbolizer,
						 struct code_function *function,
						 const struct call_site *site);
void code_functions_finish(struct symbolizer *symbolizer);

/* The linker's name of a function, where that says more than its DIE; else NULL. */
const char *image_name_of(struct image *image, struct unit_origin *origin);

#endif
