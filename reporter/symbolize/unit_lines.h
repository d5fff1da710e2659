/*
 * unit_lines.h - the part of unit.h that reads line tables.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_UNIT_LINES_H
#define MPROF_REPORTER_SYMBOLIZE_UNIT_LINES_H

#include "unit.h"

/* Reads the line table and sets last_line of the unit's origins; scopes and segments are there. */
void unit_lines_init(struct unit *unit, struct sources *sources);

#endif
