/* copies.c - see copies.h. */
#include "copies.h"

#include "base/memory.h"

#include <dwarf.h>
#include <stdlib.h>

void copies_finish(struct copies *copies)
{
	free(copies->inlined);
	*copies = (struct copies){0};
}

static void choose(struct copies *copies, struct unit *unit, struct sources *sources)
{
	if (copies->unit == unit)
		return;
	copies_finish(copies);
	unit_index(unit, sources);
	copies->unit = unit;
	copies->inlined = memory_zeroed(unit->origin_count + 1, sizeof(bool));
	for (size_t i = 0; i < unit->scope_count; i++)
		if (dwarf_tag(&unit->scopes[i].die) == DW_TAG_inlined_subroutine)
			copies->inlined[unit->scopes[i].origin] = true;
}

bool copies_has(struct copies *copies, struct unit *unit, struct sources *sources, Dwarf_Die *die)
{
	choose(copies, unit, sources);
	const struct unit_origin *origin = unit_origin_of(unit, die);

	return origin && copies->inlined[origin - unit->origins];
}
