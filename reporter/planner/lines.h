/*
 * lines.h - the line that each instruction of a function counts for.
 *
 * Code inlined from elsewhere counts for the line of its outermost call.
 */
#ifndef MPROF_REPORTER_PLANNER_LINES_H
#define MPROF_REPORTER_PLANNER_LINES_H

#include "body.h"
#include "symbolize/unit.h"

struct lines_of {
	struct unit *unit;
	Dwarf_Die *function; /* a concrete instance, or a copy */
	const char *file;    /* interned; its own: rows of others are none; "": unknown */
	uint64_t shift;      /* address in the object - address in DWARF */
	struct sources *sources;
	uint32_t from_line, to_line; /* of a copy, which stands among others' code: only rows of these are its
				      * own; `to` excluded, 0: all are */
};

/* Interned: the file of the first row at an address of the object that says a line; "" if there is none.  Of
 * functions whose declaration says nothing, as gcc's lambdas. */
const char *lines_file_at(const struct lines_of *of, uint64_t address);

/* Of a copy: its last statement's line, where that has no code and the table has it at the address that
 * control goes to from the copy, before what is there; 0: none. */
uint32_t lines_behind(const struct lines_of *of, uint64_t address);

/* Fills in `line` and `row`.  Gives the line that the first row at the function's entry says, which is where
 * the function opens; 0: none. */
uint32_t lines_read(struct body *body, const struct lines_of *of);

#endif
