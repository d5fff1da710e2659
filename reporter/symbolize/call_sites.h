/*
 * call_sites.h - the calls that a function's code makes, as the compiler wrote them down: where, and of whom.
 *
 * Only optimizing compilers do (DWARF 5, or the GNU extensions of DWARF 4), for only they leave frames out: a
 * call that is the last thing a function does may be a jump, and then the function's frame is gone.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_CALL_SITES_H
#define MPROF_REPORTER_SYMBOLIZE_CALL_SITES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct call_site {
	uint64_t within;  /* a DWARF address in the instruction; 0: unknown */
	uint64_t returns; /* where a call returns to; 0: it is a jump */
	Dwarf_Die callee; /* addr NULL: it is not known before the program runs */
};

struct call_sites { /* all zero: none */
	struct call_site *list;
	size_t count, capacity;
	bool incomplete; /* there may be jumps to other functions besides these */
};

/* Adds those in the code of a DIE of a function. */
void call_sites_add(struct call_sites *sites, Dwarf_Die *function);

/* Adds a jump to another object that was found in the code, unless it is there: clang does not tell of those
 * to functions that it knows, malloc for one. */
void call_sites_add_jump(struct call_sites *sites, uint64_t address);
void call_sites_finish(struct call_sites *sites);

/* The call that returns to a DWARF address; NULL: none is known. */
const struct call_site *call_sites_find(const struct call_sites *sites, uint64_t returns);

#endif
