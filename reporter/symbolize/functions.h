/*
 * functions.h - the source functions met, each once whatever copies of it there are.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_FUNCTIONS_H
#define MPROF_REPORTER_SYMBOLIZE_FUNCTIONS_H

#include "symbols.h"
#include "unit.h"

struct functions {
	struct strings *strings;
	struct pool pool;
	struct map known; /* (file, line and plain name) or (module, name) */
	struct map parts; /* (function, file) */
	struct source_function **list;
	size_t count, capacity;
	const char **runtime; /* ends of the paths of libraries' own source files */
	size_t runtime_count, runtime_capacity;
};

void functions_init(struct functions *functions, struct strings *strings);
void functions_finish(struct functions *functions);

/* Functions of this source file, as relative as the command line was, are met from now on as the system's. */
void functions_know_runtime(struct functions *functions, const char *path);

/* The function of an origin in a unit; `die` is the copy that was met (its symbol names C++ functions best),
 * `symbol` the linker's for it, or NULL.  `module` is an interned path. */
struct source_function *functions_of_origin(struct functions *functions, struct unit_origin *origin,
					    Dwarf_Die *die, const char *symbol, const char *module);

/* The symbol of a DIE, through its origin and specification; NULL in C. */
const char *functions_linkage_name(Dwarf_Die *die);

/* Whether its language has names of functions within others' scopes. */
bool functions_have_scopes(Dwarf_Die *die);

/* What a function with this symbol, or NULL, is called for people; interned. */
const char *functions_display_name(struct functions *functions, Dwarf_Die *die, const char *symbol);

/* Whether the linker's name would say more of a function than its DIE does. */
bool functions_want_symbol(Dwarf_Die *die);

/* The function of a symbol that no DIE is about, while a line table is. */
struct source_function *functions_of_code(struct functions *functions, const char *symbol,
					  const struct unit_extent *extent, const char *module);

/* Lines of a function in another file. */
struct source_function *functions_of_part(struct functions *functions, const struct source_function *whole,
					  const char *file, uint32_t first_line, uint32_t last_line);

/* The function of a symbol without debug information. */
struct source_function *functions_of_symbol(struct functions *functions, const char *symbol,
					    const char *module);

/* A function as it was known once; its id is given to it here. */
struct source_function *functions_add_known(struct functions *functions,
					    const struct source_function *function);

/* What stands for code without any name: "libfoo.so" or "[anonymous code]". */
struct source_function *functions_of_module(struct functions *functions, const char *module);

#endif
