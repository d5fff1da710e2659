/*
 * whole.c - the part of symbolize.h that asks whole objects, instead of the addresses that were met: whether
 * something is there at all, and what a program was made of.
 */
#include "private.h"
#include "unit_places.h"

#include "classify.h"
#include "debug_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The object of a module that may hold code of the program's own, at the first module that it is loaded as;
 * else NULL. */
static struct image *own_image(struct symbolizer *symbolizer, size_t index)
{
	struct image *image = symbolizer_image(symbolizer, index);
	return image->module == &symbolizer->modules[index] && !is_system_library(image->path) ? image : NULL;
}

static void know_symbols(struct symbolizer *symbolizer, struct image *image)
{
	image_symbol(image, 0);
	for (size_t i = 0; i < image->symbols.count; i++)
		functions_of_symbol(&symbolizer->functions, image->symbols.list[i].name, image->path);
}

static void know_units(struct symbolizer *symbolizer, struct image *image)
{
	struct units *units = image_units(image);
	for (size_t i = 0; i < units->count; i++) {
		struct unit *unit = &units->list[i];
		unit_index(unit, &image->sources);
		for (size_t k = 0; k < unit->origin_count; k++) {
			Dwarf_Die die = unit->origins[k].die;
			functions_of_origin(&symbolizer->functions, &unit->origins[k], &die,
					    image_name_of(image, &unit->origins[k]), image->path);
		}
	}
}

void symbolizer_know_all(struct symbolizer *symbolizer)
{
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		struct image *image = own_image(symbolizer, i);
		if (!image)
			continue;
		know_units(symbolizer, image);
		know_symbols(symbolizer, image);
	}
}

bool symbolizer_has_line(struct symbolizer *symbolizer, uint32_t line, symbolizer_file_fn *is_meant,
			 const void *context)
{
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		struct image *image = own_image(symbolizer, i);
		struct units *units = image ? image_units(image) : NULL;
		for (size_t k = 0; units && k < units->count; k++)
			if (unit_has_line(&units->list[k], &image->sources, line, is_meant, context))
				return true;
	}
	return false;
}

/* Under whose name an address of the file is shown; of inlined functions the one that they are in. */
static const struct source_function *shown_at(struct symbolizer *symbolizer, size_t module, uint64_t address)
{
	const struct source_frame *frames;
	uint64_t pc = address + symbolizer->modules[module].bias;
	size_t count = symbolizer_frames(symbolizer, (uint16_t)module, pc, true, &frames);
	return count > 0 ? frames[count - 1].function : NULL;
}

const struct source_function *symbolizer_namesake(struct symbolizer *symbolizer,
						  symbolizer_function_fn *is_meant, const void *context)
{
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		struct image *image = own_image(symbolizer, i);
		for (size_t k = 0; image && k < image->symbols.count; k++) {
			const struct symbol *symbol = &image->symbols.list[k];
			if (!is_meant(context,
				      functions_of_symbol(&symbolizer->functions, symbol->name, image->path)))
				continue;
			const struct source_function *shown = shown_at(symbolizer, i, symbol->start);
			if (shown && !is_meant(context, shown))
				return shown;
		}
	}
	return NULL;
}

/* FNV-1a */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count)
{
	for (const unsigned char *at = bytes; count > 0; at++, count--)
		hash = (hash ^ *at) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_sources(uint64_t hash, struct units *units)
{
	for (size_t i = 0; i < units->count; i++) {
		const char *name = dwarf_diename(&units->list[i].die);
		if (name)
			hash = hash_bytes(hash, name, strlen(name) + 1);
	}
	return hash;
}

uint64_t symbolizer_origin(struct symbolizer *symbolizer, const char *path)
{
	const uint64_t basis = UINT64_C(0xcbf29ce484222325);
	if (symbolizer->options.names)
		return symbolizer->options.names->origin;
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		const struct trace_module *module = &symbolizer->modules[i];
		if (strcmp(module->path, path) != 0)
			continue;
		uint64_t hash = hash_sources(basis, image_units(symbolizer_image(symbolizer, i)));
		if (hash != basis)
			return hash;
		if (module->build_id_bytes > 0)
			return hash_bytes(basis, module->build_id, module->build_id_bytes);
	}
	return hash_bytes(basis, path, strlen(path));
}

bool symbolizer_is_at_hand(struct symbolizer *symbolizer, const char *path)
{
	for (size_t i = 1; i < symbolizer->module_count; i++)
		if (strcmp(symbolizer->modules[i].path, path) == 0)
			return symbolizer_image(symbolizer, i)->object.state == OBJECT_FOUND;
	return false;
}

bool symbolizer_has_lines(const struct symbolizer *symbolizer, size_t module)
{
	return module < symbolizer->module_count && symbolizer->images[module] &&
	       symbolizer->images[module]->object.dwarf;
}

/* ---- against names ----------------------------------------------------------------------------- */

static bool has_debug_file(const struct trace_module *module, const struct places *places)
{
	char *name = debug_file_build_id_name(module->build_id, module->build_id_bytes);
	bool found = false;
	for (char *const *root = places->build_id_roots; name && *root && !found; root++) {
		char *path;
		if (asprintf(&path, "%s%s", *root, name) < 0)
			continue;
		found = access(path, R_OK) == 0;
		free(path);
	}
	free(name);
	return found;
}

static bool has_lines(const struct trace_module *module, struct places *places)
{
	struct object object = {0};
	object_open(&object, module, places);
	bool found = object.state == OBJECT_FOUND && object_dwarf(&object);
	object_close(&object);
	return found;
}

static bool has_more(const struct trace_module *modules, size_t module_count, struct places *places,
		     const struct names *names)
{
	const char *servers = getenv("DEBUGINFOD_URLS");
	bool more = false, has_servers = servers && *servers;
	for (size_t i = 1; i < module_count && i < names->module_count && !more; i++)
		more = !names->modules[i].lines && modules[i].path[0] == '/' &&
		       (has_servers || has_debug_file(&modules[i], places)) && has_lines(&modules[i], places);
	for (size_t i = 1; i < module_count && i < names->module_count && more; i++)
		more = !names->modules[i].lines || has_lines(&modules[i], places);
	return more;
}

bool symbolizer_knows_more(const struct trace_module *modules, size_t module_count,
			   const struct symbolizer_options *options, const struct names *names)
{
	struct places places;
	bool more = places_init(&places, options) == 0 && has_more(modules, module_count, &places, names);
	places_finish(&places);
	return more;
}
