/*
 * exports.h - the names by which a library is called from outside: whoever strips it has to leave these.
 *
 * What debug information calls a function depends on whether it is installed; these names do not.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_EXPORTS_H
#define MPROF_REPORTER_SYMBOLIZE_EXPORTS_H

#include "symbols.h"

#include <stdbool.h>

struct jump;

/* All zero until exports_init. */
struct exports {
	struct symbols symbols;
	const unsigned char *code; /* the section that functions are in; NULL: none was found */
	uint64_t code_address, code_bytes;
	uint64_t stubs_start,
		stubs_end;  /* the linker's stubs, by which functions of other objects are called */
	struct jump *jumps; /* from exported functions to others, by target; once they are asked for */
	size_t jump_count;
	bool jumps_known;
};

/* Reads the dynamic symbols of the object's own file. */
void exports_init(struct exports *exports, struct object *object);
void exports_finish(struct exports *exports);

/*
 * The exported function that covers an address of the file.  Of a function that is not exported: the exported
 * one that ends with a jump to it, since that one was called (x86-64 only).  NULL: neither.
 */
const char *exports_find(struct exports *exports, struct object *object, uint64_t address);

/* The first address from `from` up to `end` of a jump to one of the linker's stubs; 0: there is none.  Other
 * bytes are hardly ever taken for one: they would have to name the beginning of a stub. */
uint64_t exports_jump_to_stub(const struct exports *exports, uint64_t from, uint64_t end);

#endif
