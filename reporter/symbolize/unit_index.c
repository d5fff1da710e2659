/*
 * unit_index.c - one walk over the DIEs gives scopes with nested ranges; a sweep flattens these to disjoint
 * segments.
 */
#include "unit.h"
#include "base/text.h"

#include "names.h"
#include "paths.h"
#include "unit_lines.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/* Real nesting stays far below; the bound keeps hostile DWARF off the stack's end. */
#define DEPTH_MAX 200

struct range {
	uint64_t start, end;
	uint32_t scope, depth;
};

struct walk {
	struct unit *unit;
	struct sources *sources;
	struct range *ranges;
	size_t range_count, range_capacity;
	uint32_t bodies;      /* functions whose bodies the walk is in */
	struct map in_bodies; /* DIEs of the functions found there */
	struct paths paths;
	int language;
};

/* For those whose DIEs lie in another unit (link-time optimisation), in a namespace (Rust), or beside what
 * they are a piece of (OpenMP, blocks, Go's closures). */
static bool is_nested_by_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *plain = dwarf_diename(die);
	const char *symbol = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute));
	return (symbol && name_is_nested(symbol)) || (plain && name_is_nested(plain));
}

static bool is_fortran(int language)
{
	return language == DW_LANG_Fortran77 || language == DW_LANG_Fortran90 ||
	       language == DW_LANG_Fortran95 || language == DW_LANG_Fortran03 ||
	       language == DW_LANG_Fortran08;
}

static bool is_ada(int language)
{
	return language == DW_LANG_Ada83 || language == DW_LANG_Ada95 || language == 0x2e /* Ada 2005 */ ||
	       language == 0x2f /* Ada 2012 */;
}

/* `main` of a Fortran program calls the program, which is the unit's main subprogram; that of an Ada program
 * is in a file that its binder wrote, b~NAME.adb;
 * constructors of D modules have names of the compiler's. */
static bool is_generated(const struct walk *walk, Dwarf_Die *die)
{
	const char *plain = is_fortran(walk->language) ? dwarf_diename(die) : NULL;
	const char *file = walk->unit->ada ? dwarf_diename(&walk->unit->tree) : NULL;
	if (file)
		file = base_name(file);
	if (walk->language == DW_LANG_D && (plain = dwarf_diename(die)))
		return text_starts(plain, "gdc.");
	return (plain && strcmp(plain, "main") == 0 && !dwarf_hasattr(die, DW_AT_main_subprogram)) ||
	       (file && (text_starts(file, "b~") || text_starts(file, "b__")));
}

static uint32_t origin_index(struct walk *walk, Dwarf_Die *die)
{
	struct unit *unit = walk->unit;
	Dwarf_Die origin = sources_origin(*die);
	uintptr_t known = (uintptr_t)map_get(&unit->by_die, (uintptr_t)origin.addr, 0);
	if (known)
		return (uint32_t)(known - 1);
	unit->origins = pool_grow(unit->origins, &unit->origin_capacity, unit->origin_count + 1,
				  sizeof(*unit->origins));
	struct unit_origin *made = &unit->origins[unit->origin_count++];
	*made = (struct unit_origin){.die = origin, .generated = is_generated(walk, die)};
	made->nested =
		made->generated || dwarf_hasattr(&made->die, DW_AT_artificial) || is_nested_by_name(die);
	sources_declaration(walk->sources, &made->die, &made->file, &made->first_line);
	made->declared = *made->file && made->first_line > 0;
	if (!made->declared)
		made->first_line = 0;
	if (!*made->file)
		made->file = sources_primary(walk->sources, &unit->tree);
	map_put(&unit->by_die, (uintptr_t)origin.addr, 0, (void *)unit->origin_count); // NOLINT
	return (uint32_t)unit->origin_count - 1;
}

/* True if the DIE has code.  What the linker has discarded is left at address 0. */
static bool add_ranges(struct walk *walk, Dwarf_Die *die, uint32_t depth)
{
	Dwarf_Addr base, start, end;
	size_t before = walk->range_count;
	for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
		if (start == 0 || start >= end)
			continue;
		walk->ranges = pool_grow(walk->ranges, &walk->range_capacity, walk->range_count + 1,
					 sizeof(*walk->ranges));
		walk->ranges[walk->range_count++] =
			(struct range){start, end, (uint32_t)walk->unit->scope_count, depth};
	}
	return walk->range_count > before;
}

static uint32_t add_scope(struct walk *walk, Dwarf_Die *die, uint32_t parent, uint32_t depth)
{
	struct unit *unit = walk->unit;
	size_t first_range = walk->range_count;
	if (!add_ranges(walk, die, depth))
		return SCOPE_NONE;
	uint32_t origin = origin_index(walk, die);
	unit->scopes =
		pool_grow(unit->scopes, &unit->scope_capacity, unit->scope_count + 1, sizeof(*unit->scopes));
	unit->scopes[unit->scope_count] = (struct unit_scope){
		.die = *die,
		.parent = parent,
		.origin = origin,
		.call_line = sources_number(die, DW_AT_call_line),
		.call_file = sources_attribute(walk->sources, die, DW_AT_call_file),
	};
	if (parent == SCOPE_NONE) {
		unit->origins[origin].entry = walk->ranges[first_range].start;
		unit->scopes[unit->scope_count].next_copy = unit->origins[origin].copies;
		unit->origins[origin].copies = (uint32_t)unit->scope_count + 1;
	}
	return (uint32_t)unit->scope_count++;
}

static void walk_children(struct walk *walk, Dwarf_Die *parent_die, uint32_t scope, uint32_t depth);

static void visit_function(struct walk *walk, Dwarf_Die *die, uint32_t depth)
{
	if (walk->bodies > 0 && !map_get(&walk->in_bodies, (uintptr_t)die->addr, 0))
		map_put(&walk->in_bodies, (uintptr_t)die->addr, 0, walk);
	paths_add(&walk->paths, die);
	if (dwarf_hasattr(die, DW_AT_declaration))
		return;
	uint32_t scope = add_scope(walk, die, SCOPE_NONE, depth);
	walk->bodies++;
	walk_children(walk, die, scope, depth);
	walk->bodies--;
}

static void visit_namespace(struct walk *walk, Dwarf_Die *die, uint32_t scope, uint32_t depth)
{
	const struct path *outer = walk->paths.here;
	paths_enter(&walk->paths, die);
	walk_children(walk, die, scope, depth);
	walk->paths.here = outer;
}

static void visit(struct walk *walk, Dwarf_Die *die, uint32_t scope, uint32_t depth)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_subprogram:
		visit_function(walk, die, depth);
		return;
	case DW_TAG_inlined_subroutine: {
		uint32_t inner = scope == SCOPE_NONE ? SCOPE_NONE : add_scope(walk, die, scope, depth);
		walk_children(walk, die, inner == SCOPE_NONE ? scope : inner, depth);
		return;
	}
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
	case DW_TAG_with_stmt:
	case DW_TAG_namespace:
		visit_namespace(walk, die, scope, depth);
		return;
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type:
		walk_children(walk, die, scope, depth);
		return;
	default:
		return;
	}
}

static void walk_children(struct walk *walk, Dwarf_Die *parent_die, uint32_t scope, uint32_t depth)
{
	Dwarf_Die child, next;
	if (depth >= DEPTH_MAX || dwarf_child(parent_die, &child) != 0)
		return;
	for (;;) {
		visit(walk, &child, scope, depth + 1);
		/* DW_AT_sibling may point anywhere: only forwards is progress. */
		if (dwarf_siblingof(&child, &next) != 0 || next.addr <= child.addr)
			return;
		child = next;
	}
}

static int outermost_first(const void *left, const void *right)
{
	const struct range *a = left, *b = right;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->depth != b->depth ? (a->depth < b->depth ? -1 : 1)
				    : (a->scope > b->scope) - (a->scope < b->scope);
}

static void add_segment(struct unit *unit, uint64_t start, uint64_t end, uint32_t scope)
{
	if (start >= end)
		return;
	unit->segments = pool_grow(unit->segments, &unit->segment_capacity, unit->segment_count + 1,
				   sizeof(*unit->segments));
	unit->segments[unit->segment_count++] = (struct unit_segment){start, end, scope};
}

/* Ranges nest, so those that are open at an address form a stack, and the top one owns the address.  Where
 * ranges of broken DWARF overlap otherwise, the later one wins. */
static void flatten(struct unit *unit, struct range *ranges, size_t count)
{
	size_t open_count = 0, open_capacity = 0;
	struct range *open = NULL;
	uint64_t done = 0;
	if (count > 0)
		qsort(ranges, count, sizeof(*ranges), outermost_first);
	for (size_t i = 0; i <= count; i++) {
		uint64_t start = i < count ? ranges[i].start : UINT64_MAX;
		for (; open_count > 0 && open[open_count - 1].end <= start; open_count--) {
			const struct range *top = &open[open_count - 1];
			add_segment(unit, done, top->end, top->scope);
			done = top->end > done ? top->end : done;
		}
		if (open_count > 0)
			add_segment(unit, done, start, open[open_count - 1].scope);
		done = start > done ? start : done;
		if (i == count)
			break;
		open = pool_grow(open, &open_capacity, open_count + 1, sizeof(*open));
		open[open_count++] = ranges[i];
	}
	free(open);
}

static void find_nested(struct walk *walk)
{
	for (size_t i = 0; i < walk->unit->origin_count; i++) {
		struct unit_origin *origin = &walk->unit->origins[i];
		Dwarf_Die declaration = origin->die;
		bool specified = sources_follow(&declaration, DW_AT_specification);
		if (map_get(&walk->in_bodies, (uintptr_t)origin->die.addr, 0) ||
		    (specified && map_get(&walk->in_bodies, (uintptr_t)declaration.addr, 0)) ||
		    paths_nested(&walk->paths, specified ? &declaration : &origin->die))
			origin->nested = true;
	}
}

void unit_index(struct unit *unit, struct sources *sources)
{
	if (unit->indexed)
		return;
	unit->indexed = true;
	struct walk walk = {.unit = unit, .sources = sources, .language = dwarf_srclang(&unit->tree)};
	unit->ada = is_ada(walk.language);
	paths_init(&walk.paths, &unit->tree);
	walk_children(&walk, &unit->tree, SCOPE_NONE, 0);
	find_nested(&walk);
	flatten(unit, walk.ranges, walk.range_count);
	map_finish(&walk.in_bodies);
	paths_finish(&walk.paths);
	free(walk.ranges);
	unit_lines_init(unit, sources);
}

void unit_finish(struct unit *unit)
{
	map_finish(&unit->by_die);
	free(unit->origins);
	free(unit->scopes);
	free(unit->segments);
	free(unit->parts);
}

struct unit_origin *unit_origin_of(const struct unit *unit, Dwarf_Die *die)
{
	Dwarf_Die origin = sources_origin(*die);
	uintptr_t known = (uintptr_t)map_get(&unit->by_die, (uintptr_t)origin.addr, 0);

	return known ? &unit->origins[known - 1] : NULL;
}

const struct unit_segment *unit_segment_at(const struct unit *unit, uint64_t address)
{
	size_t low = 0, high = unit->segment_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (unit->segments[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < unit->segment_count && unit->segments[low].start <= address ? &unit->segments[low]
										 : NULL;
}
