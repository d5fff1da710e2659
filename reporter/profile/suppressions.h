/*
 * suppressions.h - leaks that somebody has said not to count, in LeakSanitizer's syntax.
 *
 * A line is `leak:PATTERN`; blank lines and those that begin with # say nothing.  A pattern is found anywhere
 * in a function's full name, its source file or its module's path; `*` is any text, `^` holds it to the
 * beginning, and `$` ends the pattern and holds it to the end.
 */
#ifndef MPROF_REPORTER_PROFILE_SUPPRESSIONS_H
#define MPROF_REPORTER_PROFILE_SUPPRESSIONS_H

#include "base/diagnostic.h"
#include "base/strings.h"
#include "symbolize/symbolize.h"

struct suppression {
	const char *pattern;
	const char *path; /* of the file that it stands in */
	size_t line;
};

/* All zero: none. */
struct suppressions {
	struct strings strings;
	struct suppression *list;
	size_t count, capacity;
};

/* Adds those of a file.  0, or -errno with a diagnostic that names file and line. */
int suppressions_read(struct suppressions *suppressions, const char *path, struct diagnostic *diagnostic);
void suppressions_finish(struct suppressions *suppressions);

/* The index of the first pattern that matches a frame: its function's full name, its source file or its
 * module; their count: none does. */
size_t suppressions_find(const struct suppressions *suppressions, const char *name, const char *file,
			 const char *module);

/* Whether one pattern is found in a text; in an empty one none is. */
bool suppression_matches(const char *pattern, const char *text);

#endif
