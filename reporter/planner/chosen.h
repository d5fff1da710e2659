/*
 * chosen.h - the functions that the user chose, by name, among those that debug information tells of.
 */
#ifndef MPROF_REPORTER_PLANNER_CHOSEN_H
#define MPROF_REPORTER_PLANNER_CHOSEN_H

#include "symbolize/functions.h"
#include "symbolize/units.h"

/* What was asked for.  An empty glob stands for functions that carry a mark. */
struct wanted {
	const char *const *globs;
	size_t glob_count;
};

/* Told of each function chosen: `die` has code of its own, or is an abstract instance.  A DIE comes once. */
typedef void chosen_fn(void *context, struct unit *unit, Dwarf_Die *die);

/* Goes through all units. */
void chosen_by_name(const struct wanted *wanted, struct units *units, struct functions *functions,
		    chosen_fn *found, void *context);

/* Whether marks are asked for, and whether names are. */
bool wanted_marks(const struct wanted *wanted);
bool wanted_names(const struct wanted *wanted);

#endif
