/*
 * units.c - the compilation units of one object, by address.
 */
#include "units.h"

#include <dwarf.h>
#include <stdlib.h>

/* Ranges of sound units do not overlap; this many before the nearest are asked where they do. */
#define RANGES_BACK_MAX 8

static void add_ranges(struct units *units, Dwarf_Die *die, size_t unit)
{
	Dwarf_Addr base, start, end;
	for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
		if (start == 0 || start >= end) /* discarded by the linker */
			continue;
		units->ranges = pool_grow(units->ranges, &units->range_capacity, units->range_count + 1,
					  sizeof(*units->ranges));
		units->ranges[units->range_count++] = (struct unit_range){start, end, unit};
	}
}

static int by_start(const void *left, const void *right)
{
	const struct unit_range *a = left, *b = right;
	return (a->start > b->start) - (a->start < b->start);
}

void units_init(struct units *units, Dwarf *dwarf)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die, split;
	uint8_t type;
	*units = (struct units){0};
	while (dwarf && dwarf_get_units(dwarf, unit, &unit, NULL, &type, &die, &split) == 0) {
		if (type != DW_UT_compile && type != DW_UT_skeleton)
			continue;
		size_t before = units->range_count;
		add_ranges(units, &die, units->count);
		if (units->range_count == before)
			continue;
		units->list =
			pool_grow(units->list, &units->capacity, units->count + 1, sizeof(*units->list));
		bool is_split = type == DW_UT_skeleton && split.addr;
		if (type == DW_UT_skeleton && !split.addr && units->split_missing++ == 0)
			units->first_missing = die;
		units->list[units->count++] = (struct unit){.die = die, .tree = is_split ? split : die};
	}
	if (units->range_count > 0)
		qsort(units->ranges, units->range_count, sizeof(*units->ranges), by_start);
}

void units_finish(struct units *units)
{
	for (size_t i = 0; i < units->count; i++)
		unit_finish(&units->list[i]);
	free(units->list);
	free(units->ranges);
	*units = (struct units){0};
}

struct unit *units_find(const struct units *units, uint64_t address)
{
	size_t low = 0, high = units->range_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (units->ranges[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t back = 0; back < RANGES_BACK_MAX && low > back; back++) {
		const struct unit_range *range = &units->ranges[low - 1 - back];
		if (address < range->end)
			return &units->list[range->unit];
	}
	return NULL;
}
