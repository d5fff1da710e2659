/*
 * paths.h - which functions of Rust stand in others' bodies.
 *
 * Their DIEs do not lie there, but in a namespace of the outer function's name: `m::outer::inner`,
 * `m::outer::{impl#0}::method`.  Other languages need none of this, and cost nothing.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_PATHS_H
#define MPROF_REPORTER_SYMBOLIZE_PATHS_H

#include "base/strings.h"

#include <elfutils/libdw.h>

/* A namespace. */
struct path {
	const struct path *parent; /* NULL: this is the root */
	const char *name;          /* interned, without type arguments */
};

struct paths {
	struct strings strings; /* of its own: nobody needs them afterwards */
	struct pool pool;
	const struct path *here; /* that a walk is in; NULL: not a unit of Rust */
	struct map known;        /* (parent, name) -> struct path */
	struct map of_dies;      /* function DIE -> struct path around it */
	struct map functions;    /* (path around it, name) */
};

void paths_init(struct paths *paths, Dwarf_Die *unit);
void paths_finish(struct paths *paths);

/* `here` becomes the namespace's; whoever leaves it puts the old one back. */
void paths_enter(struct paths *paths, Dwarf_Die *name_space);

/* A function DIE, or a declaration, in the namespace. */
void paths_add(struct paths *paths, Dwarf_Die *function);

/* Whether a function that was added stands in the body of another one that was. */
bool paths_nested(const struct paths *paths, Dwarf_Die *function);

#endif
