/*
 * unwind_table.h - where functions begin by an object's unwind table, which stripping leaves in place.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_UNWIND_TABLE_H
#define MPROF_REPORTER_SYMBOLIZE_UNWIND_TABLE_H

#include "object.h"

/* The start of the function that stands at an address of the file, or next before it.  False if the
 * object has no sorted table or nothing that low. */
bool unwind_table_function(struct object *object, uint64_t address, uint64_t *start);

#endif
