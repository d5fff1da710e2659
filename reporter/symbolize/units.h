/*
 * units.h - the compilation units of one object, by address.
 *
 * .debug_aranges is not used: clang writes none, and where only some units have one, the others would be
 * lost.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_UNITS_H
#define MPROF_REPORTER_SYMBOLIZE_UNITS_H

#include "unit.h"

struct unit_range {
	uint64_t start, end;
	size_t unit;
};

struct units {
	struct unit *list;
	struct unit_range *ranges; /* ascending */
	size_t count, range_count;
	size_t capacity, range_capacity;
	size_t split_missing; /* units whose functions are in a file that is not there */
	Dwarf_Die first_missing;
};

/* Reads the units' ranges, not their contents. */
void units_init(struct units *units, Dwarf *dwarf);
void units_finish(struct units *units);

/* The unit with code at a DWARF address, or NULL. */
struct unit *units_find(const struct units *units, uint64_t address);

#endif
