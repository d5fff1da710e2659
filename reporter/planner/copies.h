/*
 * copies.h - which functions of a compilation unit are inlined in others.
 */
#ifndef MPROF_REPORTER_PLANNER_COPIES_H
#define MPROF_REPORTER_PLANNER_COPIES_H

#include "symbolize/unit.h"

/* Of the unit that was asked about last: functions come by unit. */
struct copies { /* all zero at first */
	const struct unit *unit;
	bool *inlined; /* by origin */
};

void copies_finish(struct copies *copies);

/* Whether there is a copy of the function, by a DIE of it.  Goes through the unit when it is another one. */
bool copies_has(struct copies *copies, struct unit *unit, struct sources *sources, Dwarf_Die *die);

#endif
