/*
 * unit.h - one compilation unit with code, indexed when first met: which function, inlined ones included,
 * each address belongs to, and how far down the source each function reaches.
 *
 * libdw's dwarf_getscopes walks the whole unit at each call; here one walk serves all addresses.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_UNIT_H
#define MPROF_REPORTER_SYMBOLIZE_UNIT_H

#include "sources.h"

struct source_function;

#define SCOPE_NONE UINT32_MAX

/* What all copies of a function in this unit share. */
struct unit_origin {
	Dwarf_Die die;
	const char *file; /* interned; "" if unknown */
	uint32_t first_line, last_line;
	uint32_t
		limit_line; /* where the next function of the file starts, and lines are no more this one's */
	bool nested;        /* stands in another function's body: a lambda, a method of a local class */
	struct source_function *function; /* NULL until it is met */
};

/* A function's own code, or one inlined copy. */
struct unit_scope {
	Dwarf_Die die;
	uint32_t parent; /* the scope that this one is inlined into, or SCOPE_NONE */
	uint32_t origin;
	uint32_t call_line; /* where it is inlined */
	const char *call_file;
};

/* Addresses that belong to one scope and to none inside it. */
struct unit_segment {
	uint64_t start, end;
	uint32_t scope;
};

struct unit {
	Dwarf_Die die;  /* has the ranges and the line table */
	Dwarf_Die tree; /* has the functions: another one with split DWARF */
	bool indexed;
	struct unit_origin *origins;
	struct unit_scope *scopes;
	struct unit_segment *segments; /* disjoint, ascending */
	size_t origin_count, scope_count, segment_count;
	size_t origin_capacity, scope_capacity, segment_capacity;
	Dwarf_Lines *lines;
	size_t line_count;
};

/* Builds the index; nothing to do the second time. */
void unit_index(struct unit *unit, struct sources *sources);
void unit_finish(struct unit *unit);

/* The segment with this DWARF address, or NULL. */
const struct unit_segment *unit_segment_at(const struct unit *unit, uint64_t address);

/* The line of `file` that an address stands at: that of the nearest row at or before it, but not before
 * `floor`, that has one; 0 if there is none.  With *file empty, any file will do, and *file becomes its path.
 */
uint32_t unit_line_at(const struct unit *unit, struct sources *sources, uint64_t address, uint64_t floor,
		      const char **file);

#endif
