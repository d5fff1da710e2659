/*
 * symbolize.h - from (module, pc) to source functions, lines and inlined frames.
 *
 * Alone includes elfutils.  Each distinct (module, pc) is looked up once, each module is
 * opened once and lazily.  No debug information is a result (function + offset from the
 * symbol table, or module + offset), not a failure.  Not thread-safe.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_H
#define MPROF_REPORTER_SYMBOLIZE_H

#include "diagnostic.h"
#include "reader/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbolizer;

/* A source function: one per (file, first_line, name without template arguments) where debug information
 * names them, so that inlined copies, clones and template instances are one; else one per (module, symbol).
 */
struct source_function {
	const char *name; /* demangled (C++, Rust, D), parameters dropped for C++: "ns::Class::method" */
	const char *file; /* as the compiler recorded it, made absolute with the compilation directory; "" if
			     unknown */
	const char *module;  /* path of the object */
	uint32_t id;         /* dense, from 0 */
	uint32_t first_line; /* declaration; 0 if unknown */
	uint32_t last_line;  /* last line with code of this function itself; 0 if unknown */
	bool marked;         /* MPROF_PROFILE stands on it */
	bool system;         /* of the language's or system's own library code (std::, libc, ld.so, headers
				under /usr/include): not the user's own source */
	bool allocator;      /* malloc family, operator new/delete and their library wrappers */
};

struct source_frame {
	const struct source_function *function; /* never NULL */
	uint32_t line;                          /* 0 if unknown */
	uint64_t offset; /* pc - start of the symbol or module, for frames without a line */
	bool inlined;    /* inlined into the next frame of this list */
};

struct symbolizer_options {
	const char *sysroot;           /* looked in before the file system; may be NULL */
	const char *const *debug_dirs; /* besides /usr/lib/debug; NULL-terminated, may be NULL */
	void (*progress)(void *context,
			 const char *what); /* long steps (debuginfod downloads); may be NULL */
	void *progress_context;
};

int symbolizer_create(const struct trace_module *modules, size_t module_count,
		      const struct symbolizer_options *options, struct symbolizer **out,
		      struct diagnostic *diagnostic);
void symbolizer_destroy(struct symbolizer *symbolizer); /* NULL is fine */

/* Frames of one pc, innermost (most inlined) first; always at least one.  exact: pc was
 * interrupted, not returned to.  The array lives as long as the symbolizer. */
size_t symbolizer_frames(struct symbolizer *symbolizer, uint16_t module, uint64_t pc, bool exact,
			 const struct source_frame **frames);

/* The name of the function by which code of a library was entered from outside, so far as can be told: the
 * exported one that it lies in, or that has jumped to it.  The same whether debug information is installed or
 * not, and cheap.  NULL: unknown. */
const char *symbolizer_export(struct symbolizer *symbolizer, const struct trace_code *code);

/* Whether all functions of the module are known to be the system's before any is looked up.  The debug
 * information of such a module is large: whoever asks for the user's own code need not have it read. */
bool symbolizer_is_c_library(const struct symbolizer *symbolizer, uint16_t module);

/* All functions met so far; ids are indices.  The array is valid until the next lookup, its elements for
 * good. */
size_t symbolizer_functions(const struct symbolizer *symbolizer,
			    const struct source_function *const **functions);

/* The functions that carry an MPROF_PROFILE mark, in any module, whether met or not: they become known, with
 * `marked` set.  Call it once, before the tables are made; the array lives as long as the symbolizer. */
size_t symbolizer_marks(struct symbolizer *symbolizer, const struct source_function *const **functions);

/* What a user should be told about modules: debug information missing, build-id mismatch,
 * file gone.  NULL after the last (index from 0). */
const char *symbolizer_warning(const struct symbolizer *symbolizer, size_t index);

#endif
