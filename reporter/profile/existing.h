/*
 * existing.h - what the program has, recorded or not: for those who ask after code that no call path passes.
 *
 * Reads all debug information of the program and of its own libraries.  Not thread-safe.
 */
#ifndef MPROF_REPORTER_PROFILE_EXISTING_H
#define MPROF_REPORTER_PROFILE_EXISTING_H

#include "base/nearest.h"
#include "profile/filter.h"
#include "profile/measure.h"

/* Whether a place is one of the program's: a function that is selected, or a line with code. */
bool profile_has_place(struct profile *profile, const struct measure_place *place);

/* Of a selected function that is there, and shares its code with another under whose name that was recorded:
 * the other; else NULL. */
const struct source_function *profile_namesake(struct profile *profile, const struct selection *selection);

/* Takes the names of its own functions into account, each as a whole and by its last part; or, with `files`,
 * the names of their source files.  What is found lives as long as the report. */
void profile_try_names(struct profile *profile, bool files, struct nearest *nearest);

/* Whether the executable is here, and the one that ran.  Where it is not, names that the recording keeps tell
 * what was recorded and nothing of what else there is; for people. */
bool profile_is_at_hand(struct profile *profile);
#define EXISTING_NOT_AT_HAND                                                                                 \
	"the program that ran is not here (moved, deleted or built anew), to tell what else it has"

/* Whether the executable is at hand and has names of functions at all, and lines. */
bool profile_has_names(struct profile *profile);
bool profile_has_lines(struct profile *profile);

/* Where the selection of a report matches nothing that was recorded: 0 if the program has what is meant, and
 * it is there that nothing was allocated, or has no names to tell by; else -ENOENT with a diagnostic that
 * names what is near. */
int profile_explain_nobody(struct profile *profile, struct diagnostic *diagnostic);

/* Where a filter leaves no call path: 0 if the program has what is meant, and it is there that nothing was
 * allocated; else -ENOENT with a diagnostic that names what is near.  0, too, if it leaves any. */
int profile_filter_explain(struct profile *profile, const struct filter *filter,
			   struct diagnostic *diagnostic);

/* The same for builds of the same source, and not for other programs of the same name. */
uint64_t profile_origin(struct profile *profile);

#endif
