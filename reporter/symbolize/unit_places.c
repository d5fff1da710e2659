/*
 * unit_places.c - see unit_places.h.
 */
#include "unit_places.h"

static bool has_row(struct unit *unit, struct sources *sources, uint32_t wanted, symbolizer_file_fn *is_meant,
		    const void *context)
{
	Dwarf_Die die = unit->die;
	struct source_files *files = sources_of_unit(sources, &die);
	Dwarf_Lines *rows;
	size_t count;
	if (dwarf_getsrclines(&die, &rows, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		Dwarf_Line *row = dwarf_onesrcline(rows, i);
		Dwarf_Files *table;
		size_t file;
		int line;
		if (row && dwarf_lineno(row, &line) == 0 && (uint32_t)line == wanted &&
		    dwarf_line_file(row, &table, &file) == 0 &&
		    is_meant(context, sources_path(sources, files, file)))
			return true;
	}
	return false;
}

/* The line of a call that was inlined may have no row of its own. */
static bool has_call(const struct unit *unit, uint32_t line, symbolizer_file_fn *is_meant,
		     const void *context)
{
	for (size_t i = 0; i < unit->scope_count; i++)
		if (unit->scopes[i].call_line == line && unit->scopes[i].call_file &&
		    is_meant(context, unit->scopes[i].call_file))
			return true;
	return false;
}

bool unit_has_line(struct unit *unit, struct sources *sources, uint32_t line, symbolizer_file_fn *is_meant,
		   const void *context)
{
	unit_index(unit, sources);
	return has_row(unit, sources, line, is_meant, context) || has_call(unit, line, is_meant, context);
}
