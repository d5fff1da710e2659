/*
 * unit_places.h - whether a unit has code at a place in the source, met by a recorded call path or not.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_UNIT_PLACES_H
#define MPROF_REPORTER_SYMBOLIZE_UNIT_PLACES_H

#include "symbolize/symbolize.h"
#include "symbolize/unit.h"

/* Reads the whole line table, and indexes the unit. */
bool unit_has_line(struct unit *unit, struct sources *sources, uint32_t line, symbolizer_file_fn *is_meant,
		   const void *context);

#endif
