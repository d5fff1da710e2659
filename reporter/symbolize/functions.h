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
	struct source_function **list;
	size_t count, capacity;
	const char **runtime; /* ends of the paths of libraries' own source files */
	size_t runtime_count, runtime_capacity;
};

void functions_init(struct functions *functions, struct strings *strings);
void functions_finish(struct functions *functions);

/* Functions of this source file, as relative as the command line was, are met from now on as the system's. */
void functions_know_runtime(struct functions *functions, const char *path);

/* The function of an origin in a unit; `die` is the copy that was met (its symbol names C++ functions best).
 * `module` is an interned path. */
struct source_function *functions_of_origin(struct functions *functions, struct unit_origin *origin,
					    Dwarf_Die *die, const char *module);

/* The function of a symbol without debug information; `file` is "" unless a line table names it. */
struct source_function *functions_of_symbol(struct functions *functions, const char *symbol, const char *file,
					    const char *module);

/* What stands for code without any name: "libfoo.so" or "[anonymous code]". */
struct source_function *functions_of_module(struct functions *functions, const char *module);

#endif
