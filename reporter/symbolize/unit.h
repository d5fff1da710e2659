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
	uint32_t parts;     /* the first of them, as index + 1 */
	uint64_t entry;     /* of its own code; 0: there are inlined copies only */
	uint32_t copies;    /* the first scope with code of its own, as index + 1 */
	bool declared;      /* the DIE says where it stands; else the line table does */
	bool nested;        /* stands in another function's body: a lambda, a method of a local class */
	bool generated;     /* the compiler's own, around the program */
	struct source_function *function; /* NULL until it is met */
	const char *instance;             /* set with it */
};

/* Lines of a function in another file than its own. */
struct unit_part {
	const char *file;
	uint32_t first_line, last_line;
	uint32_t rows; /* how often the line table has it */
	uint32_t next; /* of the same function, as index + 1 */
};

/* Lines of code that no DIE is about. */
struct unit_extent {
	const char *file; /* "": none */
	uint32_t first_line, last_line;
};

/* A function's own code, or one inlined copy. */
struct unit_scope {
	Dwarf_Die die;
	uint32_t parent; /* the scope that this one is inlined into, or SCOPE_NONE */
	uint32_t origin;
	uint32_t next_copy; /* of its origin with code of its own, as index + 1 */
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
	bool ada;
	struct map by_die; /* address of an origin's DIE -> index + 1 */
	struct unit_origin *origins;
	struct unit_scope *scopes;
	struct unit_segment *segments; /* disjoint, ascending */
	struct unit_part *parts;
	size_t origin_count, scope_count, segment_count, part_count;
	size_t origin_capacity, scope_capacity, segment_capacity, part_capacity;
	Dwarf_Lines *lines;
	size_t line_count;
};

/* Builds the index; nothing to do the second time. */
void unit_index(struct unit *unit, struct sources *sources);
void unit_finish(struct unit *unit);

/* The origin that a function's DIE, of any copy, belongs to; NULL: it has no code in this unit. */
struct unit_origin *unit_origin_of(const struct unit *unit, Dwarf_Die *die);

/* The segment with this DWARF address, or NULL. */
const struct unit_segment *unit_segment_at(const struct unit *unit, uint64_t address);

/* The line that an address stands at, and its file; 0 and "" where the line table does not say. */
uint32_t unit_line_at(const struct unit *unit, struct sources *sources, uint64_t address, const char **file);

/* The lines that code from `start` to `end` has: of `file`, or with that "" of the file where it starts. */
struct unit_extent unit_extent(const struct unit *unit, struct sources *sources, uint64_t start, uint64_t end,
			       const char *file);

/* The lines of a function in another file; NULL if it has none there. */
const struct unit_part *unit_part_of(const struct unit *unit, const struct unit_origin *origin,
				     const char *file);

#endif
