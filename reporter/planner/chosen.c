/*
 * chosen.c - one walk over the DIEs that may hold functions, their bodies included: lambdas and methods of
 * local classes stand there.
 */
#include "chosen.h"

#include "symbolize/names.h"

#include <dwarf.h>
#include <fnmatch.h>
#include <string.h>

#define DEPTH_MAX 200

struct choosing {
	const struct wanted *wanted;
	struct unit *unit;
	struct functions *functions;
	struct map *elsewhere; /* DIEs of functions of other units that were met */
	chosen_fn *found;
	void *context;
};

bool wanted_marks(const struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->glob_count; i++)
		if (!*wanted->globs[i])
			return true;
	return false;
}

bool wanted_names(const struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->glob_count; i++)
		if (*wanted->globs[i])
			return true;
	return false;
}

/* A glob is met by a whole name, or by what stands behind a "::" of it. */
static bool glob_matches(const char *glob, const char *name)
{
	if (fnmatch(glob, name, 0) == 0)
		return true;
	for (const char *part = strstr(name, "::"); part; part = strstr(part + 2, "::"))
		if (fnmatch(glob, part + 2, 0) == 0)
			return true;
	return false;
}

static bool any_matches(const struct wanted *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->glob_count; i++)
		if (*wanted->globs[i] && glob_matches(wanted->globs[i], name))
			return true;
	return false;
}

/* Only then is it worth while to make qualified names. */
static bool asks_for_scopes(const struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->glob_count; i++)
		if (strpbrk(wanted->globs[i], ":*?["))
			return true;
	return false;
}

static bool is_chosen(const struct choosing *choosing, Dwarf_Die *die)
{
	const char *plain = dwarf_diename(die), *symbol = functions_linkage_name(die);
	if ((plain && any_matches(choosing->wanted, plain)) ||
	    (symbol && any_matches(choosing->wanted, symbol)))
		return true;
	return (plain || symbol) && functions_have_scopes(die) && asks_for_scopes(choosing->wanted) &&
	       any_matches(choosing->wanted, functions_display_name(choosing->functions, die, symbol));
}

static bool is_of_code(Dwarf_Die *die)
{
	return !dwarf_hasattr(die, DW_AT_declaration) &&
	       (dwarf_hasattr(die, DW_AT_low_pc) || dwarf_hasattr(die, DW_AT_ranges) ||
		dwarf_hasattr(die, DW_AT_inline));
}

static void walk(const struct choosing *choosing, Dwarf_Die *parent, unsigned depth);

/* With link-time optimization a function may be in a unit that has no code, and its copies in another. */
static void visit_copy(const struct choosing *choosing, Dwarf_Die *die)
{
	Dwarf_Die origin = sources_origin(*die);
	if (origin.cu == die->cu || map_get(choosing->elsewhere, (uintptr_t)origin.addr, 0))
		return;
	map_put(choosing->elsewhere, (uintptr_t)origin.addr, 0, choosing->unit);
	if (!dwarf_hasattr(&origin, DW_AT_declaration) && is_chosen(choosing, &origin))
		choosing->found(choosing->context, choosing->unit, &origin);
}

static void visit(const struct choosing *choosing, Dwarf_Die *die, unsigned depth)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_subprogram:
		if (is_of_code(die) && is_chosen(choosing, die))
			choosing->found(choosing->context, choosing->unit, die);
		walk(choosing, die, depth);
		return;
	case DW_TAG_inlined_subroutine:
		visit_copy(choosing, die);
		walk(choosing, die, depth);
		return;
	case DW_TAG_lexical_block:
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type:
		walk(choosing, die, depth);
		return;
	default:
		return;
	}
}

static void walk(const struct choosing *choosing, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die child, next;
	if (depth >= DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return;
	for (;;) {
		visit(choosing, &child, depth + 1);
		/* DW_AT_sibling may point anywhere: only forwards is progress. */
		if (dwarf_siblingof(&child, &next) != 0 || next.addr <= child.addr)
			return;
		child = next;
	}
}

void chosen_by_name(const struct wanted *wanted, struct units *units, struct functions *functions,
		    chosen_fn *found, void *context)
{
	struct map elsewhere = {0};
	for (size_t i = 0; i < units->count; i++) {
		struct choosing choosing = {wanted, &units->list[i], functions, &elsewhere, found, context};
		walk(&choosing, &units->list[i].tree, 0);
	}
	map_finish(&elsewhere);
}
