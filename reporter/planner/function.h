/*
 * function.h - what is to be counted in the code of one function: of the function, and of copies in it.
 */
#ifndef MPROF_REPORTER_PLANNER_FUNCTION_H
#define MPROF_REPORTER_PLANNER_FUNCTION_H

#include "body.h"
#include "copies.h"
#include "ledger.h"
#include "object_code.h"

#define FUNCTION_NONE UINT32_MAX

/* A function as DWARF tells of it. */
struct told {
	struct unit *unit;
	Dwarf_Die die;
	const char *name, *file; /* interned */
	uint32_t line;           /* of its declaration; 0: unknown */
	uint32_t number;         /* in the plan; FUNCTION_NONE: it was not chosen */
	bool goes_on;            /* a piece that was split off: to enter it is no call of the function */
};

/* The object that functions are in. */
struct function_object {
	struct tables *tables;
	struct ledger *ledger;
	struct object_code *code;
	uint64_t shift; /* addresses in the object - those in DWARF */
	struct sources *sources;
	uint32_t *copies; /* numbers given to them so far, in the plan */
};

/* Takes the code of an instance; false: it has none, or that is somebody's already. */
bool function_claim(struct body *body, const struct told *told, const struct function_object *object);

/* Plans code that was claimed, in the ledger.  Numbers those of the copies that are counted. */
void function_plan(struct body *body, const struct told *told, struct copy *copies, size_t copy_count,
		   const struct function_object *object);

#endif
