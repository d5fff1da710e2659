/*
 * function.h - the plan of one function: its row and site tables.
 */
#ifndef MPROF_REPORTER_PLANNER_FUNCTION_H
#define MPROF_REPORTER_PLANNER_FUNCTION_H

#include "object_code.h"
#include "symbolize/unit.h"
#include "tables.h"

/* A function as DWARF tells of it. */
struct told {
	struct unit *unit;
	Dwarf_Die die;
	const char *name, *file; /* interned */
	uint32_t line;           /* of its declaration; 0: unknown */
};

/* Plans an instance with code, if that is nobody's yet; true if it was.  `shift` is what its addresses in the
 * object differ by from those in DWARF. */
bool function_plan(struct tables *tables, uint32_t module, const struct told *told,
		   struct object_code *object, uint64_t shift, struct sources *sources);

/* Says that a function has no instance with code, but copies in its callers. */
void function_plan_inlined(struct tables *tables, uint32_t module, const struct told *told);

#endif
