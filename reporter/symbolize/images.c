/*
 * images.c - the symbolizer, and the objects of a trace's modules: opened once each when first asked for,
 * their indexes too; and what is to be told of those that lack something.
 */
#include "symbolize/symbolize.h"

#include "classify.h"
#include "marks.h"
#include "missing.h"
#include "private.h"
#include "remembered.h"

#include <errno.h>
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
void image_warn_of_missing_lines(struct symbolizer *symbolizer, struct image *image)
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

const char *symbolizer_warning(const struct symbolizer *symbolizer, size_t index)
{
	return index < symbolizer->warning_count ? symbolizer->warnings[index] : NULL;
}
