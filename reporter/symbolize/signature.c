/*
 * signature.c - see signature.h.
 *
 * What has no parameter at all makes one thing of its own, and hands on nothing that somebody asked it for.
 */
#include "signature.h"

#include "sources.h"

#include <dwarf.h>

/* The type of a function or parameter, or what a pointer points to, without typedefs and qualifiers; false:
 * void. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attribute;

	return dwarf_attr_integrate(die, DW_AT_type, &attribute) && dwarf_formref_die(&attribute, type) &&
	       dwarf_peel_type(type, type) == 0;
}

static bool is_pointer(Dwarf_Die *type)
{
	int tag = dwarf_tag(type);

	return tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type ||
	       tag == DW_TAG_rvalue_reference_type;
}

static bool is_aggregate(Dwarf_Die *type)
{
	int tag = dwarf_tag(type);

	return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

/* To void, or to what has the size of a character. */
static bool points_to_bytes(Dwarf_Die *pointer)
{
	Dwarf_Die target;

	if (!type_of(pointer, &target))
		return true;
	return dwarf_tag(&target) == DW_TAG_base_type && dwarf_bytesize(&target) == 1;
}

static bool points_to_pointer(Dwarf_Die *pointer)
{
	Dwarf_Die target;

	return type_of(pointer, &target) && is_pointer(&target);
}

struct parameters {
	bool any, number, place; /* place: for a pointer */
};

static struct parameters parameters_of(Dwarf_Die *function)
{
	struct parameters found = {0};
	Dwarf_Die child, type;

	if (dwarf_child(function, &child) != 0)
		return found;
	do {
		if (dwarf_tag(&child) != DW_TAG_formal_parameter || !type_of(&child, &type))
			continue;
		found.any = true;
		found.number |= dwarf_tag(&type) == DW_TAG_base_type;
		found.place |= is_pointer(&type) && points_to_pointer(&type);
	} while (dwarf_siblingof(&child, &child) == 0);
	return found;
}

enum signature signature_of(Dwarf_Die *die)
{
	Dwarf_Die function = sources_origin(*die), result;
	struct parameters parameters = parameters_of(&function);
	bool returns = type_of(&function, &result);

	if (returns && parameters.number && is_pointer(&result) && points_to_bytes(&result))
		return SIGNATURE_ALLOCATES;
	if (parameters.place || (parameters.any && returns && (is_pointer(&result) || is_aggregate(&result))))
		return SIGNATURE_HANDS_ON;
	return SIGNATURE_NOTHING;
}
