/*
 * function.h - the plan of one function: its row and site tables.
 */
#ifndef MPROF_REPORTER_PLANNER_FUNCTION_H
#define MPROF_REPORTER_PLANNER_FUNCTION_H

#include "covered.h"
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

/* The object that functions are in. */
struct function_object {
	struct object_code *code;
	uint64_t shift; /* addresses in the object - those in DWARF */
	struct sources *sources;
	struct covered *covered;
};

/* Plans an instance with code, if that is nobody's yet; true if it was. */
bool function_plan(struct tables *tables, uint32_t module, const struct told *told,
		   const struct function_object *object);

/* Says that a function has no instance with code, but copies in its callers. */
void function_plan_inlined(struct tables *tables, uint32_t module, const struct told *told);

#endif
