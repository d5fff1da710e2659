/*
 * select.h - which functions the user means.
 */
#ifndef MPROF_REPORTER_PROFILE_SELECT_H
#define MPROF_REPORTER_PROFILE_SELECT_H

#include "symbolize/symbolize.h"

struct selection {
	const char *const *functions; /* globs, NULL-terminated; may be NULL */
	const char *const *files;     /* the same */
};

bool selection_empty(const struct selection *selection);

/*
 * A function glob stands for the whole name or for what follows any "::" or "." in it; a file glob for
 * the whole path or for what follows any "/" in it.  With both kinds, both must match.
 */
bool selection_matches(const struct selection *selection, const struct source_function *function);

/* Whether a function glob asks for arguments, as `Pool<A>::make` or `area(int)` do: then it may mean some
 * template instances of a function and not others. */
bool selection_has_arguments(const struct selection *selection);

/* Whether a frame's function matches, or the instance of it that the frame is of, or a function glob is the
 * symbolizer's name of its place, as "main+0x78". */
bool selection_matches_frame(const struct selection *selection, struct symbolizer *symbolizer,
			     const struct source_frame *frame);

#endif
