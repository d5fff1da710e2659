/* covered.c - see covered.h. */
#include "covered.h"

#include "base/memory.h"

#include <stdlib.h>

#define LINES_MAX 10000000

void covered_finish(struct covered *covered)
{
	free(covered->lines);
	*covered = (struct covered){0};
}

void covered_add(struct covered *covered, uint32_t line)
{
	if (line < covered->count)
		covered->lines[line / 8] |= (uint8_t)(1u << line % 8);
}

static uint32_t greatest(Dwarf_Lines *lines, size_t count)
{
	int most = 0, line;

	for (size_t i = 0; i < count; i++)
		if (dwarf_lineno(dwarf_onesrcline(lines, i), &line) == 0 && line > most)
			most = line;
	return most < LINES_MAX ? (uint32_t)most : LINES_MAX;
}

/* Files of a unit are few, and each is named by many rows. */
struct same_file {
	Dwarf_Files *files;
	size_t index;
	bool same;
};

static bool is_of_file(struct same_file *last, Dwarf_Line *row, struct covered *covered,
		       struct sources *sources)
{
	Dwarf_Die unit = covered->unit->die;
	Dwarf_Files *files;
	size_t index;

	if (dwarf_line_file(row, &files, &index) != 0)
		return false;
	if (files != last->files || index != last->index)
		*last = (struct same_file){files, index,
					   sources_path(sources, sources_of_unit(sources, &unit), index) ==
						   covered->file};
	return last->same;
}

static Dwarf_Addr address_of(Dwarf_Lines *lines, size_t i)
{
	Dwarf_Addr address = 0;

	dwarf_lineaddr(dwarf_onesrcline(lines, i), &address);
	return address;
}

/* Where a statement would be of which nothing is left there is a row, too: the next one is at the same place.
 */
static bool has_code(Dwarf_Lines *lines, size_t count, size_t i)
{
	return i + 1 < count && address_of(lines, i + 1) != address_of(lines, i);
}

static void read_table(struct covered *covered, struct sources *sources)
{
	Dwarf_Die unit = covered->unit->die;
	struct same_file last = {0};
	Dwarf_Lines *lines;
	size_t count;
	int line;

	if (!*covered->file || dwarf_getsrclines(&unit, &lines, &count) != 0)
		return;
	covered->count = greatest(lines, count) + 1;
	covered->lines = memory_zeroed(covered->count / 8 + 1, 1);
	for (size_t i = 0; i < count; i++) {
		Dwarf_Line *row = dwarf_onesrcline(lines, i);

		if (has_code(lines, count, i) && dwarf_lineno(row, &line) == 0 &&
		    is_of_file(&last, row, covered, sources))
			covered_add(covered, (uint32_t)line);
	}
}

void covered_choose(struct covered *covered, struct unit *unit, struct sources *sources, const char *file)
{
	if (covered->unit == unit && covered->file == file)
		return;
	covered_finish(covered);
	covered->unit = unit;
	covered->file = file;
	read_table(covered, sources);
}

bool covered_has(const struct covered *covered, uint32_t line)
{
	return !covered->lines || (line < covered->count && covered->lines[line / 8] >> line % 8 & 1);
}
