/*
 * callees.c - which function a call calls, across the units and objects of a program.
 *
 * By the names that the dynamic linker goes by, but where several objects define one, it is not said here
 * which it took.
 */
#include "private.h"

#include "classify.h"
#include "names.h"

#include <dwarf.h>
#include <stdlib.h>

static const struct code_function unknown;

/* ---- functions with code ------------------------------------------------------------------ */

static struct code_function *function_of(struct symbolizer *symbolizer, struct image *image,
					 struct unit *unit, struct unit_origin *origin)
{
	struct code_function *function = map_get(&symbolizer->code_functions, (uintptr_t)origin, 0);

	if (!function) {
		function = pool_alloc(&symbolizer->pool, sizeof(*function));
		*function = (struct code_function){.image = image, .unit = unit, .origin = origin};
		map_put(&symbolizer->code_functions, (uintptr_t)origin, 0, function);
	}
	return function;
}

struct code_function *code_function_at(struct symbolizer *symbolizer, struct image *image, uint64_t address)
{
	uint64_t in_dwarf = address - image->object.dwarf_shift;
	struct unit *unit = units_find(image_units(image), in_dwarf);
	const struct unit_segment *segment;
	uint32_t scope;

	in_dwarf = address - image->object.dwarf_shift; /* known once the units are */
	if (!unit)
		return NULL;
	unit_index(unit, &image->sources);
	segment = unit_segment_at(unit, in_dwarf);
	if (!segment)
		return NULL;
	for (scope = segment->scope; unit->scopes[scope].parent != SCOPE_NONE;)
		scope = unit->scopes[scope].parent;
	return function_of(symbolizer, image, unit, &unit->origins[unit->scopes[scope].origin]);
}

static void add_jumps_to_stubs(struct code_function *function, Dwarf_Die *die)
{
	const struct exports *exports = image_exports(function->image);
	uint64_t shift = function->image->object.dwarf_shift, at;
	Dwarf_Addr base, start, end;

	for (ptrdiff_t range = 0; (range = dwarf_ranges(die, range, &base, &start, &end)) > 0;)
		while ((at = exports_jump_to_stub(exports, start + shift, end + shift)) > 0) {
			call_sites_add_jump(&function->sites, at - shift);
			start = at - shift + 1;
		}
}

/* Of all copies of its code. */
const struct call_sites *code_function_sites(struct code_function *function)
{
	struct unit *unit = function->unit;

	if (function->callees)
		return &function->sites;
	for (uint32_t copy = function->origin->copies; copy > 0; copy = unit->scopes[copy - 1].next_copy) {
		call_sites_add(&function->sites, &unit->scopes[copy - 1].die);
		add_jumps_to_stubs(function, &unit->scopes[copy - 1].die);
	}
	function->callees =
		pool_grow(NULL, &(size_t){0}, function->sites.count + 1, sizeof(*function->callees));
	for (size_t i = 0; i < function->sites.count; i++)
		function->callees[i] = NULL;
	return &function->sites;
}

void code_functions_finish(struct symbolizer *symbolizer)
{
	struct map *map = &symbolizer->code_functions;

	for (size_t i = 0; i < map->capacity; i++) {
		struct code_function *function = map->slots[i].value;

		if (!function)
			continue;
		call_sites_finish(&function->sites);
		free(function->callees);
	}
	map_finish(map);
	map_finish(&symbolizer->callees);
}

/* ---- by name ---------------------------------------------------------------------------------- */

/* Under the second key, those of which there are several. */
static void add_name(struct symbolizer *symbolizer, struct map *names, const struct symbol *symbol)
{
	uintptr_t name = (uintptr_t)strings_intern(&symbolizer->strings, symbol->name);
	const struct symbol *known = map_get(names, name, 0);

	if (!known)
		map_put(names, name, 0, (void *)(uintptr_t)symbol);
	else if (known->local && known->start != symbol->start && !map_get(names, name, 1))
		map_put(names, name, 1, (void *)(uintptr_t)symbol);
}

static void add_names(struct symbolizer *symbolizer, const struct symbols *symbols, bool local,
		      struct map *names)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (symbols->list[i].local == local)
			add_name(symbolizer, names, &symbols->list[i]);
}

/* What an object defines for its own files.  What is hidden from other objects is local in the end, as is
 * what one file has for itself. */
static const struct symbol *defined(struct symbolizer *symbolizer, struct image *image, const char *name)
{
	image_symbol(image, 0);
	if (!image->defined_ready) {
		add_names(symbolizer, &image->symbols, false, &image->defined);
		add_names(symbolizer, &image->symbols, true, &image->defined);
	}
	image->defined_ready = true;
	const struct symbol *found = map_get(&image->defined, (uintptr_t)name, 0);
	return found && found->local && map_get(&image->defined, (uintptr_t)name, 1) ? NULL : found;
}

/* What it defines for others. */
static const struct symbol *exported(struct symbolizer *symbolizer, struct image *image, const char *name)
{
	if (!image->exported_ready)
		add_names(symbolizer, &image_exports(image)->symbols, false, &image->exported);
	image->exported_ready = true;
	return map_get(&image->exported, (uintptr_t)name, 0);
}

/* How many other objects export a name, of those whose functions can be told or of the rest; *found is one of
 * them. */
static size_t count_others(struct symbolizer *symbolizer, const struct image *image, const char *name,
			   bool told, struct image **found)
{
	size_t count = 0;

	for (size_t i = 1; i < symbolizer->module_count; i++) {
		struct image *other = symbolizer_image(symbolizer, i);
		bool can_tell = !symbolizer->c_library[i] && image_units(other)->count > 0;
		if (can_tell != told || other == image || other->module != &symbolizer->modules[i] ||
		    !exported(symbolizer, other, name))
			continue;
		*found = other;
		count++;
	}
	return count;
}

static bool has_flag(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	bool flag = false;

	return dwarf_attr_integrate(die, name, &attribute) && dwarf_formflag(&attribute, &flag) == 0 && flag;
}

/* NULL, too, where a file has it for itself. */
static struct code_function *function_of_symbol(struct symbolizer *symbolizer, struct image *image,
						const struct symbol *symbol)
{
	if (!symbol || symbol->chosen_at_load || is_c_library(image->path))
		return NULL;
	struct code_function *function = code_function_at(symbolizer, image, symbol->start);
	return function && has_flag(&function->origin->die, DW_AT_external) ? function : NULL;
}

/* ---- of a call ---------------------------------------------------------------------------------- */

static struct unit *unit_of(struct image *image, struct unit *nearest, Dwarf_Die *die)
{
	Dwarf_Die own;

	if (!dwarf_diecu(die, &own, NULL, NULL) || own.addr == nearest->tree.addr)
		return nearest;
	for (size_t i = 0; i < image->units.count; i++) {
		struct unit *unit = &image->units.list[i];

		if (unit->tree.addr != own.addr)
			continue;
		unit_index(unit, &image->sources);
		return unit;
	}
	return NULL;
}

static const char *linker_name(struct symbolizer *symbolizer, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute));

	if (!name)
		name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute));
	name = name ? name : dwarf_diename(die);
	return name ? strings_intern(&symbolizer->strings, name) : NULL;
}

/* What the recorder stands in for was not called, whoever defines it. */
static struct code_function *find_callee(struct symbolizer *symbolizer, struct image *image,
					 struct unit *unit, Dwarf_Die *die)
{
	const char *name = linker_name(symbolizer, die);
	struct unit *home = unit_of(image, unit, die);
	struct unit_origin *origin = home ? unit_origin_of(home, die) : NULL;
	struct image *other = NULL, *rest = NULL;
	const struct symbol *own;

	if (origin && origin->copies > 0 && !has_flag(die, DW_AT_external))
		return function_of(symbolizer, image, home, origin);
	if (!name || !has_flag(die, DW_AT_external) ||
	    is_allocator(name_of_symbol(&symbolizer->strings, name), false, true))
		return NULL;
	own = defined(symbolizer, image, name);
	if (!own || !object_is_program(&image->object)) {
		/* Most calls are of system libraries: their many names are looked at last. */
		size_t others = count_others(symbolizer, image, name, true, &other);
		if (others + (own ? 1 : 0) != 1 || count_others(symbolizer, image, name, false, &rest) > 0)
			return NULL;
	}
	if (!own)
		return function_of_symbol(symbolizer, other, exported(symbolizer, other, name));
	return origin && origin->copies > 0 ? function_of(symbolizer, image, home, origin)
					    : function_of_symbol(symbolizer, image, own);
}

const struct code_function *code_function_callee(struct symbolizer *symbolizer,
						 struct code_function *function, const struct call_site *site)
{
	size_t index = (size_t)(site - function->sites.list);
	Dwarf_Die die = site->callee;
	const struct code_function *callee = function->callees[index];

	if (!callee && die.addr)
		callee = map_get(&symbolizer->callees, (uintptr_t)die.addr, 0);
	if (!callee && die.addr) {
		callee = find_callee(symbolizer, function->image, function->unit, &die);
		callee = callee ? callee : &unknown;
		map_put(&symbolizer->callees, (uintptr_t)die.addr, 0, (void *)(uintptr_t)callee);
	}
	function->callees[index] = callee ? callee : &unknown;
	return function->callees[index] == &unknown ? NULL : function->callees[index];
}
