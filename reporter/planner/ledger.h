/*
 * ledger.h - what code says of the lines of functions, and the sites in it, until all code of an object is
 * read: a function's lines are in its own code and in copies of it anywhere, but its rows lie together.
 */
#ifndef MPROF_REPORTER_PLANNER_LEDGER_H
#define MPROF_REPORTER_PLANNER_LEDGER_H

#include "covered.h"
#include "symbolize/unit.h"
#include "tables.h"

/* Of a line of a function, or-ed. */
enum ledger_fact {
	LEDGER_CODE = 1,    /* there is code of it */
	LEDGER_BEGINS = 2,  /* it begins somewhere */
	LEDGER_UNSEEN = 4,  /* code of it begins that is not counted */
	LEDGER_SURE = 8,    /* it cannot run without being counted */
	LEDGER_NO_ROOM = 16 /* it begins where no jump fits */
};

struct ledger_line {
	uint32_t function, line;
	uint32_t facts;
};

struct ledger_site {
	struct plan_site site; /* but for the row */
	uint32_t function, line;
	size_t order; /* as they came */
};

/* What is to be known of a function to make its rows. */
struct ledger_function {
	struct unit *unit;
	const char *file; /* interned */
};

/* Of one object.  All zero: empty. */
struct ledger {
	size_t first_function; /* in the tables; those before are other objects' */
	struct ledger_function *functions;
	struct ledger_line *lines;
	struct ledger_site *sites;
	size_t function_count, function_capacity, line_count, line_capacity, site_count, site_capacity;
};

void ledger_finish(struct ledger *ledger);

void ledger_add_function(struct ledger *ledger, const struct ledger_function *function);
void ledger_add_line(struct ledger *ledger, uint32_t function, uint32_t line, uint32_t facts);
void ledger_add_site(struct ledger *ledger, uint32_t function, uint32_t line, const struct plan_site *site);

/* Files rows of the object's functions, and its sites by address. */
void ledger_file(struct ledger *ledger, struct tables *tables, struct sources *sources,
		 struct covered *covered);

#endif
