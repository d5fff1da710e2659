/*
 * key.h - the name under which a program is known to baselines and reports.
 */
#ifndef MPROF_REPORTER_GATE_KEY_H
#define MPROF_REPORTER_GATE_KEY_H

#include "base/strings.h"

#include <stdbool.h>

/*
 * The executable's name (of tools, and of links, that which they were called by) and its
 * arguments; absolute paths in these, as words or parts of them, are cut to their last component, and the
 * hash that cargo puts behind the name is cut off, so that another build in another folder has the same key.
 * Control characters are blanks. `command` ends with NULL; where it is empty the executable's name stands in.
 */
const char *program_key(struct strings *strings, const char *exe, const char *const *command);

/* Whether an executable is a tool, and not a project's own: below /bin, /usr and the like; of a toolchain of
 * Rust's; or one that drives builds and tests, where such are installed. */
bool program_is_tool(const char *exe);

/* A word, quoted for a shell if it must be. */
const char *shell_quoted(struct strings *strings, const char *word);

/* A glob that matches this name only. */
const char *glob_quoted(struct strings *strings, const char *name);

#endif
