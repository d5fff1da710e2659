/*
 * key.h - the name under which a program is known to baselines and reports.
 */
#ifndef MPROF_REPORTER_CHECK_KEY_H
#define MPROF_REPORTER_CHECK_KEY_H

#include "symbolize/intern.h"

/*
 * The executable's file name, and its arguments; absolute paths in these, as words or after a '=', are cut to
 * their last component, so that a build in another folder has the same key.  Control characters are blanks.
 * `command` ends with NULL.
 */
const char *program_key(struct strings *strings, const char *exe, const char *const *command);

/* A word, quoted for a shell if it must be. */
const char *shell_quoted(struct strings *strings, const char *word);

/* A glob that matches this name only. */
const char *glob_quoted(struct strings *strings, const char *name);

#endif
