/*
 * copies.h - where functions of an object are inlined in others.
 */
#ifndef MPROF_REPORTER_PLANNER_COPIES_H
#define MPROF_REPORTER_PLANNER_COPIES_H

#include "symbolize/units.h"

/* Code of a function within that of another, its host. */
struct copy {
	struct unit *unit;
	Dwarf_Die die;
	uint32_t host, scope; /* of the unit */
	uint32_t function;    /* whose copy it is: in the plan */
	uint32_t number;      /* in the plan, from 1; 0: it has no site */
	uint32_t outer;       /* so many before it in the list is the copy around it; 0: there is none */
	uint32_t depth;       /* so many are around it */
	bool repeated;        /* it may be several calls' */
};

struct copies {               /* all zero at first */
	struct map functions; /* address of an origin's DIE -> its number in the plan + 1 */
	struct copy *list;    /* those of a host lie together, outer ones before those within them */
	size_t count, capacity;
	struct map hosts; /* address of a host's DIE -> its first copy, as index + 1 */
	struct map units; /* that copies may be in */
	bool elsewhere;   /* in any, by link-time optimization */
};

void copies_finish(struct copies *copies);

/* Whether there may be copies of a function, by what all of its instances share: it says so, or link-time
 * optimization has put it into another unit than its code. */
bool copies_may_be(const struct unit *unit, Dwarf_Die *origin);

/* Copies of the function are wanted, by a DIE of it. */
void copies_want(struct copies *copies, struct unit *unit, Dwarf_Die *die, uint32_t function);

/* Finds all that have code. */
void copies_find(struct copies *copies, struct units *units, struct sources *sources);

/* Those in a host, by its DIE; NULL if there are none. */
struct copy *copies_in(const struct copies *copies, Dwarf_Die *host, size_t *count);

#endif
