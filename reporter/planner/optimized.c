/* optimized.c - see optimized.h. */
#include "optimized.h"

#include <dwarf.h>

static bool has_several_places(Dwarf_Die *variable)
{
	Dwarf_Attribute location;
	if (!dwarf_attr(variable, DW_AT_location, &location))
		return false;
	switch (dwarf_whatform(&location)) {
	case DW_FORM_loclistx:
	case DW_FORM_sec_offset:
	case DW_FORM_data4:
	case DW_FORM_data8:
		return true;
	default:
		return false;
	}
}

bool optimized_is(Dwarf_Die *function, bool calls)
{
	Dwarf_Die child, next;
	if (calls && (dwarf_hasattr(function, DW_AT_call_all_calls) ||
		      dwarf_hasattr(function, DW_AT_GNU_all_call_sites)))
		return true;
	if (dwarf_child(function, &child) != 0)
		return false;
	for (;;) {
		if (has_several_places(&child))
			return true;
		/* DW_AT_sibling may point anywhere: only forwards is progress. */
		if (dwarf_siblingof(&child, &next) != 0 || next.addr <= child.addr)
			return false;
		child = next;
	}
}
