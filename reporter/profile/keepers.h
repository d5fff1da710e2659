/*
 * keepers.h - what is known of libraries' memory: which of them keep theirs to the end, and what they hand
 * out.
 *
 * Lists as data.  A list of all functions that keep memory could never be complete; the functions that hand
 * it to their callers are what manuals name.  So a C library or a language's runtime keeps what it asks for,
 * unless a function of the second kind asked; any other library's is its caller's, unless named here.
 */
#ifndef MPROF_REPORTER_PROFILE_KEEPERS_H
#define MPROF_REPORTER_PROFILE_KEEPERS_H

#include "symbolize/symbolize.h"

#include <stdio.h>

/* Whether the function is of a library that keeps what it asks for. */
bool keeper_library(const struct source_function *function);

/* Whether an exported function of such a library gives memory to its caller, who must give it back.  Of some
 * only what they ask for themselves, not through other functions of the library: `innermost` is the one that
 * asked. */
bool keeper_hands_out(const char *exported, const char *innermost);

/* Whether the function is one that programs and threads begin or end in: nothing outside it asked for
 * anything. */
bool keeper_starts(const struct source_function *function, const char *exported);

/* `exported` is what the frame's library calls the function outside, and may be NULL from here on. */

/* Whether the built-in suppressions name the function, of a library that hands memory out. */
bool keeper_suppressed(const struct source_function *function, const char *exported);

/* Whether the function takes memory by the piece and hands it out by the crumb: what it asks for by way of
 * other functions than allocators is its own. */
bool keeper_slab(const char *name);

/* Prints all that as a suppression file, with what it cannot express as comments. */
void keepers_print(FILE *out);

#endif
