/*
 * keepers.h - what is known of libraries' memory: which of them keep theirs to the end, and what they hand
 * out.
 *
 * Lists as data.  A leak that is hidden is worse than one that is none, so only what is known to be kept is:
 * of the C library, what the named functions ask for to fill its own tables; of runtimes of languages, whose
 * functions are called by compiled code, all but what the named ones hand out.  Which library a module is
 * tells its file name, whole, and the folder that it lies in; names of functions tell something in modules
 * alone that have the runtime they are of.
 */
#ifndef MPROF_REPORTER_PROFILE_KEEPERS_H
#define MPROF_REPORTER_PROFILE_KEEPERS_H

#include "symbolize/symbolize.h"

#include <stdio.h>

enum keeper {
	KEEPER_NONE,
	KEEPER_C,       /* the C library or a part of it, the dynamic linker among them */
	KEEPER_RUNTIME, /* a language's */
};

/* What becomes of memory that a library asked for. */
enum keeper_use {
	USE_HANDED_OUT, /* its caller has it, and must give it back */
	USE_STREAM,     /* it is a stream's buffer: the library's, if the stream is */
	USE_KEPT,
};

/* Which kind of library a module is, by its path. */
enum keeper keeper_of_module(const char *module);

/* The kind of library that the function is part of. */
enum keeper keeper_of(struct symbolizer *symbolizer, const struct source_function *function);

/* What an exported function of such a library does with what it asks for.  Of some only what they ask for
 * themselves is handed out, or is not: `innermost` is the exported function that asked, "" if unknown. */
enum keeper_use keeper_use(enum keeper keeper, const char *exported, const char *innermost);

/* Whether the C library's function gives its caller a stream. */
bool keeper_opens_stream(const char *exported);

/* Whether the function is one that programs and threads begin or end in: nothing outside it asked for
 * anything. */
bool keeper_starts(struct symbolizer *symbolizer, const struct source_function *function,
		   const char *exported);

/* Whether the program's own code begins in the function, as a runtime calls it: what is asked for below is
 * the program's. */
bool keeper_begins_program(const struct source_function *function);

/* The same of Rust's runtime alone. */
bool keeper_begins_rust(const struct source_function *function);

/* `exported` is what the frame's library calls the function outside, and may be NULL from here on. */

/* The pattern of the built-in suppressions that names the function, of a library that hands memory out; NULL:
 * none does. */
const char *keeper_suppressed(struct symbolizer *symbolizer, const struct source_function *function,
			      const char *exported);

/* Whether the function may be of a crate that Rust's library brings along, and is if one of those below leads
 * to it by no code of the program's own. */
bool keeper_is_crate(struct symbolizer *symbolizer, const struct source_function *function);

/* Whether the function is Rust's library's, and has such crates work for it. */
bool keeper_has_crates(const struct source_function *function);

/* Whether the function takes memory by the piece and hands it out by the crumb: what it asks for by way of
 * other functions than allocators is its own. */
bool keeper_slab(struct symbolizer *symbolizer, const struct source_function *function, const char *exported);

/* Prints all that as a suppression file, with what it cannot express as comments. */
void keepers_print(FILE *out);

#endif
