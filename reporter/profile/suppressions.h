/*
 * suppressions.h - leaks that somebody has said not to count, in LeakSanitizer's syntax.
 *
 * A line is `leak:PATTERN`; blank lines and those that begin with # say nothing.  A pattern is found anywhere
 * in a function's full name, its source file or its module's path; `*` is any text, `^` holds it to the
 * beginning, and `$` ends the pattern and holds it to the end.
 *
 * Beyond that `leak:A;B` wants a frame that matches A and one further out that matches B, whatever lies
 * between; and behind ` # max 4 KiB` stands how much one process may leak so.
 */
#ifndef MPROF_REPORTER_PROFILE_SUPPRESSIONS_H
#define MPROF_REPORTER_PROFILE_SUPPRESSIONS_H

#include "base/diagnostic.h"
#include "base/strings.h"
#include "symbolize/symbolize.h"

struct suppression {
	const char *pattern;      /* as in the file, without a limit */
	const char *const *parts; /* of it: innermost first */
	size_t part_count;
	uint64_t limit_bytes; /* 0: none */
	const char *path;     /* of the file that it stands in */
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

/* Adds those that LSAN_OPTIONS (NULL: not set) names, as LeakSanitizer finds them: from here, or else beside
 * the program.  A file that is not there is no error but `*missing`, to be told; NULL: none is. */
int suppressions_read_environment(struct suppressions *suppressions, const char *lsan_options,
				  const char *program, const char **missing, struct diagnostic *diagnostic);

/* Adds another's, which lives as long. */
void suppressions_borrow(struct suppressions *suppressions, const struct suppressions *others);

/* How far along a call path's frames, from the innermost on, each of the suppressions has come. */
struct suppression_walk {
	const struct suppressions *of;
	size_t *met; /* by suppression: parts */
};

void suppression_walk_begin(struct suppression_walk *walk, const struct suppressions *suppressions);
void suppression_walk_restart(struct suppression_walk *walk); /* another path */
void suppression_walk_finish(struct suppression_walk *walk);  /* an all-zero walk is fine */

/* The next frame: its function's full name, its source file, its module.  The index of the first suppression
 * that now holds; their count: none does. */
size_t suppression_walk_to(struct suppression_walk *walk, const char *name, const char *file,
			   const char *module);

/* Whether one pattern is found in a text; in an empty one none is. */
bool suppression_matches(const char *pattern, const char *text);

#endif
