/*
 * symbols.h - the symbol table of an object, in order of addresses: for code without debug information.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_SYMBOLS_H
#define MPROF_REPORTER_SYMBOLIZE_SYMBOLS_H

#include "object.h"

struct symbol {
	uint64_t start, size_bytes; /* size 0: up to the next symbol */
	const char *name;           /* as in the file; lives as long as the object */
	int rank;                   /* of several at one address, the least is the one to show */
	bool local;                 /* no other object file can name it */
	bool chosen_at_load;        /* the code here says which other code the name stands for */
};

struct symbols {
	struct symbol *list;
	size_t count, capacity;
};

/* Reads .symtab, .dynsym and mini debug information, whichever there are. */
void symbols_init(struct symbols *symbols, struct object *object);

/* For who reads a table by itself: adds a symbol if it is of code; and once all are added. */
void symbols_add(struct symbols *symbols, uint64_t address, const GElf_Sym *symbol, const char *name);
void symbols_sort(struct symbols *symbols);

void symbols_finish(struct symbols *symbols);

/* Of a clone, or of a part that was split off ("f.cold"), the function itself, if it has a symbol. */
const struct symbol *symbols_whole(const struct symbols *symbols, const struct symbol *symbol);

/* The function that covers an address of the file, or NULL. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

#endif
