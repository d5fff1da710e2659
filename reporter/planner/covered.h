/*
 * covered.h - which lines of a source file have code in a compilation unit, of whatever function.
 */
#ifndef MPROF_REPORTER_PLANNER_COVERED_H
#define MPROF_REPORTER_PLANNER_COVERED_H

#include "symbolize/unit.h"

/* Of the unit and the file that were chosen last: functions come by unit. */
struct covered { /* all zero at first */
	const struct unit *unit;
	const char *file;
	uint8_t *lines; /* a bit for each line; NULL: nothing is known */
	uint32_t count;
};

void covered_finish(struct covered *covered);

/* Goes through the unit's line table, unless it is the one chosen already, for what is of this file
 * (interned). */
void covered_choose(struct covered *covered, struct unit *unit, struct sources *sources, const char *file);

/* What the table does not say: code that is inlined from elsewhere is of the line that calls it. */
void covered_add(struct covered *covered, uint32_t line);

/* Whether some code is of this line.  Yes where nothing is known. */
bool covered_has(const struct covered *covered, uint32_t line);

#endif
