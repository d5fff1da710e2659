/*
 * figure.c - the figures that a gate can judge, by name.
 */
#include "gate/figure.h"

const struct figure_info figure_infos[FIGURE_COUNT] = {
	[FIGURE_PEAK] = {"peak", "peak heap", .bytes = true, .floor = 65536},
	[FIGURE_LEAKED] = {"leaked", "leaked", .bytes = true, .of_end = true, .floor = 1024},
	[FIGURE_LEAKED_BLOCKS] = {"leaked_blocks", "leaked blocks", .of_end = true, .floor = 10},
	[FIGURE_ALLOCATIONS] = {"allocations", "allocations", .floor = 100},
	[FIGURE_ALLOCATED] = {"allocated", "allocated in all", .bytes = true, .floor = 65536},
	[FIGURE_TEMPORARY] = {"temporary", "temporary allocations", .floor = 100},
	[FIGURE_COLLECTIONS] = {"collections", "collections", .floor = 1},
	[FIGURE_RSS] = {"rss", "peak RSS", .bytes = true, .advisory = true, .floor = 1048576},
};

static bool same(const char *name, const char *text)
{
	for (; *name && *text; name++, text++)
		if (*name != (*text == '-' ? '_' : *text))
			return false;
	return *name == *text;
}

enum figure figure_find(const char *name)
{
	enum figure figure = 0;

	while (figure < FIGURE_COUNT && !same(figure_infos[figure].name, name))
		figure++;
	return figure;
}
